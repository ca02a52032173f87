// This machine as one host: its real cores and memory bound what runs at once (doc/instances.md).

import { networkInterfaces } from 'node:os';
import { hostId } from '../../base/ids.ts';
import type { Machine } from '../../core/host/host.ts';
import type { Needs } from '../../core/job/needs.ts';

const unbounded: Needs = {
  milliVcpu: Number.MAX_SAFE_INTEGER,
  memoryMib: Number.MAX_SAFE_INTEGER,
  gpus: Number.MAX_SAFE_INTEGER,
};

/**
 * `identity` is stable for a data directory, 32 hexadecimal digits; no capacity means no bound, for
 * the fake engine.
 */
export function localHost(
  identity: string,
  capacity: Needs | undefined,
  address?: string,
): Machine {
  return {
    kind: 'machine',
    id: hostId(identity),
    capacity: capacity ?? unbounded,
    title: 'this machine',
    address,
    architecture: process.arch === 'x64' ? 'x86_64' : process.arch,
  };
}

/**
 * The first IPv4 address of this machine that others may reach; undefined where it has none but its
 * loopback's.
 */
export function machineAddress(): string | undefined {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
}

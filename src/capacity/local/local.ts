// The local capacity provider: this machine as one host. Instances of EC2 types are not carved out of it yet; its real cores
// and memory bound what runs at once (DESIGN 4).

import { hostId } from '../../base/ids.ts';
import type { Machine } from '../../core/host.ts';
import type { Needs } from '../../core/job/needs.ts';

const unbounded: Needs = { milliVcpu: Number.MAX_SAFE_INTEGER, memoryMib: Number.MAX_SAFE_INTEGER, gpus: Number.MAX_SAFE_INTEGER };

/** `identity` is stable for a data directory, 32 hexadecimal digits; no capacity means no bound, for the fake engine. */
export function localHost(identity: string, capacity: Needs | undefined): Machine {
  return { kind: 'machine', id: hostId(identity), capacity: capacity ?? unbounded, title: 'this machine' };
}

// Preemption where hosts are short, and not only quotas: on which of several somebody is stopped,
// and that nobody is who need not be.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, containerIdOf, hostId } from '../../../base/ids.ts';
import type { RegisteredHost } from '../../host/host.ts';
import type { LiveWorld } from '../../world/live-world.ts';
import {
  attemptOf,
  carryOut,
  displace,
  needs,
  placeJobs,
  scope,
  submit,
  worldOf,
  type ExampleJob,
  type ExampleShare,
} from '../../../../test/house/world.ts';
import { jobsOf as jobs, sharedQueue as queue, vcpus } from '../../../../test/house/quotas.ts';

const box = (digit: string, count: number): RegisteredHost => ({
  kind: 'registered',
  id: hostId(digit.repeat(32)),
  scope,
  title: `box ${digit}`,
  computeEnvironmentArn: arn('ce'),
  status: 'ACTIVE',
  oldContainers: [],
  endpoint: { url: `tcp://box-${digit}:2375` },
  capacity: needs(count, 4096),
  registeredAtMs: 0,
  facts: {
    runtime: { name: 'Docker', version: '' },
    kernelVersion: '',
    operatingSystem: '',
    osType: 'linux',
    architecture: 'x86_64',
    vcpus: count,
    memoryMib: 4096,
    gpus: 0,
    canGiveGpus: false,
    logDrivers: [],
  },
});

interface Given {
  readonly shares: Record<string, ExampleShare>;
  /** vCPUs of each host. */
  readonly hosts: readonly number[];
  /** They run, started in this order. */
  readonly first: readonly ExampleJob[];
  readonly later: readonly ExampleJob[];
}

function given({ shares, hosts, first, later }: Given): LiveWorld {
  const world = worldOf({ environments: { '~ce': 0 }, ...queue(shares), jobs: [] });
  for (const [index, count] of hosts.entries())
    world.apply({ type: 'host-stored', host: box(String(index + 1), count) });
  for (const job of first) submit(world, job, 5);
  for (const [index, id] of placeJobs(world, 5).entries()) {
    const report = { type: 'started', atMs: 10 + index } as const;
    const containerId = containerIdOf(attemptOf(id), 0);
    carryOut(world, { type: 'report-container', containerId, report }, 10 + index);
  }
  for (const job of later) submit(world, job, 100);
  assert.deepEqual(placeJobs(world, 100), []);
  return world;
}

const job = (share: string, count: number): ExampleJob => ({ needs: needs(count), share });

const tables: Record<string, Given & { readonly stopped: readonly string[] }> = {
  'room that comes free for another is not planned with, when a plan is looked at anew': {
    shares: { l: { limits: vcpus(4) }, b: { limits: vcpus(0), sharing: -1 } },
    hosts: [2, 2],
    first: [job('b', 2), ...jobs('b', 2)],
    later: [job('l', 1), job('l', 2)],
    stopped: ['j2', 'j0'],
  },
  'a share loses what it borrows and nothing of its own, though a host is full of it': {
    shares: {
      l: { limits: vcpus(4) },
      b: { limits: vcpus(3), sharing: -1 },
    },
    hosts: [4],
    first: jobs('b', 4),
    later: [job('l', 2)],
    stopped: [],
  },
  'and what it borrows goes where that is enough': {
    shares: {
      l: { limits: vcpus(4) },
      b: { limits: vcpus(2), sharing: -1 },
    },
    hosts: [4],
    first: jobs('b', 4),
    later: [job('l', 2)],
    stopped: ['j3', 'j2'],
  },
  'a job that is larger than what is borrowed goes whole': {
    shares: {
      l: { limits: vcpus(4) },
      b: { limits: vcpus(3), sharing: -1 },
    },
    hosts: [4],
    first: [job('b', 2), job('b', 2)],
    later: [job('l', 2)],
    stopped: ['j1'],
  },
};

for (const [name, { stopped, ...example }] of Object.entries(tables))
  test(name, () => {
    const world = given(example);
    assert.deepEqual(displace(world, 100), stopped);
    assert.deepEqual(placeJobs(world, 101), [], 'nothing is free yet');
    assert.deepEqual(displace(world, 9999), [], 'however long it takes');
    assert.deepEqual(displace(world, 19_999), []);
  });

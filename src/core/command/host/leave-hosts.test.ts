// A server under a new mark: everything that was placed under the former one ends as if its host
// had; hosts of the user's own stay under other ids.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, containerIdOf, hostId, jobId, scopeOf, type HostId } from '../../../base/ids.ts';
import type { Instance, RegisteredHost } from '../../host/host.ts';
import { checkWorld } from '../../world/invariant.ts';
import { attemptOf, needs, worldOf } from '../../../../test/house/world.ts';
import type { LiveWorld } from '../../world/live-world.ts';
import { transact } from '../../turn/transact.ts';
import { isRefusal } from '../../../base/refusal.ts';

const scope = scopeOf('000000000000', 'us-east-1');
const former = hostId('f'.repeat(32));
const machine = hostId('a'.repeat(32));

const instance = (digit: string, more: Partial<Instance> = {}): Instance => ({
  kind: 'instance',
  id: hostId(digit.repeat(32)),
  scope,
  title: 'instance',
  computeEnvironmentArn: arn('ce'),
  machineId: former,
  instanceType: 'm5.large',
  spot: false,
  revision: 1,
  capacity: needs(2, 4096),
  state: 'RUNNING',
  launchedAtMs: 0,
  ...more,
});
const registered: RegisteredHost = {
  kind: 'registered',
  id: hostId('1'.repeat(32)),
  scope,
  title: 'box',
  computeEnvironmentArn: arn('ce'),
  status: 'ACTIVE',
  oldContainers: [{ containerId: containerIdOf(attemptOf('x'), 0), jobId: jobId('x') }],
  endpoint: { url: 'tcp://box:2375' },
  capacity: needs(4, 4096),
  registeredAtMs: 0,
  facts: {
    runtime: { name: 'Docker', version: '' },
    kernelVersion: '',
    operatingSystem: '',
    osType: 'linux',
    architecture: 'x86_64',
    vcpus: 4,
    memoryMib: 4096,
    gpus: 0,
    canGiveGpus: false,
    logDrivers: [],
  },
};

function placed(world: LiveWorld, id: string, on: HostId): void {
  world.apply({
    type: 'attempt-placed',
    jobId: jobId(id),
    atMs: 1,
    placement: {
      attemptId: attemptOf(id),
      number: 1,
      hostId: on,
      computeEnvironmentArn: arn('ce'),
    },
  });
}

function leave(world: LiveWorld, newIds: ReadonlyMap<HostId, HostId>): void {
  const { reply, effects } = transact(
    world,
    { type: 'leave-hosts', machineId: machine, newIds },
    9,
  );
  assert(!isRefusal(reply));
  assert.deepEqual(
    effects.filter(({ type }) => type !== 'end-instance'),
    [],
    'no engine is told of anything',
  );
}

test('whatever was placed under the former mark ends as if its host had, wherever that was', () => {
  const world = worldOf({
    jobs: [1, 2, 3, 4].map(() => ({ needs: needs(1, 64) })),
    capacity: needs(4, 4096),
  });
  for (const host of [instance('2'), instance('3', { own: true }), registered])
    world.apply({ type: 'host-stored', host });
  // The machine is not known before it has joined.
  for (const { id } of [...world.hosts.machines()]) world.hosts.delete(id);
  [former, hostId('2'.repeat(32)), hostId('3'.repeat(32)), registered.id].forEach((on, at) =>
    placed(world, `j${at}`, on),
  );
  world.takeChanges();
  const newId = hostId('9'.repeat(32));
  leave(world, new Map([[registered.id, newId]]));

  assert.deepEqual(
    [...world.changes.jobs.values()]
      .map((job) => `${job.id} ${job.status} ${'statusReason' in job ? job.statusReason : ''}`)
      .sort(),
    [former, hostId('2'.repeat(32)), hostId('3'.repeat(32)), registered.id].map(
      (on, at) => `j${at} FAILED Host EC2 (instance i-${on.slice(0, 17)}) terminated.`,
    ),
  );
  assert.equal(world.allocations.size, 0);
  assert.deepEqual(
    [...world.hosts.values()].map((host) => [
      host.id,
      host.kind === 'instance'
        ? host.machineId
        : host.kind === 'registered' && host.oldContainers.length,
    ]),
    [
      [hostId('3'.repeat(32)), machine],
      [newId, 0],
    ],
  );
  assert.deepEqual(
    [...world.changes.hosts].flatMap(([id, host]) => (host ? [] : [id])).sort(),
    [registered.id, hostId('2'.repeat(32)), former].sort(),
    'an instance of the user’s own stays, on another machine',
  );
  checkWorld(world);
});

test('where nothing was placed nothing happens', () => {
  const world = worldOf({ jobs: [] });
  world.takeChanges();
  leave(world, new Map());
  assert(world.changes.isEmpty);
});

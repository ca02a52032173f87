// What lies beneath a host of each kind.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { must } from '../../base/assert.ts';
import { arn, hostId } from '../../base/ids.ts';
import { fit } from '../schedule/fit/fit.ts';
import { nearestRoom } from '../schedule/fit/nearest-room.ts';
import { host, needs, scope, worldOf } from '../../../test/house/world.ts';
import { beneath } from './beneath.ts';
import type { Instance, RegisteredHost } from './host.ts';

const slice: Instance = {
  kind: 'instance',
  own: true,
  id: hostId('a'.repeat(32)),
  title: 'instance i-a (m5.large)',
  scope,
  computeEnvironmentArn: arn('own'),
  machineId: host,
  instanceType: 'm5.large',
  spot: false,
  revision: 1,
  capacity: needs(2, 7000),
  state: 'RUNNING',
  launchedAtMs: 0,
};

test('a slice has its machine beneath it, once that has joined, a cluster its nodes, and all else nothing', () => {
  const { hosts } = worldOf({ jobs: [] });
  const machine = must(hosts.get(host), 'it was made');
  assert.deepEqual(beneath(hosts, slice), { type: 'machine', machine });
  assert.equal(beneath(new Map(), slice).type, 'not-joined');
  assert.equal(beneath(hosts, machine).type, 'nothing');
  assert.equal(beneath(hosts, { kind: 'registered' } as RegisteredHost).type, 'nothing');
  const { machineId: _none, ...apart } = slice;
  assert.equal(beneath(hosts, apart).type, 'nothing');
  assert.equal(beneath(hosts, { ...apart, isCluster: true }).type, 'cluster');
});

test('nothing is placed on a slice, nor is room kept there, before its machine is there', () => {
  const world = worldOf({ environments: { '~own': 0 }, jobs: [] });
  world.apply({ type: 'host-stored', host: slice });
  const queue = must(world.jobQueues.get(arn('q')), 'it was made');
  const claim = { needs: needs(1) };
  assert.deepEqual(fit(world, queue, claim), {
    fits: true,
    computeEnvironmentArn: slice.computeEnvironmentArn,
    hostId: slice.id,
    machineId: host,
  });
  world.apply({ type: 'host-left', hostId: host, atMs: 0 });
  assert.deepEqual(fit(world, queue, claim), { fits: false, because: { type: 'no-host' } });
  assert.equal(nearestRoom(world, queue, claim, [], undefined), undefined);
});

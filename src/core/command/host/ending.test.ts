// Whoever ends an instance: as it leaves the books its provider is told, once, and not before what
// runs there has stopped; one that only leaves its cluster is left alone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal } from '../../../base/refusal.ts';
import { arn, containerIdOf, hostId, jobId } from '../../../base/ids.ts';
import { attemptOf, host as machine, needs, scope, worldOf } from '../../../../test/house/world.ts';
import type { Instance } from '../../host/host.ts';
import { transact } from '../../turn/transact.ts';
import type { LiveWorld } from '../../world/live-world.ts';
import type { Command } from '../command.ts';

const id = hostId('b'.repeat(32));
const instance: Instance = {
  kind: 'instance',
  id,
  scope,
  title: 'instance',
  computeEnvironmentArn: arn('ce'),
  machineId: machine,
  instanceType: 'm5.large',
  spot: false,
  revision: 1,
  capacity: needs(2, 4096),
  state: 'RUNNING',
  launchedAtMs: 0,
};
const end = { type: 'end-instance', scope, hostId: id } as const;
const told = [{ type: 'end-instance', hostId: id }];

function done(world: LiveWorld, command: Command) {
  const { reply, effects } = transact(world, command, 9);
  assert.ok(!isRefusal(reply));
  return effects;
}

const ways: readonly [what: string, command: Command, more: Partial<Instance>, isTold: boolean][] =
  [
    ['scaling needs it no more', { ...end, cause: 'scaling' }, {}, true],
    ['a user terminates it', { ...end, cause: 'user' }, {}, true],
    ['… that still starts', { ...end, cause: 'user' }, { state: 'PENDING' }, true],
    [
      'Spot takes it back',
      { type: 'report-instance', hostId: id, report: 'interrupted' },
      {},
      true,
    ],
    ['it is gone', { type: 'report-instance', hostId: id, report: 'ended' }, {}, true],
    ['it is drained', { type: 'drain-instance', hostId: id }, {}, true],
    [
      'its owner terminates it',
      { ...end, cause: 'user', becomes: 'terminated' },
      { own: true },
      true,
    ],
    ['its owner stops it', { ...end, cause: 'user', becomes: 'stopped' }, { own: true }, true],
    ['its owner takes it out of the cluster', { ...end, cause: 'user' }, { own: true }, false],
    [
      'the server has another mark',
      { type: 'leave-hosts', machineId: machine, newIds: new Map() },
      {},
      true,
    ],
    [
      '… and it is its owner’s',
      { type: 'leave-hosts', machineId: machine, newIds: new Map() },
      { own: true },
      false,
    ],
  ];

for (const [what, command, more, isTold] of ways) {
  test(`an idle instance, and ${what}: ${isTold ? 'ended' : 'left alone'}`, () => {
    const world = worldOf({ jobs: [] });
    world.apply({ type: 'host-stored', host: { ...instance, ...more } });
    assert.deepEqual(done(world, command), isTold ? told : []);
    assert.deepEqual(
      done(world, { type: 'report-instance', hostId: id, report: 'ended' }),
      [],
      'once',
    );
  });

  // A new mark does not wait for anything.
  if (command.type !== 'leave-hosts')
    test(`one with a job, and ${what}: ${isTold ? 'ended after that' : 'left alone'}`, () => {
      const world = worldOf({ jobs: [{ needs: needs(1, 64) }] });
      world.apply({ type: 'host-stored', host: { ...instance, ...more } });
      world.apply({
        type: 'attempt-placed',
        jobId: jobId('j0'),
        atMs: 1,
        placement: {
          attemptId: attemptOf('j0'),
          number: 1,
          hostId: id,
          computeEnvironmentArn: arn('ce'),
        },
      });
      const isEnd = ({ type }: { readonly type: string }): boolean => type === 'end-instance';
      assert.deepEqual(done(world, command).filter(isEnd), [], 'not while it runs');
      const exited = {
        type: 'exited',
        atMs: 9,
        exit: { exitCode: 1, outOfMemory: false },
      } as const;
      const containerId = containerIdOf(attemptOf('j0'), 0);
      const effects = done(world, { type: 'report-container', containerId, report: exited });
      assert.deepEqual(effects.filter(isEnd), isTold ? told : []);
      assert.equal(world.hosts.has(id), false);
    });
}

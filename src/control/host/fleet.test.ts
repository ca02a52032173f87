// What the rows have against what the capacity provider has: what is done of each, and what is left
// alone. Through control, with a provider that the test plays.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hostId } from '../../base/ids.ts';
import { isRefusal } from '../../base/refusal.ts';
import type { Instance } from '../../core/host/host.ts';
import { noNeeds } from '../../core/job/needs.ts';
import { limit } from '../../core/limit.ts';
import type { ProvidedInstance } from '../../port/capacity.ts';
import { scope } from '../../../test/house/caller.ts';
import { Rig } from '../../../test/house/rig.ts';
import { ScriptedCapacity } from '../../../test/house/scripted-capacity.ts';
import { VirtualClock } from '../../../test/house/virtual-clock.ts';
import { worldOf } from '../../../test/house/world.ts';
import { Fleet } from './fleet.ts';

const id = hostId('7'.repeat(32));

/** An instance of the user's own: it does not end by itself. */
async function rigWith(): Promise<Rig> {
  const rig = await Rig.open();
  await rig.ask({
    type: 'create-compute-environment',
    scope,
    uuid: 'own',
    request: {
      computeEnvironmentName: 'own',
      type: 'UNMANAGED',
      serviceRole: 'AWSBatchServiceRole',
    },
  });
  await rig.clock.pass(1_000);
  return rig;
}

async function start(rig: Rig): Promise<void> {
  const reply = await rig.ask({
    type: 'start-instance',
    scope,
    hostId: id,
    cluster: 'own_Batch_own',
    instanceType: 'm5.large',
    imageId: 'ami-1',
    reservedMemoryMib: undefined,
    unfit: undefined,
    launch: { securityGroupIds: [], tags: {} },
  });
  assert.ok(!isRefusal(reply));
}

const stateOf = (rig: Rig): Instance['state'] | undefined => {
  const host = rig.control.world.hosts.get(id);
  return host?.kind === 'instance' ? host.state : undefined;
};

type Row = 'PENDING' | 'RUNNING' | 'none';
type There = ProvidedInstance['state'] | 'none';

/** What becomes of the row, and whether the provider is asked for it or told to end it. */
const cases: readonly [row: Row, there: There, becomes: Row, does: 'asks' | 'ends' | 'nothing'][] =
  [
    ['none', 'none', 'none', 'nothing'],
    ['none', 'starting', 'none', 'ends'],
    ['none', 'running', 'none', 'ends'],
    ['none', 'interrupted', 'none', 'ends'],
    ['PENDING', 'none', 'PENDING', 'asks'],
    ['PENDING', 'starting', 'PENDING', 'nothing'],
    ['PENDING', 'running', 'RUNNING', 'nothing'],
    ['RUNNING', 'running', 'RUNNING', 'nothing'],
    // It leaves its cluster: whether its owner's instance is to end is its owner's affair.
    ['RUNNING', 'none', 'none', 'nothing'],
    ['RUNNING', 'interrupted', 'none', 'nothing'],
  ];

describe('comparing instances with what their provider has', () => {
  for (const [row, there, becomes, does] of cases)
    it(`${row} in the rows and ${there} there: ${becomes}, and ${does}`, async () => {
      const rig = await rigWith();
      rig.capacity.prompt = row === 'RUNNING';
      if (row !== 'none') await start(rig);
      rig.capacity.loseAnswers();
      if (there === 'none') rig.capacity.there.delete(id);
      else rig.capacity.has(id, there, rig.clock.now());
      const asked = rig.capacity.asked;
      await rig.control.compareInstances();
      await rig.clock.pass(0);
      assert.equal(stateOf(rig) ?? 'none', becomes);
      assert.deepEqual(
        [rig.capacity.asked > asked, rig.capacity.ended],
        [does === 'asks', does === 'ends' ? [id] : []],
      );
    });

  it('is done every now and then, and a provider that cannot say is no reason for anything', async () => {
    const rig = await rigWith();
    await start(rig);
    rig.capacity.there.clear();
    rig.capacity.cannotSay = new Error('away');
    await rig.clock.pass(10 * limit.capacityPeriodMs);
    assert.equal(stateOf(rig), 'RUNNING');
    rig.capacity.cannotSay = undefined;
    rig.capacity.has(id, 'running');
    rig.capacity.has(hostId('8'.repeat(32)), 'running', rig.clock.now());
    await rig.clock.pass(limit.capacityPeriodMs);
    assert.equal(stateOf(rig), 'RUNNING');
    assert.deepEqual(rig.capacity.ended, [hostId('8'.repeat(32))]);
  });

  it('counts only what was so on both sides of the question', async () => {
    const rig = await rigWith();
    const compared = rig.control.compareInstances();
    await start(rig);
    await compared;
    assert.equal(stateOf(rig), 'RUNNING', 'it was launched after the list was made');
  });

  it('ends none that rows newer than these may have launched, unless these knew it', async () => {
    const capacity = new ScriptedCapacity();
    const [unknown, known] = [hostId('1'.repeat(32)), hostId('2'.repeat(32))];
    const world = worldOf({ jobs: [] });
    world.apply({
      type: 'host-stored',
      host: { kind: 'instance', id: known, scope, state: 'RUNNING', capacity: noNeeds } as Instance,
    });
    const fleet = new Fleet({
      world,
      capacity,
      clock: new VirtualClock(0),
      bus: { issue: () => Promise.reject(new Error('nothing is to be told')) },
      isNewerThanRows: (atMs) => atMs === 5,
      onProblem: (what, error) => assert.fail(`${what}: ${String(error)}`),
    });
    fleet.open();
    world.apply({ type: 'host-left', hostId: known, atMs: 6 });
    for (const each of [unknown, known]) capacity.has(each, 'running', 5);
    await fleet.compare();
    assert.deepEqual(capacity.ended, [known]);
    fleet.close();
  });
});

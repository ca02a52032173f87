// Jobs that take of consumable resources: what runs together, what waits and why, and that a large
// wish is not starved by small ones.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, jobId } from '../../../base/ids.ts';
import type { LiveWorld } from '../../world/live-world.ts';
import { end, needs, place, submit, worldOf, type Case } from '../../../../test/house/world.ts';
import { explain } from '../explain/explain.ts';

const one = needs(1);
const reasonOf = (world: LiveWorld, id: string): string => {
  const job = world.jobs.get(jobId(id))!;
  return explain(world, world.jobQueues.get(job.queueArn)!, job, () => 0).text;
};
const consuming = (...amounts: number[]): Case['jobs'] =>
  amounts.map((amount) => ({ needs: one, consumes: { licence: amount } }));

test('no more run together than there is, and what ends makes room', () => {
  const world = worldOf({ consumables: { licence: 2 }, jobs: consuming(1, 1, 1) });
  assert.deepEqual(place(world), ['j0>ce', 'j1>ce']);
  assert.equal(
    reasonOf(world, 'j2'),
    'waiting for consumable resource licence: 2 of 2 in use, the job asks for 1',
  );
  assert.deepEqual(world.consumableResources.quantities(arn('licence')), {
    total: 2,
    inUse: 2,
    available: 0,
  });
  end(world, 'j0', 2);
  assert.deepEqual(place(world), ['j2>ce']);
});

test('the advice adds exactly what is missing', () => {
  const remedies = (world: LiveWorld, id: string): readonly string[] => {
    const job = world.jobs.get(jobId(id))!;
    return explain(world, world.jobQueues.get(job.queueArn)!, job, () => 0).remedies;
  };
  const add = (more: number, then = ''): string =>
    `add ${more} to it${then}: aws batch update-consumable-resource --consumable-resource licence --operation ADD --quantity ${more}`;
  const shared = worldOf({ consumables: { licence: 4 }, jobs: consuming(3, 2, 5) });
  place(shared);
  assert.deepEqual(remedies(shared, 'j1'), ['wait until jobs that use it have ended', add(1)]);
  assert.deepEqual(remedies(shared, 'j2'), [
    add(1, ', which is enough when the 3 in use are back'),
    'submit it again asking for 4 or fewer',
  ]);
  // Lowered while more is in use.
  shared.apply({
    type: 'consumable-resource-stored',
    resource: { ...shared.consumableResources.get(arn('licence'))!, quantity: 2 },
  });
  assert.deepEqual(remedies(shared, 'j1'), ['wait until jobs that use it have ended', add(3)]);
  const used = worldOf({ consumables: { '!licence': 1 }, jobs: consuming(5) });
  assert.deepEqual(remedies(used, 'j0'), [add(4), 'submit it again asking for 1 or fewer']);
  assert.deepEqual(remedies(worldOf({ consumables: { licence: 0 }, jobs: consuming(1) }), 'j0'), [
    add(1),
    'submit it again without it',
  ]);
});

test('jobs that want none of it go by', () => {
  const world = worldOf({ consumables: { licence: 0 }, jobs: [...consuming(1), { needs: one }] });
  assert.deepEqual(place(world), ['j1>ce']);
  assert.match(reasonOf(world, 'j0'), /the job asks for 1 and there are 0 in all/);
});

test('jobs that want less of it do not go by one that waits for it', () => {
  const world = worldOf({
    capacity: needs(9, 9000),
    consumables: { licence: 3 },
    jobs: consuming(2, 2, 1, 1),
  });
  assert.deepEqual(place(world), ['j0>ce'], 'one is left, and it is kept for the second');
  end(world, 'j0', 2);
  assert.deepEqual(place(world), ['j1>ce', 'j2>ce']);
});

test('a wish that can never be met holds up nobody', () => {
  const world = worldOf({ consumables: { licence: 3 }, jobs: consuming(4, 1) });
  assert.deepEqual(place(world), ['j1>ce']);
  assert.match(reasonOf(world, 'j0'), /asks for 4 and there are 3 in all/);
});

test('a job without room on a host keeps no resource from others', () => {
  const world = worldOf({
    capacity: needs(2, 4096),
    environments: { ce: 2 },
    consumables: { licence: 1 },
    jobs: [{ needs: needs(3), consumes: { licence: 1 } }, ...consuming(1)],
  });
  assert.deepEqual(place(world), ['j1>ce']);
});

test('what is not replenished is used up at the start, whatever comes of it', () => {
  const world = worldOf({
    consumables: { '!credit': 3 },
    jobs: [2, 2].map((amount) => ({ needs: one, consumes: { credit: amount } })),
  });
  assert.deepEqual(place(world), ['j0>ce']);
  assert.deepEqual(world.consumableResources.quantities(arn('credit')), {
    total: 1,
    inUse: 0,
    available: 1,
  });
  end(world, 'j0', 2);
  assert.deepEqual(place(world), []);
  assert.deepEqual(world.consumableResources.quantities(arn('credit')), {
    total: 1,
    inUse: 0,
    available: 1,
  });
  assert.match(reasonOf(world, 'j1'), /the job asks for 2 and there are 1 in all/);
});

test('less than is in use: what is available falls at once, and the total as jobs end', () => {
  const world = worldOf({ consumables: { licence: 3 }, jobs: consuming(1, 1, 1) });
  place(world);
  const resource = world.consumableResources.get(arn('licence'))!;
  world.apply({ type: 'consumable-resource-stored', resource: { ...resource, quantity: 1 } });
  assert.deepEqual(world.consumableResources.quantities(arn('licence')), {
    total: 3,
    inUse: 3,
    available: 0,
  });
  end(world, 'j0', 2);
  assert.deepEqual(world.consumableResources.quantities(arn('licence')), {
    total: 2,
    inUse: 2,
    available: 0,
  });
});

test('a resource that is gone is waited for, and one of its name serves again', () => {
  const world = worldOf({ consumables: { licence: 1 }, jobs: consuming(1, 1) });
  place(world);
  const resource = world.consumableResources.get(arn('licence'))!;
  world.apply({ type: 'consumable-resource-deleted', arn: resource.arn });
  end(world, 'j0', 2);
  assert.deepEqual(place(world), []);
  assert.match(reasonOf(world, 'j1'), /does not exist any more/);
  world.apply({ type: 'consumable-resource-stored', resource });
  assert.deepEqual(place(world), ['j1>ce']);
});

test('children take each for themselves', () => {
  const world = worldOf({
    capacity: needs(9, 9000),
    consumables: { licence: 3 },
    jobs: [{ needs: one, array: 5, consumes: { licence: 1 } }],
  });
  assert.equal(place(world).length, 3);
  submit(world, { needs: one, consumes: { licence: 1 } });
  assert.deepEqual(place(world), []);
  end(world, 'j0:0', 2);
  assert.deepEqual(place(world), ['j0:3>ce'], 'what waits longer goes first');
});

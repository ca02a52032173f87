// Tags change where the resource is there at that moment, up to a limit; what the turn itself has
// made, changed and deleted counts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scope, worldOf } from '../../../../test/house/world.ts';
import { arn, scopeOf } from '../../../base/ids.ts';
import { isRefusal } from '../../../base/refusal.ts';
import { defaultSettings } from '../../settings.ts';
import { transact } from '../../turn/transact.ts';
import type { LiveWorld } from '../../world/live-world.ts';
import type { ChangeTags } from './change-tags.ts';

const settings = { limits: { ...defaultSettings.limits, tagsPerResource: 2 } };
const queue = arn('arn:aws:batch:us-east-1:000000000000:job-queue/q');

function world(): LiveWorld {
  const made = worldOf({ jobs: [], settings, consumables: { licences: 3 } });
  const [known] = made.jobQueues.values();
  made.apply({ type: 'job-queue-stored', queue: { ...known!, arn: queue }, tags: { a: '1' } });
  return made;
}

/** The refusal's kind, or the tags that are stored. */
function change(on: LiveWorld, more: Partial<ChangeTags>): unknown {
  const command = { type: 'change-tags', scope, arn: queue, set: {}, remove: [], ...more } as const;
  const { reply } = transact(on, command, 9);
  return isRefusal(reply) ? reply.refusal : on.changes.tags.get(command.arn);
}

const cases: readonly (readonly [what: string, change: Partial<ChangeTags>, outcome: unknown])[] = [
  ['what is set is laid over what is there', { set: { b: '2' } }, { a: '1', b: '2' }],
  ['what is removed goes, also what was just set', { set: { b: '2' }, remove: ['a', 'b'] }, {}],
  ['as many as the limit are taken', { set: { a: '3', b: '2' } }, { a: '3', b: '2' }],
  ['one more is refused, and changes nothing', { set: { b: '2', c: '3' } }, 'invalid'],
  [
    'an exchange at the limit is none more',
    { set: { b: '2', c: '3' }, remove: ['a'] },
    { b: '2', c: '3' },
  ],
  ['a resource that nobody knows', { arn: arn(`${queue}2`), set: { b: '2' } }, 'not-found'],
  ['one of another account', { scope: scopeOf('111111111111', 'us-east-1') }, 'not-found'],
  [
    'a job that was stored, with its tags',
    { arn: arn('job'), set: { b: '2' }, past: { tags: { x: '0' }, isStored: true } },
    { x: '0', b: '2' },
  ],
  [
    'a job that is not kept any more',
    { arn: arn('job'), set: { b: '2' }, past: { tags: { x: '0' }, isStored: false } },
    'not-found',
  ],
];

for (const [what, more, outcome] of cases) {
  test(`tags: ${what}`, () => {
    assert.deepEqual(change(world(), more), outcome);
  });
}

test('whoever has more than the limit by now may take some away', () => {
  const past = { tags: { a: '1', b: '2', c: '3' }, isStored: true };
  assert.deepEqual(change(world(), { arn: arn('job'), remove: ['a'], past }), { b: '2', c: '3' });
});

test('what was deleted in the same turn has no tags left to change, and inherits none', () => {
  const on = world();
  const [known] = [...on.jobQueues.values()].filter((each) => each.arn === queue);
  on.apply({ type: 'job-queue-deleted', arn: queue });
  const past = { tags: { a: '1' }, isStored: false };
  assert.equal(change(on, { set: { b: '2' }, past }), 'not-found');
  on.apply({ type: 'job-queue-stored', queue: known! });
  assert.deepEqual(change(on, { set: { b: '2' }, past }), { b: '2' });
});

test('of every kind of resource the world knows which are there', () => {
  const on = worldOf({
    jobs: [],
    consumables: { licences: 3 },
    queues: { q: { priority: 1, order: ['ce'], policy: {} } },
  });
  const named = (kind: string) => arn(`arn:aws:batch:us-east-1:000000000000:${kind}/x`);
  const [environment] = on.computeEnvironments.values();
  const [policy] = on.schedulingPolicies.values();
  const [resource] = on.consumableResources.values();
  const kinds = ['compute-environment', 'scheduling-policy', 'consumable-resource', 'quota-share'];
  for (const kind of kinds) assert.equal(change(on, { arn: named(kind) }), 'not-found');
  on.apply({
    type: 'compute-environment-stored',
    environment: { ...environment!, arn: named('compute-environment') },
  });
  on.apply({
    type: 'scheduling-policy-stored',
    policy: { ...policy!, arn: named('scheduling-policy') },
  });
  on.apply({
    type: 'consumable-resource-stored',
    resource: { ...resource!, arn: named('consumable-resource') },
  });
  const [of] = on.jobQueues.values();
  on.apply({
    type: 'quota-share-stored',
    share: {
      arn: named('quota-share'),
      scope: of!.scope,
      name: 'x',
      queueArn: of!.arn,
      capacityLimits: [{ capacityUnit: 'VCPU', maxCapacity: 1 }],
      sharing: { strategy: 'RESERVE' },
      inSharePreemption: false,
      state: 'ENABLED',
      status: 'VALID',
      createdAtMs: 0,
    },
  });
  for (const kind of kinds)
    assert.deepEqual(change(on, { arn: named(kind), set: { b: '2' } }), { b: '2' });
});

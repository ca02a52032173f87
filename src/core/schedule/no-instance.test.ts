// Which of the reasons for want of an instance carry AWS's token: clients end jobs when they see it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn } from '../../base/ids.ts';
import { must } from '../../base/assert.ts';
import { needs, worldOf } from './example-world.ts';
import { blockedReason } from './explain.ts';
import type { Unmet } from './scale.ts';

const world = worldOf({ jobs: [] });
const environment = must(world.computeEnvironments.get(arn('ce')), 'it was made');
const queue = must(world.jobQueues.get(arn('q')), 'it was made');

/** `max-vcpus`, `too-large` and `no-environment` are what the last cycle found, and may be true no longer. */
const tokens: [Unmet | undefined, boolean][] = [
  [undefined, false], ['no-environment', false], ['too-large', false], ['max-vcpus', false],
  ['spot-price', true], ['no-capacity', true], ['instance-limit', true],
];

for (const [unmet, has] of tokens) {
  test(`no instance, and the last cycle found ${unmet ?? 'nothing'}: ${has ? 'CAPACITY' : 'no token'}`, () => {
    const { token, text } = blockedReason(world, { type: 'no-instance', environment, unmet }, needs(1), queue);
    assert.equal(token, has ? 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY' : undefined);
    assert.equal(text.startsWith('CAPACITY:'), has);
  });
}

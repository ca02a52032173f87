// Which of the reasons for want of an instance carry AWS's token: clients end jobs when they see
// it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, hostId } from '../../../base/ids.ts';
import { must } from '../../../base/assert.ts';
import { host, needs, scope, worldOf } from '../../../../test/house/world.ts';
import { blockedReason } from '../explain/explain.ts';
import { fit } from './fit.ts';
import type { UnmetReason } from '../scale/demand.ts';

const world = worldOf({ jobs: [] });
const environment = must(world.computeEnvironments.get(arn('ce')), 'it was made');
const queue = must(world.jobQueues.get(arn('q')), 'it was made');

/**
 * `max-vcpus`, `too-large` and `no-environment` are what the last cycle found, and may be true no
 * longer.
 */
const tokens: [UnmetReason | undefined, boolean][] = [
  [undefined, false],
  ['no-environment', false],
  ['too-large', false],
  ['max-vcpus', false],
  ['spot-price', true],
  ['no-capacity', true],
  ['instance-limit', true],
];

for (const [unmet, has] of tokens) {
  test(`no instance, and the last cycle found ${unmet ?? 'nothing'}: ${has ? 'CAPACITY' : 'no token'}`, () => {
    const { token, text } = blockedReason(
      world,
      { type: 'no-instance', environment, unmet },
      { needs: needs(1) },
      queue,
    );
    assert.equal(token, has ? 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY' : undefined);
    assert.equal(text.startsWith('CAPACITY:'), has);
  });
}

test('a GPU of an instance of one’s own is not to be had where its machine has none: that is final', () => {
  const given = worldOf({ environments: { '~own': 0 }, capacity: needs(64, 64_000), jobs: [] });
  const own = must(given.computeEnvironments.get(arn('own')), 'it was made');
  given.apply({
    type: 'host-stored',
    host: {
      kind: 'instance',
      own: true,
      id: hostId('a'.repeat(32)),
      title: 'instance i-a (p3.2xlarge)',
      scope,
      computeEnvironmentArn: own.arn,
      machineId: host,
      instanceType: 'p3.2xlarge',
      spot: false,
      revision: 1,
      capacity: needs(8, 60_000, 1),
      state: 'RUNNING',
      launchedAtMs: 0,
    },
  });
  const of = must(given.jobQueues.get(arn('q')), 'it was made');
  const place = fit(given, of, { needs: needs(1, 128, 1) });
  assert.ok(!place.fits);
  assert.equal(
    blockedReason(given, place.because, { needs: needs(1, 128, 1) }, of).text,
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - the job asks for 1 GPU and no host of this queue's compute environments has more than 0",
  );
  assert.ok(fit(given, of, { needs: needs(1) }).fits, 'others run there');
});

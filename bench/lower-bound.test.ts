// The bound is one: no plan costs less, and where a plan without waste exists, it costs just that.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ec2Catalogue } from '../src/core/instance-type/catalogue.ts';
import { defaultMarket } from '../src/core/schedule/scale/market.ts';
import { pack } from '../src/core/schedule/scale/pack.ts';
import { tiersOf } from '../src/core/schedule/scale/strategy.ts';
import { lowerBoundMicroUsd } from './lower-bound.ts';

const [offers = []] = tiersOf(
  [{ name: 'all', types: ['m5', 'c5', 'g4dn'].flatMap((family) => ec2Catalogue.family(family)) }],
  { spot: false, strategy: 'BEST_FIT_PROGRESSIVE', bidPercentage: 100 },
  defaultMarket,
);
const unbounded = {
  vcpus: 1e9,
  mayExceed: false,
  waitsForBest: false,
  instances: 1e9,
  pools: new Map(),
};

test('no plan costs less than the bound', () => {
  const jobs = fc.array(
    fc.record({
      count: fc.integer({ min: 1, max: 30 }),
      needs: fc.record({
        milliVcpu: fc.integer({ min: 500, max: 16_000 }),
        memoryMib: fc.integer({ min: 100, max: 60_000 }),
        gpus: fc.constantFrom(0, 0, 1),
      }),
    }),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(jobs, (waiting) => {
      const cost = pack(waiting, [offers], unbounded).launches.reduce(
        (sum, { offer, count }) => sum + offer.kind.microUsd * count,
        0,
      );
      assert.ok(lowerBoundMicroUsd(waiting, offers) <= cost * (1 + 1e-9));
    }),
    { numRuns: 20 },
  );
});

test('jobs that fill instances to the last MiB cost what those do', () => {
  const [offer] = offers.filter((one) => one.type.name === 'm5.24xlarge');
  assert.ok(offer);
  const waiting = [{ count: 3, needs: offer.kind.capacity }];
  assert.ok(Math.abs(lowerBoundMicroUsd(waiting, [offer]) - 3 * offer.kind.microUsd) < 1);
});

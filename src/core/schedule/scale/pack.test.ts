// Packing: every job is either on an instance or counted as left, and nothing lies on an instance
// that it does not hold.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ec2Catalogue } from '../../instance-type/catalogue.ts';
import type { Needs } from '../../job/needs.ts';
import { defaultMarket } from './market.ts';
import { pack, type Bounds } from './pack.ts';
import { fitsIn } from '../fit/room.ts';
import { tiersOf } from './strategy.ts';

const unbounded: Bounds = {
  vcpus: 1e9,
  mayExceed: false,
  waitsForBest: false,
  instances: 1e9,
  pools: new Map(),
};
const tiers = tiersOf(
  [
    {
      name: 'all',
      types: ['m5', 'c5', 'r5', 'g4dn'].flatMap((family) => ec2Catalogue.family(family)),
    },
  ],
  { spot: false, strategy: 'BEST_FIT_PROGRESSIVE', bidPercentage: 100 },
  defaultMarket,
);

const waiting = fc.array(
  fc.record({
    count: fc.integer({ min: 1, max: 500 }),
    needs: fc.record({
      milliVcpu: fc.integer({ min: 1, max: 120_000 }),
      memoryMib: fc.integer({ min: 4, max: 400_000 }),
      gpus: fc.constantFrom(0, 0, 1, 4),
    }),
  }),
  { minLength: 1, maxLength: 8 },
);

const sum = (amounts: Iterable<{ needs: Needs; count: number }>): Needs => {
  let total = { milliVcpu: 0, memoryMib: 0, gpus: 0 };
  for (const { needs, count } of amounts)
    total = {
      milliVcpu: total.milliVcpu + needs.milliVcpu * count,
      memoryMib: total.memoryMib + needs.memoryMib * count,
      gpus: total.gpus + needs.gpus * count,
    };
  return total;
};

test('what the instances have is what their jobs use and what is free', () => {
  fc.assert(
    fc.property(waiting, (jobs) => {
      const { launches, left } = pack(jobs, tiers, unbounded);
      for (const { free } of launches)
        assert.ok(free.milliVcpu >= 0 && free.memoryMib >= 0 && free.gpus >= 0);
      const placed = sum(jobs.map(({ needs, count }, at) => ({ needs, count: count - left[at]! })));
      const has = sum(launches.map(({ offer, count }) => ({ needs: offer.kind.capacity, count })));
      const free = sum(launches.map((launch) => ({ needs: launch.free, count: launch.count })));
      assert.deepEqual(placed, {
        milliVcpu: has.milliVcpu - free.milliVcpu,
        memoryMib: has.memoryMib - free.memoryMib,
        gpus: has.gpus - free.gpus,
      });
      for (const [at, { needs, count }] of jobs.entries()) {
        const held = tiers.flat().some((offer) => fitsIn(offer.kind.capacity, needs));
        assert.equal(left[at], held ? 0 : count);
      }
    }),
  );
});

test('bounds hold: vCPUs but for one instance, instances, and pools', () => {
  fc.assert(
    fc.property(
      waiting,
      fc.nat(300),
      fc.boolean(),
      fc.nat(20),
      fc.nat(3),
      fc.boolean(),
      (jobs, vcpus, mayExceed, instances, pool, waitsForBest) => {
        const pools = new Map(tiers.flat().map((offer) => [offer.pool, pool]));
        const { launches, left } = pack(jobs, tiers, {
          vcpus,
          mayExceed,
          waitsForBest,
          instances,
          pools,
        });
        const each = launches.flatMap(({ offer, count }) =>
          Array.from({ length: count }, () => offer),
        );
        const used = each.reduce((total, offer) => total + offer.type.vcpus, 0);
        assert.ok(used <= vcpus || (mayExceed && used - each.at(-1)!.type.vcpus < vcpus));
        assert.ok(each.length <= instances);
        for (const offer of each)
          assert.ok(each.filter((other) => other.pool === offer.pool).length <= pool);
        for (const [at, count] of left.entries()) assert.ok(count >= 0 && count <= jobs[at]!.count);
      },
    ),
  );
});

test('a job that needs memory and one that needs vCPUs share an instance', () => {
  const { launches } = pack(
    [
      { count: 10, needs: { milliVcpu: 12_000, memoryMib: 8_000, gpus: 0 } },
      { count: 10, needs: { milliVcpu: 2_000, memoryMib: 48_000, gpus: 0 } },
    ],
    tiers,
    unbounded,
  );
  const cost = launches.reduce((total, { offer, count }) => total + offer.kind.microUsd * count, 0);
  // Apart: ten c5.4xlarge at 0.68 and ten r5.2xlarge at 0.504.
  assert.ok(cost < 10 * 960_000, `${cost}`);
});

test('where nothing within the bound holds a job, vCPUs are what is missing; where nothing at all does, they are not', () => {
  const large = { count: 3, needs: { milliVcpu: 12_000, memoryMib: 8_000, gpus: 0 } };
  assert.deepEqual(pack([large], tiers, { ...unbounded, vcpus: 8 }), {
    launches: [],
    left: [3],
    outOfVcpus: true,
  });
  const huge = { count: 3, needs: { milliVcpu: 12_000_000, memoryMib: 8_000, gpus: 0 } };
  assert.deepEqual(pack([huge], tiers, { ...unbounded, vcpus: 8 }), {
    launches: [],
    left: [3],
    outOfVcpus: false,
  });
});

test('vCPUs are not missing where all jobs have their instances', () => {
  const small = { count: 3, needs: { milliVcpu: 2_000, memoryMib: 2_000, gpus: 0 } };
  for (const vcpus of [unbounded.vcpus, 1_000]) {
    const { left, outOfVcpus } = pack([small], tiers, { ...unbounded, vcpus });
    assert.deepEqual({ left, outOfVcpus }, { left: [0], outOfVcpus: false });
  }
});

test('one instance across the bound is filled with all that it holds', () => {
  const { launches, left } = pack(
    [
      { count: 1, needs: { milliVcpu: 12_000, memoryMib: 8_000, gpus: 0 } },
      { count: 2, needs: { milliVcpu: 2_000, memoryMib: 4_000, gpus: 0 } },
    ],
    tiers,
    { ...unbounded, vcpus: 1, mayExceed: true },
  );
  assert.deepEqual(
    launches.map(({ offer, count }) => [offer.type.vcpus, count]),
    [[16, 1]],
  );
  assert.deepEqual(left, [0, 0]);
});

const cost = (jobs: readonly { count: number; needs: Needs }[]): number =>
  pack(jobs, tiers, unbounded).launches.reduce(
    (total, { offer, count }) => total + offer.kind.microUsd * count,
    0,
  );

test('shapes that are packed together cost no more than each for itself, and a twentieth less on average', () => {
  const parts: number[] = [];
  for (const jobs of fc.sample(waiting, { numRuns: 400, seed: 1 })) {
    const apart = jobs.reduce((total, one) => total + cost([one]), 0);
    if (apart === 0) continue;
    parts.push(cost(jobs) / apart);
    assert.ok((parts.at(-1) ?? 0) < 1.005, JSON.stringify(jobs));
  }
  const mean = parts.reduce((total, part) => total + part, 0) / parts.length;
  assert.ok(mean < 0.952, `${mean}`);
});

const shape = (count: number, milliVcpu: number, memoryMib: number, gpus = 0) => ({
  count,
  needs: { milliVcpu, memoryMib, gpus },
});
const small = shape(100, 1000, 1000);
const unlike = [shape(3, 4000, 1000), shape(3, 1000, 28_000)];
const oneOfEach = new Map(tiers.flat().map(({ pool }) => [pool, 1]));

const examples: readonly [
  what: string,
  jobs: readonly { count: number; needs: Needs }[],
  bounds: Partial<Bounds>,
  launched: string,
  left: number[],
][] = [
  ['vCPUs alone', [small], {}, '1 c5.24xlarge, 1 c5.xlarge', [0]],
  ['much memory', [shape(100, 1000, 7000)], {}, '1 r5.24xlarge, 1 r5.xlarge', [0]],
  ['GPUs', [shape(5, 1000, 1000, 1)], {}, '5 g4dn.xlarge', [0]],
  ['two that are unlike share', unlike, {}, '1 m5.4xlarge, 1 r5.xlarge', [0, 0]],
  [
    'three shapes',
    [shape(7, 3000, 5000), shape(9, 1000, 2000), shape(4, 500, 7000)],
    {},
    '1 r5.xlarge, 1 c5.4xlarge, 1 c5.2xlarge, 1 m5.xlarge',
    [0, 0, 0],
  ],
  ['8 vCPUs at most', unlike, { vcpus: 8 }, '1 r5.2xlarge', [2, 1]],
  [
    '5 vCPUs, and one instance across',
    unlike,
    { vcpus: 5, mayExceed: true },
    '1 c5.xlarge, 1 c5.xlarge',
    [1, 3],
  ],
  ['one instance at most', [small], { instances: 1 }, '1 c5.24xlarge', [4]],
  ['one of each type at most', [small], { pools: oneOfEach }, '1 c5.24xlarge, 1 c5.xlarge', [0]],
  [
    'none of the best type: the next',
    [small],
    {
      pools: new Map([...oneOfEach].map(([pool]) => [pool, pool.includes('c5.24xlarge') ? 0 : 9])),
    },
    '1 c5.metal, 1 c5.xlarge',
    [0],
  ],
  [
    'none of the best type, and BEST_FIT waits for it',
    [small],
    {
      waitsForBest: true,
      pools: new Map([...oneOfEach].map(([pool]) => [pool, pool.includes('c5.24xlarge') ? 0 : 9])),
    },
    '1 c5.xlarge',
    [96],
  ],
];
for (const [what, jobs, bounds, launched, expected] of examples)
  test(`packing ${what}`, () => {
    const { launches, left } = pack(jobs, tiers, { ...unbounded, ...bounds });
    assert.equal(
      launches.map(({ offer, count }) => `${count} ${offer.type.name}`).join(', '),
      launched,
    );
    assert.deepEqual(left, expected);
  });

// Planning of instances: the time of one cycle over 100,000 waiting jobs, and what the planned
// instances cost beside the least that any plan could cost. The workloads have the shapes that
// published ones have: many small jobs and few large ones, memory that follows or fights the vCPUs,
// GPUs beside plain jobs.

import { arn, hostId } from '../src/base/ids.ts';
import { ec2Catalogue } from '../src/core/instance-type/catalogue.ts';
import type { InstanceType } from '../src/core/instance-type/instance-type.ts';
import type { Needs } from '../src/core/job/needs.ts';
import { defaultMarket } from '../src/core/schedule/scale/market.ts';
import { pack, type Bounds, type Demand } from '../src/core/schedule/scale/pack.ts';
import { planScaling } from '../src/core/schedule/scale/scale.ts';
import type {
  ScalingEnvironment,
  ScalingInstance,
} from '../src/core/schedule/scale/scaling-environment.ts';
import { tiersOf, type Offer } from '../src/core/schedule/scale/strategy.ts';
import { draws, type Draws } from './draws.ts';
import { lowerBoundMicroUsd } from './lower-bound.ts';
import type { Figure } from './report.ts';
import { costWhenPlaced } from './scaling-run.ts';

const familiesOf = (...names: string[]): InstanceType[] =>
  names.flatMap((name) => ec2Catalogue.family(name));
const general = familiesOf('m6i', 'c6i', 'r6i', 'c7i', 'm5', 'c5', 'r5', 'm7i', 'r7i', 'c6a').slice(
  0,
  100,
);
const withGpus = [...general.slice(0, 80), ...familiesOf('g4dn', 'g5', 'p3')];

const shape = (vcpus: number, gib: number, gpus = 0): Needs => ({
  milliVcpu: Math.round(vcpus * 1000),
  memoryMib: Math.round(gib * 1024),
  gpus,
});

interface Workload {
  readonly title: string;
  readonly types: readonly InstanceType[];
  readonly waiting: readonly Demand[];
}

/** 100,000 jobs of 50 shapes unless it is said otherwise. */
function workload(
  title: string,
  draw: Draws,
  one: (draw: Draws) => Needs,
  shapes = 50,
  jobs = 100_000,
  types: readonly InstanceType[] = general,
): Workload {
  const byKey = new Map<string, Needs>();
  for (let tries = 0; byKey.size < shapes && tries < 10_000; tries++) {
    const needs = one(draw);
    byKey.set(JSON.stringify(needs), needs);
  }
  // A few shapes have most of the jobs, as in every published trace.
  const weights = [...byKey.values()].map((needs, at) => ({ needs, weight: 1000 / (at + 1) }));
  const sum = weights.reduce((total, each) => total + each.weight, 0);
  return {
    title,
    types,
    waiting: weights.map(({ needs, weight }) => ({
      needs,
      count: Math.max(1, Math.floor((jobs * weight) / sum)),
    })),
  };
}

function workloads(): Workload[] {
  const draw = draws(11);
  const power = (most: number): number => 2 ** (draw.upTo(most) - 1);
  return [
    workload('one shape, one vCPU and 2 GiB', draw, () => shape(1, 2), 1),
    workload('powers of two, 4 GiB a vCPU', draw, () => {
      const vcpus = power(6);
      return shape(vcpus, vcpus * 4 - power(3) / 4);
    }),
    workload('genomics: few vCPUs and 8 to 60 GiB', draw, () =>
      shape(draw.one([1, 2, 4, 8, 16]), draw.one([8, 15, 30, 60]) - draw.upTo(4) / 4),
    ),
    workload('render farm: many vCPUs, little memory', draw, () =>
      shape(draw.one([4, 8, 16, 32]), draw.upTo(32)),
    ),
    workload('parameter sweep: tiny jobs', draw, () => shape(draw.upTo(8) / 4, draw.upTo(16) / 8)),
    workload('memory fights vCPUs', draw, () =>
      draw.upTo(2) === 1 ? shape(draw.upTo(16), draw.upTo(8)) : shape(1, 8 * draw.upTo(16)),
    ),
    workload('anything to 48 vCPUs and 192 GiB', draw, () => shape(draw.upTo(48), draw.upTo(192))),
    workload('just more than half of a size', draw, () => {
      const vcpus = power(6);
      return shape(vcpus + 1, vcpus * 4 + 2);
    }),
    workload(
      'GPUs beside plain jobs',
      draw,
      () =>
        draw.upTo(3) === 1
          ? shape(draw.one([4, 8]), draw.one([15, 30, 60]), draw.one([1, 1, 1, 4]))
          : shape(draw.upTo(8), draw.upTo(32)),
      50,
      100_000,
      withGpus,
    ),
    workload('a small backlog: 200 jobs', draw, () => shape(draw.upTo(8), draw.upTo(32)), 10, 200),
  ];
}

const bounds: Bounds = {
  vcpus: 1_000_000_000,
  mayExceed: false,
  waitsForBest: false,
  instances: 1_000_000_000,
  pools: new Map(),
};

const offersOf = (types: readonly InstanceType[]): readonly (readonly Offer[])[] =>
  tiersOf(
    [{ name: 'bench', types }],
    { spot: false, strategy: 'BEST_FIT_PROGRESSIVE', bidPercentage: 100 },
    defaultMarket,
  );

export function scaleBench(): Promise<Figure[]> {
  const figures: Figure[] = [];
  let slowest = 0;
  let worst = { placed: 0, title: '' };
  for (const { title, types, waiting } of workloads()) {
    const tiers = offersOf(types);
    const times = [];
    let packed = pack(waiting, tiers, bounds);
    for (let round = 0; round < 5; round++) {
      const began = performance.now();
      packed = pack(waiting, tiers, bounds);
      times.push(performance.now() - began);
    }
    const ms = times.toSorted((a, b) => a - b)[2] as number;
    slowest = Math.max(slowest, ms);
    const cost = packed.launches.reduce(
      (sum, launch) => sum + launch.count * launch.offer.kind.microUsd,
      0,
    );
    const count = packed.launches.reduce((sum, launch) => sum + launch.count, 0);
    const bound = lowerBoundMicroUsd(waiting, tiers.flat());
    const placed = (costWhenPlaced(types, waiting) / bound - 1) * 100;
    if (placed > worst.placed) worst = { placed, title };
    figures.push({
      what: `cost over the lower bound: ${title}`,
      value: (cost / bound - 1) * 100,
      unit: '%',
      target: { bound: 'at most', value: 10 },
      note: `${Math.round(cost / 1e6).toLocaleString('en-US')} USD/h over ${Math.round(bound / 1e6).toLocaleString('en-US')}, ${count.toLocaleString('en-US')} instances, ${waiting.length} shapes, ${types.length} types, ${ms.toFixed(1)} ms${packed.left.some((left) => left > 0) ? ', SOME LEFT' : ''}`,
    });
  }
  figures.push(
    {
      what: 'packing of the slowest of them',
      value: slowest,
      unit: 'ms',
      target: { bound: 'at most', value: 50 },
      note: 'median of 5',
    },
    {
      what: 'the worst of them when jobs are placed one by one, as they came',
      value: worst.placed,
      unit: '%',
      note: worst.title,
    },
    cycle('a whole cycle: two environments, 5,000 full instances', 10_000_000),
    cycle('the same, maxvCpus all but reached', 5_000 * 8 + 4_000),
  );
  return Promise.resolve(figures);
}

/**
 * A cycle of scaling over the jobs of all workloads' middle one, with instances that are there
 * already and have no room.
 */
function cycle(what: string, maxvCpus: number): Figure {
  const { types, waiting } = workloads()[6] as Workload;
  const full: ScalingInstance[] = Array.from({ length: 5_000 }, (_, at) => ({
    id: hostId(String(at)),
    type: general[2] as InstanceType,
    state: 'running',
    jobs: 8,
    free: shape(0.25, 0.25),
  }));
  const environments = ['a', 'b'].map((name, at): ScalingEnvironment => ({
    arn: arn(name),
    state: 'ENABLED',
    spot: false,
    strategy: 'BEST_FIT_PROGRESSIVE',
    bidPercentage: 100,
    minvCpus: 0,
    maxvCpus,
    choices: [{ name: 'bench', types }],
    scaleDownDelayMs: 0,
    instances: at === 0 ? full : [],
  }));
  const queue = { environments: environments.map((environment) => environment.arn), waiting };
  const times = Array.from({ length: 5 }, () => {
    const began = performance.now();
    planScaling([queue], environments, defaultMarket, 0);
    return performance.now() - began;
  });
  return {
    what,
    value: times.toSorted((a, b) => a - b)[2] as number,
    unit: 'ms',
    target: { bound: 'at most', value: 50 },
    note: '100,000 waiting jobs of 50 shapes, 100 types; median of 5',
  };
}

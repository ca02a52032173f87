// Scaling decisions as tables: what is launched for what waits, what ends, and why something found
// no place.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { arn, hostId } from '../../../base/ids.ts';
import { isRefusal } from '../../../base/refusal.ts';
import { limit } from '../../limit.ts';
import { ec2Catalogue } from '../../instance-type/catalogue.ts';
import { choicesOf, type Choice } from '../../instance-type/choices.ts';
import { capacityOf, type InstanceType } from '../../instance-type/instance-type.ts';
import { noNeeds, subtractNeeds, type Needs } from '../../job/needs.ts';
import { defaultMarket, type Market } from './market.ts';
import type { QueueDemand } from './demand.ts';
import { planScaling, type ScalingPlan } from './scale.ts';
import { mayExceed, type ScalingEnvironment, type ScalingInstance } from './scaling-environment.ts';

const nowMs = 1_000_000;
const needs = (vcpus: number, gib = 1, gpus = 0): Needs => ({
  milliVcpu: vcpus * 1000,
  memoryMib: gib * 1024,
  gpus,
});

function typeOf(name: string): InstanceType {
  const type = ec2Catalogue.type(name);
  assert.ok(type, name);
  return type;
}

function choices(...names: string[]): readonly Choice[] {
  const found = choicesOf(names, ec2Catalogue);
  assert.ok(!isRefusal(found));
  return found;
}

const environmentOf = (more: Partial<ScalingEnvironment> = {}): ScalingEnvironment => ({
  arn: arn('ce'),
  state: 'ENABLED',
  minvCpus: 0,
  maxvCpus: 256,
  choices: choices('m5'),
  scaleDownDelayMs: 0,
  instances: [],
  spot: false,
  strategy: 'BEST_FIT_PROGRESSIVE',
  bidPercentage: 100,
  ...more,
});

/** `busy`: what its jobs have. */
function instance(
  id: string,
  type: string,
  more: Partial<ScalingInstance> & { busy?: Needs } = {},
): ScalingInstance {
  const { busy, ...rest } = more;
  return {
    id: hostId(id),
    type: typeOf(type),
    state: 'running',
    free: subtractNeeds(capacityOf(typeOf(type)), busy ?? noNeeds),
    jobs: busy === undefined ? 0 : 1,
    ...rest,
  };
}

/** `2 m5.large -i1 ~i2` for each environment: launched, ended, drained. */
const told = (plan: ScalingPlan): string[] =>
  plan.environments.map(({ launches, ends, drains }) =>
    [
      ...launches.map(({ type, count }) => `${count} ${type.name}`),
      ...ends.map((id) => `-${id}`),
      ...drains.map((id) => `~${id}`),
    ].join(' '),
  );

interface Case {
  readonly environments: Partial<ScalingEnvironment>[];
  /** Jobs of the one queue, which names all environments in order. */
  readonly waiting?: [count: number, needs: Needs, overtaken?: boolean][];
  readonly market?: Partial<Market>;
  readonly instancesLeft?: number;
  readonly plans: string[];
  readonly desired?: number[];
  readonly unmet?: [count: number, because: string][];
  readonly nextAtMs?: number;
}

function planOf({
  environments,
  waiting = [],
  market = {},
  instancesLeft,
}: Omit<Case, 'plans'>): ScalingPlan {
  const all = environments.map((more, at) => environmentOf({ arn: arn(`ce${at}`), ...more }));
  const queue: QueueDemand = {
    environments: all.map((each) => each.arn),
    waiting: waiting.map(([count, one, overtaken]) => ({
      count,
      needs: one,
      overtaken: overtaken ?? false,
    })),
  };
  return planScaling([queue], all, { ...defaultMarket, ...market }, nowMs, instancesLeft);
}

const ordered = { strategy: 'BEST_FIT_PROGRESSIVE_ORDERED' } as const;
const spot = (strategy: ScalingEnvironment['strategy']) => ({ spot: true, strategy }) as const;

const cases: Record<string, Case> = {
  'nothing waits, nothing starts': { environments: [{}], plans: [''], desired: [0] },
  'what the plan launches across maxvCpus is the one that may lie there: nothing drains for it': {
    environments: [
      {
        maxvCpus: 12,
        instances: ['i1', 'i2', 'i3', 'i4', 'i5'].map((id) =>
          instance(id, 'm5.large', { busy: needs(2) }),
        ),
      },
    ],
    waiting: [[1, needs(4)]],
    plans: ['1 m5.xlarge'],
  },
  'one small job takes the smallest type that holds it': {
    environments: [{}],
    waiting: [[1, needs(1)]],
    plans: ['1 m5.large'],
    desired: [2],
  },
  'a job of all of an 8 GiB instance’s memory needs a larger one': {
    environments: [{ choices: choices('m4.large', 'm4.xlarge') }],
    waiting: [[1, needs(1, 8)]],
    plans: ['1 m4.xlarge'],
  },
  'the agent’s reserve is taken from what an instance offers': {
    environments: [{ choices: choices('m4.large', 'm4.xlarge'), reservedMemoryMib: 1000 }],
    waiting: [[1, { ...needs(1), memoryMib: 7000 }]],
    plans: ['1 m4.xlarge'],
  },
  'the type whose shape is the jobs’ is cheapest for them': {
    environments: [{ choices: choices('m5', 'c5', 'r5') }],
    waiting: [
      [1, needs(2, 14)],
      [1, needs(2, 3)],
    ],
    plans: ['1 r5.large 1 c5.large'],
    desired: [4],
  },
  'a GPU is launched for the job that asks, and others use what it leaves': {
    environments: [{ choices: choices('m5', 'g4dn') }],
    waiting: [
      [1, needs(1, 4, 1)],
      [1, needs(1, 4)],
    ],
    plans: ['1 g4dn.xlarge'],
  },
  'jobs go first to what is there': {
    environments: [{ instances: [instance('i', 'm5.xlarge', { busy: needs(1) })] }],
    waiting: [[3, needs(1)]],
    plans: [''],
    desired: [4],
  },
  'and to what is on its way': {
    environments: [{ instances: [instance('i', 'm5.xlarge', { state: 'launching' })] }],
    waiting: [[5, needs(1)]],
    plans: ['1 m5.large'],
    desired: [6],
  },
  'but not to what drains': {
    environments: [
      { instances: [instance('i', 'm5.xlarge', { state: 'draining', busy: needs(1) })] },
    ],
    waiting: [[1, needs(1)]],
    plans: ['1 m5.large'],
  },
  'BEST_FIT on demand never exceeds maxvCpus': {
    environments: [{ strategy: 'BEST_FIT', maxvCpus: 5, choices: choices('m5.xlarge') }],
    waiting: [[8, needs(1)]],
    plans: ['1 m5.xlarge'],
    desired: [4],
    unmet: [[4, 'max-vcpus']],
  },
  'the progressive strategies exceed it by one instance': {
    environments: [{ maxvCpus: 5, choices: choices('m5.xlarge') }],
    waiting: [[12, needs(1)]],
    plans: ['2 m5.xlarge'],
    desired: [5],
    unmet: [[4, 'max-vcpus']],
  },
  'BEST_FIT on Spot does too': {
    environments: [{ ...spot('BEST_FIT'), maxvCpus: 5, choices: choices('m5.xlarge') }],
    waiting: [[12, needs(1)]],
    plans: ['2 m5.xlarge'],
    unmet: [[4, 'max-vcpus']],
  },
  'what is exceeded already is not exceeded further': {
    environments: [{ maxvCpus: 5, instances: [instance('a', 'm5.2xlarge', { busy: needs(8) })] }],
    waiting: [[1, needs(1)]],
    plans: [''],
    unmet: [[1, 'max-vcpus']],
  },
  'a job that was overtaken for long has instances make way, those with the fewest jobs first, and nothing takes what they leave':
    {
      environments: [
        {
          maxvCpus: 4,
          minvCpus: 2,
          strategy: 'BEST_FIT',
          instances: [
            instance('a', 'm5.large', { busy: needs(2), jobs: 2 }),
            instance('b', 'm5.large', { busy: needs(1) }),
          ],
        },
      ],
      waiting: [
        [1, needs(4), true],
        [3, needs(1)],
      ],
      plans: ['~b ~a'],
      unmet: [
        [1, 'max-vcpus'],
        [3, 'max-vcpus'],
      ],
    },
  'no more make way than have to, and those that do already count': {
    environments: [
      {
        maxvCpus: 4,
        instances: [
          instance('a', 'm5.large', { busy: needs(1) }),
          instance('b', 'm5.large', { busy: needs(1) }),
        ],
      },
    ],
    waiting: [
      [1, needs(4), true],
      [1, needs(2)],
    ],
    plans: ['~b'],
    unmet: [
      [1, 'max-vcpus'],
      [1, 'max-vcpus'],
    ],
  },
  'none makes way twice': {
    environments: [
      {
        maxvCpus: 4,
        instances: [
          instance('a', 'm5.large', { busy: needs(1) }),
          instance('b', 'm5.large', { state: 'draining', busy: needs(1) }),
        ],
      },
    ],
    waiting: [[1, needs(4), true]],
    plans: [''],
    unmet: [[1, 'max-vcpus']],
  },
  'none makes way where one is there that can hold the job': {
    environments: [
      {
        maxvCpus: 6,
        instances: [
          instance('a', 'm5.xlarge', { busy: needs(4) }),
          instance('b', 'm5.large', { busy: needs(1) }),
        ],
      },
    ],
    waiting: [[1, needs(4), true]],
    plans: [''],
    unmet: [[1, 'max-vcpus']],
  },
  'idle ones make way at once though minvCpus would keep them': {
    environments: [
      {
        maxvCpus: 4,
        minvCpus: 4,
        strategy: 'BEST_FIT',
        instances: [instance('a', 'm5.large'), instance('b', 'm5.large')],
      },
    ],
    waiting: [[1, needs(4)]],
    plans: ['~b ~a'],
    unmet: [[1, 'max-vcpus']],
  },
  'but after their delay': {
    environments: [
      {
        maxvCpus: 4,
        minvCpus: 4,
        strategy: 'BEST_FIT',
        scaleDownDelayMs: 1_000,
        instances: [
          instance('a', 'm5.large', { lastJobEndedAtMs: nowMs - 400 }),
          instance('b', 'm5.large', { lastJobEndedAtMs: nowMs - 600 }),
        ],
      },
    ],
    waiting: [[1, needs(4)]],
    plans: [''],
    unmet: [[1, 'max-vcpus']],
    nextAtMs: nowMs + 400,
  },
  'those beyond a maxvCpus that was lowered drain, but one that may lie across it': {
    environments: [
      {
        maxvCpus: 3,
        instances: [
          instance('a', 'm5.large', { busy: needs(1) }),
          instance('b', 'm5.large', { busy: needs(2), jobs: 2 }),
          instance('c', 'm5.large', { busy: needs(2), jobs: 2 }),
        ],
      },
    ],
    plans: ['~a'],
  },
  'and with BEST_FIT on demand also that one': {
    environments: [
      {
        strategy: 'BEST_FIT',
        maxvCpus: 3,
        instances: [
          instance('a', 'm5.large', { busy: needs(1) }),
          instance('b', 'm5.large', { busy: needs(2), jobs: 2 }),
        ],
      },
    ],
    plans: ['~a'],
  },
  'when not all can be had, the first in the queue come first': {
    environments: [{ strategy: 'BEST_FIT', maxvCpus: 8 }],
    waiting: [
      [2, needs(4, 14)],
      [100, needs(1)],
    ],
    plans: ['1 m5.2xlarge'],
    unmet: [[100, 'max-vcpus']],
  },
  'what one environment cannot take spills over to the next': {
    environments: [{ maxvCpus: 4, strategy: 'BEST_FIT' }, { choices: choices('c5') }],
    waiting: [[6, needs(1)]],
    plans: ['1 m5.xlarge', '1 c5.large'],
    desired: [4, 2],
  },
  'a job too large for one environment goes to the next': {
    environments: [{ choices: choices('m5.large') }, { choices: choices('m5') }],
    waiting: [[1, needs(4)]],
    plans: ['', '1 m5.xlarge'],
  },
  'a DISABLED environment takes nothing': {
    environments: [{ state: 'DISABLED' }],
    waiting: [[1, needs(1)]],
    plans: [''],
    unmet: [[1, 'no-environment']],
  },
  'a job that no type holds is told so': {
    environments: [{ choices: choices('m5.large') }],
    waiting: [[1, needs(4)]],
    plans: [''],
    unmet: [[1, 'too-large']],
  },
  'the account’s limit bounds all': {
    environments: [{ choices: choices('m5.large') }, {}],
    waiting: [[4, needs(2)]],
    instancesLeft: 1,
    plans: ['1 m5.large', ''],
    unmet: [[3, 'instance-limit']],
  },

  'minvCpus is there whatever the demand': {
    environments: [{ minvCpus: 6, choices: choices('m5.large', 'm5.xlarge') }],
    plans: ['1 m5.xlarge 1 m5.large'],
    desired: [6],
  },
  'minvCpus is there in a DISABLED environment': {
    environments: [{ state: 'DISABLED', minvCpus: 2 }],
    plans: ['1 m5.large'],
  },
  'minvCpus counts what demand launches': {
    environments: [{ minvCpus: 2 }],
    waiting: [[1, needs(2)]],
    plans: ['1 m5.large'],
  },
  'minvCpus does not take BEST_FIT over maxvCpus': {
    environments: [
      { strategy: 'BEST_FIT', minvCpus: 3, maxvCpus: 3, choices: choices('m5.large') },
    ],
    plans: ['1 m5.large'],
  },
  'what was asked for is there, and stays': {
    environments: [{ desiredvCpus: 8, instances: [instance('a', 'm5.xlarge')] }],
    plans: ['1 m5.xlarge'],
    desired: [8],
  },

  'an idle instance ends at once where there is no delay': {
    environments: [{ instances: [instance('a', 'm5.large', { lastJobEndedAtMs: nowMs })] }],
    plans: ['-a'],
    desired: [0],
  },
  'an idle instance waits out its delay': {
    environments: [
      {
        scaleDownDelayMs: 5000,
        instances: [
          instance('a', 'm5.large', { lastJobEndedAtMs: nowMs - 4999 }),
          instance('b', 'm5.large', { lastJobEndedAtMs: nowMs - 1000 }),
          instance('c', 'm5.large', { lastJobEndedAtMs: nowMs - 5000 }),
        ],
      },
    ],
    plans: ['-c'],
    desired: [4],
    nextAtMs: nowMs + 1,
  },
  'one on which no job ever ran does not wait': {
    environments: [{ scaleDownDelayMs: 5000, instances: [instance('a', 'm5.large')] }],
    plans: ['-a'],
  },
  'an idle instance that a waiting job will use stays': {
    environments: [{ instances: [instance('a', 'm5.large'), instance('b', 'm5.large')] }],
    waiting: [[1, needs(2)]],
    plans: ['-b'],
    desired: [2],
    nextAtMs: nowMs + limit.keptInstancePauseMs,
  },
  'minvCpus stay, those that joined first': {
    environments: [
      {
        minvCpus: 3,
        state: 'DISABLED',
        instances: [
          instance('a', 'm5.large'),
          instance('b', 'm5.large'),
          instance('c', 'm5.large'),
        ],
      },
    ],
    plans: ['-c'],
    desired: [4],
  },
  'what runs jobs or starts stays': {
    environments: [
      {
        instances: [
          instance('a', 'm5.large', { busy: needs(1) }),
          instance('b', 'm5.large', { state: 'launching' }),
        ],
      },
    ],
    plans: [''],
    desired: [4],
  },
  'what drains ends when it is idle, and does not count as minvCpus': {
    environments: [
      {
        minvCpus: 2,
        scaleDownDelayMs: 5000,
        instances: [instance('a', 'm5.large', { state: 'draining', lastJobEndedAtMs: nowMs })],
      },
    ],
    plans: ['1 m5.large -a'],
    desired: [2],
  },

  'BEST_FIT waits for its type when there is no more of it': {
    environments: [{ strategy: 'BEST_FIT', choices: choices('c5.large', 'm5.large') }],
    market: { pools: new Map([['c5.large', 1]]) },
    waiting: [[3, needs(2, 2)]],
    plans: ['1 c5.large'],
    unmet: [[2, 'no-capacity']],
  },
  'a progressive strategy takes the next type': {
    environments: [{ choices: choices('c5.large', 'm5.large') }],
    market: { pools: new Map([['c5.large', 1]]) },
    waiting: [[3, needs(2, 2)]],
    plans: ['1 c5.large 2 m5.large'],
  },
  'pools are shared by environments': {
    environments: [
      { maxvCpus: 2, strategy: 'BEST_FIT', choices: choices('c5.large') },
      { choices: choices('c5.large') },
    ],
    market: { pools: new Map([['c5.large', 2]]) },
    waiting: [[3, needs(2, 2)]],
    plans: ['1 c5.large', '1 c5.large'],
    unmet: [[1, 'max-vcpus']],
  },
  'instances that are there are taken from their pools': {
    environments: [
      {
        choices: choices('c5.large', 'm5.large'),
        instances: [instance('a', 'c5.large', { busy: needs(2) })],
      },
    ],
    market: { pools: new Map([['c5.large', 2]]) },
    waiting: [[2, needs(2, 2)]],
    plans: ['1 c5.large 1 m5.large'],
  },
  'an ordered strategy goes by the list, not by the price': {
    environments: [{ ...ordered, choices: choices('r5', 'c5') }],
    waiting: [[1, needs(2, 2)]],
    plans: ['1 r5.large'],
  },
  'it skips types that are too small': {
    environments: [{ ...ordered, choices: choices('m5.large', 'm5.4xlarge', 'm5.xlarge') }],
    waiting: [[1, needs(4)]],
    plans: ['1 m5.4xlarge'],
  },
  'it takes the next where there is no more of the first': {
    environments: [{ ...ordered, choices: choices('r5.large', 'c5.large') }],
    market: { pools: new Map([['r5.large', 1]]) },
    waiting: [[2, needs(2, 2)]],
    plans: ['1 r5.large 1 c5.large'],
  },
  'SPOT_CAPACITY_OPTIMIZED takes the deepest pool': {
    environments: [
      { ...spot('SPOT_CAPACITY_OPTIMIZED'), choices: choices('c5.large', 'r5.large') },
    ],
    market: {
      pools: new Map([
        ['spot c5.large', 50],
        ['spot r5.large', 60],
      ]),
    },
    waiting: [[1, needs(2, 2)]],
    plans: ['1 r5.large'],
  },
  'SPOT_PRICE_CAPACITY_OPTIMIZED takes the cheapest of the deep ones': {
    environments: [
      {
        ...spot('SPOT_PRICE_CAPACITY_OPTIMIZED'),
        choices: choices('c5.large', 'r5.large', 'm5.large'),
      },
    ],
    market: {
      pools: new Map([
        ['spot c5.large', 10],
        ['spot r5.large', 60],
        ['spot m5.large', 50],
      ]),
    },
    waiting: [[1, needs(2, 2)]],
    plans: ['1 m5.large'],
  },
  'SPOT_CAPACITY_OPTIMIZED_PRIORITIZED keeps the list’s order among the deep ones': {
    environments: [
      {
        ...spot('SPOT_CAPACITY_OPTIMIZED_PRIORITIZED'),
        choices: choices('c5.large', 'r5.large', 'm5.large'),
      },
    ],
    market: {
      pools: new Map([
        ['spot c5.large', 10],
        ['spot r5.large', 60],
        ['spot m5.large', 50],
      ]),
    },
    waiting: [[1, needs(2, 2)]],
    plans: ['1 r5.large'],
  },
  'Spot above the bid is not launched': {
    environments: [{ ...spot('SPOT_CAPACITY_OPTIMIZED'), bidPercentage: 20 }],
    waiting: [[1, needs(1)]],
    plans: [''],
    unmet: [[1, 'spot-price']],
  },
  'a type within the bid is': {
    environments: [
      { ...spot('SPOT_CAPACITY_OPTIMIZED'), bidPercentage: 20, choices: choices('m5.large', 'c5') },
    ],
    market: {
      spotPercentOf: new Map([
        ['c5', 20],
        ['c5.large', 21],
      ]),
    },
    waiting: [[1, needs(1)]],
    plans: ['1 c5.xlarge'],
  },
  'what Spot does not offer is not launched there': {
    environments: [{ ...spot('SPOT_CAPACITY_OPTIMIZED'), choices: choices('hpc6a.48xlarge') }],
    waiting: [[1, needs(1)]],
    plans: [''],
    unmet: [[1, 'spot-price']],
  },
};

for (const [title, { plans, desired, unmet = [], nextAtMs, ...given }] of Object.entries(cases)) {
  test(`scaling: ${title}`, () => {
    const plan = planOf(given);
    assert.deepEqual(told(plan), plans);
    assert.deepEqual(
      plan.unmet.map((one) => [one.count, one.because]),
      unmet,
    );
    if (desired !== undefined)
      assert.deepEqual(
        plan.environments.map((each) => each.desiredvCpus),
        desired,
      );
    assert.equal(plan.nextScaleDownAtMs, nextAtMs);
  });
}

test('a queue of higher priority has the vCPUs first, and another uses what its instances leave', () => {
  const environment = environmentOf({
    strategy: 'BEST_FIT',
    maxvCpus: 4,
    choices: choices('m5.xlarge'),
  });
  const queue = (count: number): QueueDemand => ({
    environments: [environment.arn],
    waiting: [{ count, needs: needs(1) }],
  });
  const plan = planScaling([queue(3), queue(3)], [environment], defaultMarket, nowMs);
  assert.deepEqual(told(plan), ['1 m5.xlarge']);
  assert.deepEqual(
    plan.unmet.map(({ queue: number, count }) => [number, count]),
    [[1, 2]],
  );
});

const small = fc.record({
  count: fc.integer({ min: 1, max: 40 }),
  needs: fc.record({
    milliVcpu: fc.constantFrom(250, 1000, 2000, 3000, 16_000, 90_000),
    memoryMib: fc.constantFrom(128, 1024, 5000, 30_000),
    gpus: fc.constantFrom(0, 0, 0, 1),
  }),
});
const anInstance = fc.record({
  type: fc.constantFrom('m5.large', 'c5.4xlarge', 'g4dn.xlarge'),
  state: fc.constantFrom(
    'launching' as const,
    'running' as const,
    'running' as const,
    'draining' as const,
  ),
  busy: fc.boolean(),
  idleMs: fc.option(fc.nat(9000)),
});
const anEnvironment = fc.record({
  names: fc.uniqueArray(fc.constantFrom('m5', 'c5', 'r5.large', 'g4dn', 'm5.large'), {
    minLength: 1,
    maxLength: 3,
  }),
  strategy: fc.constantFrom(
    'BEST_FIT',
    'BEST_FIT_PROGRESSIVE',
    'BEST_FIT_PROGRESSIVE_ORDERED',
    'SPOT_CAPACITY_OPTIMIZED',
    'SPOT_PRICE_CAPACITY_OPTIMIZED',
    'SPOT_CAPACITY_OPTIMIZED_PRIORITIZED',
  ),
  state: fc.constantFrom('ENABLED' as const, 'ENABLED' as const, 'DISABLED' as const),
  minvCpus: fc.integer({ min: 0, max: 20 }),
  room: fc.integer({ min: 0, max: 100 }),
  delay: fc.constantFrom(0, 5000),
  instances: fc.array(anInstance, { maxLength: 5 }),
});

test('whatever waits: bounds hold, the minimum stays, what waits out its delay stays, and the same plan comes twice', () => {
  fc.assert(
    fc.property(
      fc.array(anEnvironment, { minLength: 1, maxLength: 3 }),
      fc.array(fc.array(small, { maxLength: 6 }), { maxLength: 2 }),
      fc.option(fc.nat(10)),
      (given, demand, pool) => {
        const environments = given.map((one, at) =>
          environmentOf({
            arn: arn(`ce${at}`),
            choices: choices(...one.names),
            strategy: one.strategy,
            spot: one.strategy.startsWith('SPOT'),
            state: one.state,
            minvCpus: one.minvCpus,
            maxvCpus: one.minvCpus + one.room,
            scaleDownDelayMs: one.delay,
            instances: one.instances.map((each, index) =>
              instance(`${at}/${index}`, each.type, {
                state: each.state,
                ...(each.busy ? { busy: needs(1) } : {}),
                ...(each.idleMs === null ? {} : { lastJobEndedAtMs: nowMs - each.idleMs }),
              }),
            ),
          }),
        );
        const market = {
          ...defaultMarket,
          pools:
            pool === null
              ? new Map<string, number>()
              : new Map([
                  ['m5.large', pool],
                  ['spot m5.large', pool],
                ]),
        };
        const queues = demand.map((waiting) => ({
          environments: environments.map((each) => each.arn),
          waiting,
        }));
        const plan = planScaling(queues, environments, market, nowMs);
        assert.deepEqual(plan, planScaling(queues, environments, market, nowMs));
        for (const [at, environment] of environments.entries()) {
          const { launches, ends } = plan.environments[at]!;
          const had = environment.instances.reduce((sum, each) => sum + each.type.vcpus, 0);
          const added = launches.flatMap(({ type, count }) =>
            Array.from({ length: count }, () => type.vcpus),
          );
          const total = added.reduce((sum, vcpus) => sum + vcpus, had);
          if (added.length > 0 && total > environment.maxvCpus) {
            assert.ok(mayExceed(environment), 'BEST_FIT on demand exceeded maxvCpus');
            assert.ok(
              total - Math.max(...added) < environment.maxvCpus,
              'exceeded by more than one instance',
            );
          }
          const ended = environment.instances.filter((each) => ends.includes(each.id));
          const staying = environment.instances
            .filter((each) => each.state !== 'draining' && !ended.includes(each))
            .reduce((sum, each) => sum + each.type.vcpus, 0);
          if (ended.some((each) => each.state === 'running'))
            assert.ok(staying + total - had >= environment.minvCpus, 'ended below minvCpus');
          for (const each of ended) {
            assert.equal(each.jobs, 0);
            if (each.state === 'running' && each.lastJobEndedAtMs !== undefined)
              assert.ok(nowMs - each.lastJobEndedAtMs >= environment.scaleDownDelayMs);
          }
        }
        const launched = plan.environments
          .flatMap((each, at) => (environments[at]!.spot ? [] : each.launches))
          .filter(({ type }) => type.name === 'm5.large');
        const there = environments
          .filter((each) => !each.spot)
          .flatMap((each) => each.instances)
          .filter(({ type }) => type.name === 'm5.large').length;
        if (pool !== null)
          assert.ok(
            launched.reduce((sum, { count }) => sum + count, 0) <= Math.max(0, pool - there),
          );
      },
    ),
    { numRuns: 500 },
  );
});

// How fast waiting jobs are dispatched, on the fake engine: with few and with many that wait, on a
// fair share queue and one with quota shares beside a FIFO queue, and behind many that only so many
// of may run at once. The ratios are of one run, in turns, for machines differ and are noisy.

import { setTimeout as sleep } from 'node:timers/promises';
import { BenchServer, submission } from './bench-server.ts';
import { load, median } from './load-client.ts';
import type { Figure } from './report.ts';

const few = 1_000;
const many = 200_000;
const shares = 500;
/** Jobs that wait for one that does not end. */
const held = 100_000;
/**
 * The machine has them, and so has the environment, always: a round that let it scale would measure
 * how the fleet of many thousand jobs is launched and ended.
 */
const vcpus = 64;
const rounds = 31;
/** Short enough that the few are not all gone before it is over. */
const roundMs = 120;

export async function dispatchBench(): Promise<Figure[]> {
  await using light = await prepared(few);
  await using deep = await prepared(many);
  await using fair = await prepared(many, 'fair');
  await using quota = await prepared(many, 'quota');
  await using behind = await prepared(few);
  await holdMany(behind);
  const rates: Record<'light' | 'deep' | 'fair' | 'quota' | 'behind', number[]> = {
    light: [],
    deep: [],
    fair: [],
    quota: [],
    behind: [],
  };
  for (let round = 0; round < rounds; round++) {
    rates.light.push(...(await dispatch(light)));
    await submit(light, few - (await waitingIn(light)));
    rates.deep.push(...(await dispatch(deep)));
    rates.fair.push(...(await dispatch(fair)));
    rates.quota.push(...(await dispatch(quota)));
    rates.behind.push(...(await dispatch(behind, held)));
    await submit(behind, few + held - 1 - (await waitingIn(behind)));
  }
  const [lightRate, deepRate, fairRate, quotaRate, behindRate] = [
    median(rates.light),
    median(rates.deep),
    median(rates.fair),
    median(rates.quota),
    median(rates.behind),
  ];
  return [
    {
      what: 'dispatch of no-op jobs, 1,000 waiting',
      value: lightRate,
      unit: 'jobs/s',
      note: `fake engine, 64 at once, start to end; median of ${rounds} rounds, in turns with the next four`,
    },
    { what: '  the same, 200,000 waiting', value: deepRate, unit: 'jobs/s' },
    {
      what: '  as a share of that with 1,000',
      value: (deepRate / lightRate) * 100,
      unit: '%',
      target: { bound: 'at least', value: 80 },
    },
    { what: '  fair share: 500 active shares, 200,000 waiting', value: fairRate, unit: 'jobs/s' },
    {
      what: '  as a share of FIFO with as many',
      value: (fairRate / deepRate) * 100,
      unit: '%',
      target: { bound: 'at least', value: 60 },
    },
    { what: '  quota shares: 500, 200,000 waiting', value: quotaRate, unit: 'jobs/s' },
    {
      what: '  as a share of FIFO with as many',
      value: (quotaRate / deepRate) * 100,
      unit: '%',
      target: { bound: 'at least', value: 60 },
    },
    {
      what: '  behind 100,000 of a group of which one may run (longshore:max-parallel)',
      value: behindRate,
      unit: 'jobs/s',
    },
    {
      what: '  as a share of that without them',
      value: (behindRate / lightRate) * 100,
      unit: '%',
      target: { bound: 'at least', value: 80 },
    },
  ];
}

/**
 * A server with so many jobs that wait for their environment to be enabled; in so many shares, if
 * any.
 */
async function prepared(waiting: number, kind?: 'fair' | 'quota'): Promise<BenchServer> {
  const server = await BenchServer.start('fake', [
    '--capacity',
    `vcpus=${vcpus},memory=1000000`,
    '--limit',
    `quotaSharesPerQueue=${shares}`,
  ]);
  const inShares = kind === undefined ? 0 : shares;
  const policy =
    kind === 'quota'
      ? { quotaSharePolicy: { idleResourceAssignmentStrategy: 'FIFO' } }
      : {
          fairsharePolicy: {
            shareDistribution: [{ shareIdentifier: 'share1*', weightFactor: 0.5 }],
          },
        };
  const { arn: schedulingPolicyArn } =
    kind === undefined
      ? {}
      : await server.call<{ arn?: string }>('CreateSchedulingPolicy', { name: kind, ...policy });
  await server.prepare({ waiting: true, vcpus, schedulingPolicyArn });
  // One vCPU each, and half of them lent to the others: all but a few jobs borrow.
  for (let share = 0; kind === 'quota' && share < shares; share++)
    await server.call('CreateQuotaShare', {
      quotaShareName: `share${share}`,
      jobQueue: 'bench',
      capacityLimits: [{ capacityUnit: 'VCPU', maxCapacity: share % 2 }],
      resourceSharingConfiguration: { strategy: 'LEND_AND_BORROW', borrowLimit: -1 },
      preemptionConfiguration: { inSharePreemption: 'DISABLED' },
    });
  await submit(server, few, inShares);
  await enable(server, true); // Warms the program up.
  await server.whenIdle();
  await enable(server, false);
  await submit(server, waiting, inShares);
  return server;
}

async function submit(server: BenchServer, count: number, inShares = 0): Promise<void> {
  await load(
    server.url,
    '/v1/submitjob',
    (index) =>
      submission(
        inShares === 0
          ? {}
          : { shareIdentifier: `share${index % inShares}`, schedulingPriorityOverride: 0 },
      ),
    count,
    64,
  );
}

/** They are the first in the order, and one of them runs on and on. */
async function holdMany(server: BenchServer): Promise<void> {
  await server.call('RegisterJobDefinition', {
    jobDefinitionName: 'long',
    type: 'container',
    containerProperties: { image: 'busybox', command: ['sleep', '86400'], vcpus: 1, memory: 16 },
  });
  await enable(server, true);
  await server.whenIdle();
  const tags = { 'longshore:max-parallel': '1', 'longshore:group': 'held' };
  const body = submission({ jobDefinition: 'long', tags });
  await load(server.url, '/v1/submitjob', () => body, held, 64);
  await enable(server, false);
  await submit(server, few);
}

const enable = (server: BenchServer, enabled: boolean): Promise<unknown> =>
  server.call('UpdateComputeEnvironment', {
    computeEnvironment: 'bench',
    state: enabled ? 'ENABLED' : 'DISABLED',
  });

/**
 * Jobs a second that leave RUNNABLE; nothing of a round that ran dry: of those that wait behind
 * one another, if any, one runs. Nobody asks anything of the server meanwhile.
 */
async function dispatch(server: BenchServer, behind = 0): Promise<number[]> {
  const before = await waitingIn(server);
  const began = performance.now();
  await enable(server, true);
  await sleep(roundMs);
  await enable(server, false);
  const seconds = (performance.now() - began) / 1000;
  const after = await waitingIn(server);
  const running = Math.min(behind, 1);
  await server.whenIdle(after + running);
  return after + running === behind ? [] : [(before - after) / seconds];
}

const waitingIn = async (server: BenchServer): Promise<number> =>
  (await server.jobCounts())['RUNNABLE'] ?? 0;

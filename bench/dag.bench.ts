// Dependencies: a random graph of a hundred thousand jobs, accepted and run as it comes, and run
// after all of it has waited; and what one end costs with few and with many others waiting.

import { BenchServer, submission } from './bench-server.ts';
import { draws, type Draws } from './draws.ts';
import { load, median } from './load-client.ts';
import type { Figure } from './report.ts';

const graphJobs = 100_000;
const roundJobs = 10_000;
const mostDependencies = 20;
const connections = 64;
const fewWaiting = 1_000;
const manyWaiting = 100_000;

const target = { bound: 'at least', value: 1_500 } as const;

export async function dagBench(): Promise<Figure[]> {
  const asItComes = await rate({ heldBack: false });
  const heldBack = await rate({ heldBack: true });
  const touched = await costOfAnEnd();
  return [
    {
      what: 'a graph of 100,000 jobs, accepted and run',
      value: asItComes,
      unit: 'jobs/s',
      target,
      note: `up to ${mostDependencies} dependencies each, drawn from all earlier jobs`,
    },
    {
      what: '  accepted first, then run',
      value: heldBack,
      unit: 'jobs/s',
      target,
      note: 'from the first submission to the last end',
    },
    {
      what: '  10,000 of them with 100,000 others waiting',
      value: touched * 100,
      unit: '%',
      target: { bound: 'at least', value: 80 },
      note: 'of the rate with 1,000 others waiting; median of 3, taken in turns',
    },
  ];
}

/** Jobs per second from the first submission to the last end. */
async function rate({ heldBack }: { heldBack: boolean }): Promise<number> {
  await using server = await BenchServer.start('fake');
  await server.prepare();
  await submitGraph(server, 'bench', 5_000, draws(1));
  await server.whenIdle();
  if (heldBack)
    await server.call('UpdateComputeEnvironment', {
      computeEnvironment: 'bench',
      state: 'DISABLED',
    });
  const began = performance.now();
  const ids = await submitGraph(server, 'bench', graphJobs, draws(2));
  if (heldBack)
    await server.call('UpdateComputeEnvironment', {
      computeEnvironment: 'bench',
      state: 'ENABLED',
    });
  await server.whenIdle();
  const seconds = (performance.now() - began) / 1000;
  await assertLastSucceeded(server, ids);
  return graphJobs / seconds;
}

/**
 * How fast a graph runs beside many others that wait, as a share of how fast it runs beside few.
 */
async function costOfAnEnd(): Promise<number> {
  await using few = await withWaiting(fewWaiting);
  await using many = await withWaiting(manyWaiting);
  const ratios: number[] = [];
  for (let round = 0; round < 3; round++) {
    const beside = async (server: BenchServer, waiting: number): Promise<number> => {
      const began = performance.now();
      await submitGraph(server, 'bench', roundJobs, draws(10 + round));
      await server.whenIdle(waiting);
      return performance.now() - began;
    };
    const beforeMs = await beside(few, fewWaiting);
    const manyMs = await beside(many, manyWaiting);
    const afterMs = await beside(few, fewWaiting);
    ratios.push((beforeMs + afterMs) / 2 / manyMs);
  }
  return median(ratios);
}

/** A server on which a graph waits, in a queue of its own whose environment is DISABLED. */
async function withWaiting(count: number): Promise<BenchServer> {
  const server = await BenchServer.start('fake');
  await server.prepare();
  await server.createQueue('waiting', { priority: 9, waiting: true });
  await submitGraph(server, 'waiting', count, draws(3));
  await submitGraph(server, 'bench', roundJobs, draws(4));
  await server.whenIdle(count);
  return server;
}

/** Every job depends on jobs whose submission was answered before its own was sent. */
async function submitGraph(
  server: BenchServer,
  jobQueue: string,
  count: number,
  draw: Draws,
): Promise<readonly string[]> {
  const ids: string[] = [];
  const take = (index: number, body: string): void =>
    void (ids[index] = (JSON.parse(body) as { jobId: string }).jobId);
  const { bodies } = await load(
    server.url,
    '/v1/submitjob',
    (index) => submission({ jobQueue, dependsOn: dependsOn(ids, index, draw) }),
    count,
    connections,
    take,
  );
  return bodies.map((body) => (JSON.parse(body) as { jobId: string }).jobId);
}

function dependsOn(ids: readonly string[], index: number, draw: Draws): { jobId: string }[] {
  const chosen = new Set<string>();
  for (let wanted = draw.upTo(mostDependencies + 1) - 1; wanted > 0 && index > 0; wanted--) {
    const id = ids[draw.upTo(index) - 1];
    if (id !== undefined) chosen.add(id);
  }
  return [...chosen].map((jobId) => ({ jobId }));
}

/**
 * Whether the graph was run at all: its last jobs have succeeded, and so have all that they waited
 * for.
 */
async function assertLastSucceeded(server: BenchServer, ids: readonly string[]): Promise<void> {
  const { jobs } = await server.call<{ jobs: { status: string }[] }>('DescribeJobs', {
    jobs: ids.slice(-100),
  });
  if (jobs.length !== 100 || jobs.some((job) => job.status !== 'SUCCEEDED'))
    throw new Error('not all of the graph succeeded');
}

// Whole jobs, from submit to SUCCEEDED: on the fake engine what the service itself can do, on the
// process engine what it does beside its launcher alone, and the time of one lone job.

import { BenchServer, submission } from './bench-server.ts';
import { load, median } from './load-client.ts';
import type { Figure } from './report.ts';

/** Jobs per second from the first submission to the last end. */
async function wholeJobs(
  server: BenchServer,
  count: number,
  connections: number,
  { live = 0, body = submission() }: { live?: number; body?: string } = {},
): Promise<number> {
  const began = performance.now();
  await load(server.url, '/v1/submitjob', () => body, count, connections);
  await server.whenIdle(live);
  return count / ((performance.now() - began) / 1000);
}

export async function fakeEngineBench(): Promise<Figure[]> {
  await using server = await BenchServer.start('fake');
  await server.prepare();
  await wholeJobs(server, 3_000, 64);
  const rates = [];
  for (let round = 0; round < 3; round++) rates.push(await wholeJobs(server, 20_000, 64));
  return [
    {
      what: 'whole no-op jobs, fake engine',
      value: median(rates),
      unit: 'jobs/s',
      target: { bound: 'at least', value: 4_000 },
      note: 'median of 3 rounds of 20,000, submitted over 64 connections',
    },
  ];
}

/** Between two looks: a client that never pauses would take a core from what it measures. */
const lookMs = 4;

/** Milliseconds from sending SubmitJob to seeing SUCCEEDED. */
export async function loneJob(server: BenchServer): Promise<number> {
  const began = performance.now();
  const { jobId } = await server.call<{ jobId: string }>(
    'SubmitJob',
    JSON.parse(submission()) as object,
  );
  for (;;) {
    const { jobs } = await server.call<{ jobs: { status: string }[] }>('DescribeJobs', {
      jobs: [jobId],
    });
    if (jobs[0]?.status === 'SUCCEEDED') return performance.now() - began;
    if (jobs[0]?.status === 'FAILED') throw new Error('a no-op job failed');
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

export async function lone(server: BenchServer, count: number): Promise<number> {
  const times = [];
  for (let index = 0; index < count; index++) times.push(await loneJob(server));
  return median(times);
}

export { wholeJobs };

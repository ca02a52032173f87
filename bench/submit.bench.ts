// How fast jobs are accepted, durably: single ones over 64 connections, and arrays of ten thousand;
// and what a hundred thousand waiting jobs cost in memory and in reads.

import { BenchServer, submission } from './bench-server.ts';
import { load, median, percentile } from './load-client.ts';
import type { Figure } from './report.ts';

const waitingJobs = 100_000;

export async function submitBench(): Promise<Figure[]> {
  await using server = await BenchServer.start('fake');
  await server.prepare({ waiting: true });
  await load(server.url, '/v1/submitjob', () => submission(), 20_000, 64); // Warms the program up.

  const rounds = [];
  for (let round = 0; round < 5; round++)
    rounds.push(await load(server.url, '/v1/submitjob', () => submission(), 20_000, 64));
  const arrays: number[] = [];
  for (let index = 0; index < 20; index++) {
    const sent = performance.now();
    await server.call('SubmitJob', {
      jobName: 'array',
      jobQueue: 'bench',
      jobDefinition: 'no-op',
      arrayProperties: { size: 10_000 },
    });
    arrays.push(performance.now() - sent);
  }
  return [
    {
      what: 'SubmitJob, durable, 64 connections',
      value: median(rounds.map((round) => round.requests / round.seconds)),
      unit: 'jobs/s',
      target: { bound: 'at least', value: 8_000 },
      note: 'median of 5 rounds of 20,000, after one to warm up',
    },
    {
      what: 'SubmitJob latency, p99',
      value: median(rounds.map((round) => percentile(round.latencies, 99))),
      unit: 'ms',
      target: { bound: 'at most', value: 25 },
    },
    {
      what: 'SubmitJob latency, median',
      value: median(rounds.map((round) => percentile(round.latencies, 50))),
      unit: 'ms',
    },
    {
      what: 'array of 10,000 accepted',
      value: median(arrays),
      unit: 'ms',
      target: { bound: 'at most', value: 50 },
      note: 'median of 20',
    },
    ...(await memoryBench()),
  ];
}

async function memoryBench(): Promise<Figure[]> {
  await using server = await BenchServer.start('fake');
  await server.prepare({ waiting: true });
  const warm = await load(server.url, '/v1/submitjob', () => submission(), 1_000, 64);
  const before = await server.residentMib();
  const { bodies } = await load(server.url, '/v1/submitjob', () => submission(), waitingJobs, 64);
  const after = await server.residentMib();
  const ids = [...warm.bodies, ...bodies].map(
    (body) => (JSON.parse(body) as { jobId: string }).jobId,
  );
  const reads = [];
  for (let round = 0; round < 50; round++) {
    const jobs = Array.from(
      { length: 100 },
      (_, index) => ids[(round * 1_987 + index * 613) % ids.length],
    );
    const sent = performance.now();
    await server.call('DescribeJobs', { jobs });
    reads.push(performance.now() - sent);
  }
  return [
    {
      what: '100,000 waiting jobs, memory above the empty server',
      value: after - before,
      unit: 'MiB',
      target: { bound: 'at most', value: 143 },
      note: 'target 150 MB',
    },
    {
      what: 'DescribeJobs of 100 ids among 100,000',
      value: median(reads),
      unit: 'ms',
      target: { bound: 'at most', value: 10 },
      note: 'median of 50',
    },
  ];
}

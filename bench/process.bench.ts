// The process engine: whole jobs beside what its launcher alone reaches in the same run, the same
// with a hundred thousand jobs waiting, and one lone job.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchServer, submission } from './bench-server.ts';
import { launcherAlone } from './launcher-alone.ts';
import { load } from './load-client.ts';
import type { Figure } from './report.ts';
import { lone, wholeJobs } from './whole-jobs.bench.ts';

const jobs = 2_000;
const waiting = 100_000;
const roomy = ['--capacity', 'vcpus=64,memory=1000000'];

export async function processBench(): Promise<Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-launcher-'));
  try {
    const before = await launcherAlone(directory, jobs);
    const plain = await rate();
    const loaded = await rateWithWaiting();
    const after = await launcherAlone(directory, jobs);
    const alone = (before + after) / 2;
    return [
      {
        what: 'launcher alone',
        value: alone,
        unit: 'jobs/s',
        note: 'mean of one round before and one after',
      },
      { what: 'whole no-op jobs, process engine', value: plain.rate, unit: 'jobs/s' },
      {
        what: '  as a share of its launcher alone',
        value: (plain.rate / alone) * 100,
        unit: '%',
        target: { bound: 'at least', value: 60 },
      },
      {
        what: '  the same with 100,000 jobs waiting',
        value: (loaded / alone) * 100,
        unit: '%',
        target: { bound: 'at least', value: 60 },
      },
      {
        what: 'one lone no-op job, process engine',
        value: plain.loneMs,
        unit: 'ms',
        target: { bound: 'at most', value: 50 },
        note: 'median of 30, submit to SUCCEEDED',
      },
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function rate(): Promise<{ rate: number; loneMs: number }> {
  await using server = await BenchServer.start('process', roomy);
  await server.prepare();
  await wholeJobs(server, 200, 16);
  const loneMs = await lone(server, 30);
  return { rate: await wholeJobs(server, jobs, 16), loneMs };
}

/** The waiting jobs stand in a queue of their own whose environment is DISABLED. */
async function rateWithWaiting(): Promise<number> {
  await using server = await BenchServer.start('process', roomy);
  await server.prepare();
  await server.createQueue('waiting', { priority: 9, waiting: true });
  await load(server.url, '/v1/submitjob', () => submission({ jobQueue: 'waiting' }), waiting, 64);
  await wholeJobs(server, 200, 16, { live: waiting });
  return await wholeJobs(server, jobs, 16, { live: waiting });
}

// A server whose jobs are 10,000 pods that run: what they cost its memory, and how long a start
// over them takes. The cluster is etcd and an API server alone, with a node that is played; its
// pods print nothing, and are followed as any are.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { controlPlaneSkip, startControlPlane } from '../test/kubernetes/cluster.ts';
import type { BenchServer } from './bench-server.ts';
import { load } from './load-client.ts';
import { playNode, preparePodServer, program, startPodServer, submission } from './pod-server.ts';
import type { BenchOptions, Figure } from './report.ts';
import { spentMs } from './spent.ts';

const nodeFlags = ['--expose-gc', '--import', program('collect.ts')];
const lookMs = 100;
/** For what was read to be collected, and containers to be followed in turn. */
const settlingMs = 30_000;

export async function podsKeptBench({ jobs = 10_000 }: BenchOptions): Promise<Figure[]> {
  const lacking = controlPlaneSkip();
  if (lacking !== false) {
    console.error(`  left out: ${lacking}`);
    return [];
  }
  await using cluster = await startControlPlane();
  await using _node = await playNode(cluster);
  const directory = mkdtempSync(join(tmpdir(), 'longshore-bench-'));
  try {
    {
      await using server = await startPodServer(cluster, { directory });
      // One more than those that run on: by it is told that the cluster is known.
      await preparePodServer(server, cluster, { atOnce: jobs + 1 });
    }
    const empty = await started(() => startPodServer(cluster, { directory, nodeFlags }));
    {
      await using server = await startPodServer(cluster, { directory });
      await load(
        server.url,
        '/v1/submitjob',
        () => submission({ milliseconds: 100_000_000 }),
        jobs,
        32,
      );
      await untilRunning(server, jobs);
    }
    const full = await started(() => startPodServer(cluster, { directory, nodeFlags }));
    const count = jobs.toLocaleString('en-US');
    return [
      {
        what: `${count} jobs that run as pods, the server after a start`,
        value: full.residentMib - empty.residentMib,
        unit: 'MiB',
        target: { bound: 'at most', value: 100 },
        note: `resident, after a full collection, above ${Math.round(empty.residentMib)} MiB without any`,
      },
      {
        what: '  before that collection',
        value: full.askedMib - empty.askedMib,
        unit: 'MiB',
        note: `above ${Math.round(empty.askedMib)} MiB; what V8 gives what comes and goes is in both; at most ${Math.round(full.peakMib)} MiB`,
      },
      {
        what: '  a start over them, until the next job runs there',
        value: full.seconds,
        unit: 's',
        target: { bound: 'at most', value: 5 },
        note: `without any ${empty.seconds.toFixed(1)} s; processor time ${(full.spentMs / 1000).toFixed(1)} s, ${(empty.spentMs / 1000).toFixed(1)} s without any`,
      },
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Started {
  readonly seconds: number;
  readonly spentMs: number;
  /** After a full collection, and before. */
  readonly residentMib: number;
  readonly askedMib: number;
  readonly peakMib: number;
}

async function started(start: () => Promise<BenchServer>): Promise<Started> {
  const began = performance.now();
  await using server = await start();
  await untilOneRuns(server);
  const seconds = (performance.now() - began) / 1000;
  const spent = spentMs(server.pid);
  await delay(settlingMs);
  const peakMib = server.peakResidentMib() ?? Number.NaN;
  const askedMib = await server.residentMib();
  process.kill(server.pid, 'SIGUSR2');
  await delay(settlingMs / 10);
  return { seconds, spentMs: spent, askedMib, residentMib: await server.residentMib(), peakMib };
}

/** One is started once all pods are known, and not before. */
async function untilOneRuns(server: BenchServer): Promise<void> {
  const { jobId } = await server.call<{ jobId: string }>(
    'SubmitJob',
    JSON.parse(submission()) as object,
  );
  for (;;) {
    const { jobs } = await server.call<{ jobs: { status: string }[] }>('DescribeJobs', {
      jobs: [jobId],
    });
    if (['RUNNING', 'SUCCEEDED'].includes(jobs[0]?.status ?? '')) return;
    await delay(lookMs);
  }
}

async function untilRunning(server: BenchServer, jobs: number): Promise<void> {
  while (((await server.jobCounts())['RUNNING'] ?? 0) < jobs) await delay(lookMs);
}

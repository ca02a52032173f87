// What lists cost the writer: so many jobs wait, eight callers list them one call after the other
// by a filter that finds nothing, and meanwhile jobs are submitted. Beside it the same without the
// callers, and what other questions take.

import { rmSync } from 'node:fs';
import { BenchServer, submission } from './bench-server.ts';
import { Connection, load, median, percentile } from './load-client.ts';
import type { BenchOptions, Figure } from './report.ts';
import { filledDirectory } from './restart.bench.ts';

const callers = 8;
const connections = 8;
const submissions = 4_000;

export async function listsBench({ jobs = 1_000_000 }: BenchOptions): Promise<Figure[]> {
  const { directory } = await filledDirectory(jobs);
  try {
    await using server = await BenchServer.start('fake', ['--limit', 'submittedJobs=100000000'], {
      directory,
    });
    await load(server.url, '/v1/submitjob', () => submission(), 10_000, connections); // Warms the program up.
    const alone = await load(
      server.url,
      '/v1/submitjob',
      () => submission(),
      submissions,
      connections,
    );
    const lists = new Lists(server.url);
    const beside = await load(
      server.url,
      '/v1/submitjob',
      () => submission(),
      submissions,
      connections,
    );
    const taken = await lists.end();
    const count = jobs.toLocaleString('en-US');
    const rate = `${Math.round(beside.requests / beside.seconds).toLocaleString('en-US')} jobs/s, ${Math.round(alone.requests / alone.seconds).toLocaleString('en-US')} without them`;
    return [
      {
        what: `SubmitJob beside ${callers} lists of ${count} jobs that find nothing, median`,
        value: percentile(beside.latencies, 50),
        unit: 'ms',
        target: { bound: 'at most', value: 10 },
        note: rate,
      },
      { what: '  99 of 100 of them', value: percentile(beside.latencies, 99), unit: 'ms' },
      {
        what: '  the same without lists, median',
        value: percentile(alone.latencies, 50),
        unit: 'ms',
      },
      {
        what: '  one such list beside the others and the submissions',
        value: median(taken),
        unit: 'ms',
        note: `median of ${taken.length}`,
      },
      {
        what: '  one such list alone',
        value: await timed(() => server.call('ListJobs', findsNothing)),
        unit: 'ms',
      },
      {
        what: '  a page of 1,000 jobs',
        value: await timed(() =>
          server.call('ListJobs', { jobQueue: 'bench', jobStatus: 'RUNNABLE' }),
        ),
        unit: 'ms',
      },
      {
        what: '  GetJobQueueSnapshot',
        value: await timed(() => server.call('GetJobQueueSnapshot', { jobQueue: 'bench' })),
        unit: 'ms',
      },
      { what: '  health', value: await timed(() => server.liveJobs()), unit: 'ms' },
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const findsNothing = { jobQueue: 'bench', filters: [{ name: 'JOB_NAME', values: ['none*'] }] };

async function timed(call: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const began = performance.now();
    await call();
    times.push(performance.now() - began);
  }
  return median(times);
}

/**
 * Callers that list until they are told to end, each of them again as soon as it has its answer.
 */
class Lists {
  readonly #taken: number[] = [];
  readonly #callers: Promise<void>[];
  #ended = false;

  constructor(url: string) {
    this.#callers = Array.from({ length: callers }, () => this.#list(url));
  }

  async #list(url: string): Promise<void> {
    const connection = await Connection.open(new URL(url));
    while (!this.#ended) {
      const began = performance.now();
      const answer = await connection.post('/v1/listjobs', JSON.stringify(findsNothing));
      if (answer.status !== 200)
        throw new Error(`ListJobs was answered ${answer.status}: ${answer.body}`);
      this.#taken.push(performance.now() - began);
    }
    connection.close();
  }

  async end(): Promise<readonly number[]> {
    this.#ended = true;
    await Promise.all(this.#callers);
    return this.#taken;
  }
}

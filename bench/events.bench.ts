// What it costs that somebody follows what becomes of jobs, and how soon they hear of it.

import { BenchServer, submission } from './bench-server.ts';
import { median } from './load-client.ts';
import type { Figure } from './report.ts';
import { wholeJobs } from './whole-jobs.bench.ts';

const rounds = 5;
const jobs = 10_000;
const loneJobs = 200;

export async function eventsBench(): Promise<Figure[]> {
  await using alone = await BenchServer.start('fake');
  await using waited = await BenchServer.start('fake');
  await using followed = await BenchServer.start('fake');
  const servers = { alone, waited, followed };
  const waiter = await Follower.of(waited.url, '?jobId=00000000-0000-7000-8000-000000000000');
  const follower = await Follower.of(followed.url);
  const rates = { alone: [] as number[], waited: [] as number[], followed: [] as number[] };
  for (const server of Object.values(servers)) {
    await server.prepare();
    await wholeJobs(server, 3_000, 64);
  }
  for (let round = 0; round < rounds; round++)
    for (const [name, server] of Object.entries(servers))
      rates[name as keyof typeof rates].push(await wholeJobs(server, jobs, 64));
  const share = (of: number[]): number => (median(of) / median(rates.alone)) * 100;
  const delays = [];
  for (let index = 0; index < loneJobs; index++) {
    const jobName = `lone-${index}`;
    const heard = follower.whenHeard(`"jobName":"${jobName}"`);
    await followed.call('SubmitJob', JSON.parse(submission({ jobName })) as object);
    const answered = performance.now();
    delays.push((await heard) - answered);
  }
  follower.end();
  waiter.end();
  return [
    {
      what: 'whole no-op jobs, fake engine, while somebody waits for another job',
      value: share(rates.waited),
      unit: '%',
      target: { bound: 'at least', value: 90 },
      note: `as a share of the rate without (${Math.round(median(rates.alone))} jobs/s); medians of ${rounds} rounds in turns`,
    },
    {
      what: '  while somebody follows all of them',
      value: share(rates.followed),
      unit: '%',
      note: 'four events a job, rendered and sent',
    },
    {
      what: '  from the answer of SubmitJob to its first event',
      value: Math.max(0, median(delays)),
      unit: 'ms',
      target: { bound: 'at most', value: 20 },
      note: `median of ${loneJobs}`,
    },
  ];
}

/** One who follows, and reads as fast as it can. */
class Follower {
  readonly #end = new AbortController();
  #wanted: { readonly text: string; readonly heard: (atMs: number) => void } | undefined;

  static async of(url: string, query = ''): Promise<Follower> {
    const follower = new Follower();
    const { signal } = follower.#end;
    const { body } = await fetch(`${url}/_longshore/events${query}`, { signal });
    if (body === null) throw new Error('the server does not tell what becomes of jobs');
    void follower.#read(body);
    return follower;
  }

  async #read(body: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of body) {
        const wanted = this.#wanted;
        if (wanted === undefined || !Buffer.from(chunk).includes(wanted.text)) continue;
        this.#wanted = undefined;
        wanted.heard(performance.now());
      }
    } catch (error) {
      if (!this.#end.signal.aborted) throw error;
    }
  }

  whenHeard(text: string): Promise<number> {
    return new Promise((heard) => (this.#wanted = { text, heard }));
  }

  end(): void {
    this.#end.abort();
  }
}

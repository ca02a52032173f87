// What rules of EventBridge cost the jobs that they look at: whole jobs where there are none, where
// there are many and none of them matches, and where one matches every change.

import { sendTo } from '../test/event-sink.ts';
import { BenchServer } from './bench-server.ts';
import { eventBridgeOf } from './deliveries.bench.ts';
import { SinkProcess } from './http-sink-process.ts';
import { jobRule } from './job-rules.ts';
import { median } from './load-client.ts';
import type { Figure } from './report.ts';
import { wholeJobs } from './whole-jobs.bench.ts';

const rounds = 5;
const jobs = 10_000;

export async function rulesBench(): Promise<Figure[]> {
  await using none = await BenchServer.start('fake');
  await using hundred = await BenchServer.start('fake');
  await using matching = await BenchServer.start('fake');
  const servers = { none, hundred, matching };
  using sink = await SinkProcess.start();
  const client = eventBridgeOf(hundred);
  for (let at = 0; at < 100; at++)
    await sendTo(client, `rule-${at}`, jobRule(at) ?? {}, sink.origin);
  client.destroy();
  const matchingClient = eventBridgeOf(matching);
  await sendTo(matchingClient, 'all', { source: ['aws.batch'] }, sink.origin);
  matchingClient.destroy();
  const rates = { none: [] as number[], hundred: [] as number[], matching: [] as number[] };
  for (const server of Object.values(servers)) {
    await server.prepare();
    await wholeJobs(server, 3_000, 64);
  }
  for (let round = 0; round < rounds; round++)
    for (const [name, server] of Object.entries(servers)) {
      rates[name as keyof typeof rates].push(await wholeJobs(server, jobs, 64));
      await delivered(server);
    }
  const share = (of: number[]): number => (median(of) / median(rates.none)) * 100;
  return [
    {
      what: 'whole no-op jobs, fake engine, with 100 rules that look at jobs',
      value: share(rates.hundred),
      unit: '%',
      target: { bound: 'at least', value: 90 },
      note: `as a share of the rate without (${Math.round(median(rates.none))} jobs/s); medians of ${rounds} rounds in turns`,
    },
    {
      what: '  with one rule that has every change sent by HTTP',
      value: share(rates.matching),
      unit: '%',
    },
  ];
}

/** Until nothing goes out any more: it would slow down the one that is next. */
async function delivered({ url }: BenchServer): Promise<void> {
  for (let quiet = 0; quiet < 3;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const metrics = await (await fetch(`${url}/_longshore/metrics`)).text();
    quiet = metrics.includes('longshore_deliveries_waiting 0\n') ? quiet + 1 : 0;
  }
}

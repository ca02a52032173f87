// What rules of EventBridge cost the jobs that they look at: whole jobs where there are none, where
// there are many and none of them matches, and where one matches every change.

import { BenchServer } from './bench-server.ts';
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
  for (let at = 0; at < 100; at++) await putRule(hundred, `rule-${at}`, jobRule(at));
  await putRule(matching, 'all', { source: ['aws.batch'] });
  const rates = { none: [] as number[], hundred: [] as number[], matching: [] as number[] };
  for (const server of Object.values(servers)) {
    await server.prepare();
    await wholeJobs(server, 3_000, 64);
  }
  for (let round = 0; round < rounds; round++)
    for (const [name, server] of Object.entries(servers))
      rates[name as keyof typeof rates].push(await wholeJobs(server, jobs, 64));
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
      what: '  with one rule that matches every change, and no target',
      value: share(rates.matching),
      unit: '%',
    },
  ];
}

async function putRule(server: BenchServer, name: string, pattern: object = {}): Promise<void> {
  const { ok, status } = await fetch(server.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSEvents.PutRule',
    },
    body: JSON.stringify({ Name: name, EventPattern: JSON.stringify(pattern) }),
  });
  if (!ok) throw new Error(`PutRule was answered ${status}`);
}

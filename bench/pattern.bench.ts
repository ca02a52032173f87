// Events of jobs matched against the rules of a bus, which look at what such rules look at; how
// long it takes is by the event, and hardly by how many rules there are. And what compiling costs.

import { isRefusal } from '../src/base/refusal.ts';
import { compilePattern, type Pattern } from '../src/core/event-pattern/compile.ts';
import { jsonFields, type Fields } from '../src/core/event-pattern/fields.ts';
import { RuleSet } from '../src/core/event-pattern/rule-set.ts';
import { jobRule, queueOf } from './job-rules.ts';
import type { Figure } from './report.ts';

const statuses = ['SUBMITTED', 'PENDING', 'RUNNABLE', 'STARTING', 'RUNNING', 'SUCCEEDED', 'FAILED'];
const eventOf = (at: number): object => ({
  version: '0',
  id: `c8f9c4b5-76e5-d76a-f980-${at}`,
  'detail-type': 'Batch Job State Change',
  source: 'aws.batch',
  account: '111122223333',
  time: '2026-11-30T00:00:00Z',
  region: 'eu-west-1',
  resources: [`arn:aws:batch:eu-west-1:111122223333:job/${at % 5_000}`],
  detail: {
    jobName: `nightly-${at % 3_000}-${at % 4_000}`,
    jobId: `4c7599ae-0a82-49aa-ba5a-${at}`,
    jobQueue: queueOf(at % 3_000),
    status: statuses[at % statuses.length],
    attempts: [{ container: { exitCode: 0, logStreamName: 'd/default/1' } }],
    jobDefinition: `arn:aws:batch:eu-west-1:111122223333:job-definition/d${at % 3_000}:3`,
    container: {
      image: 'busybox',
      command: ['echo', 'hello'],
      exitCode: at % 200,
      environment: [{ name: 'A', value: 'b' }],
    },
    tags: { team: `team-${at % 3_000}` },
  },
});

function pattern(at: number): Pattern {
  const compiled = compilePattern(text(at));
  if (isRefusal(compiled)) throw new Error(compiled.message);
  return compiled;
}
const text = (at: number): string => JSON.stringify(jobRule(at));

function rulesOf(count: number): RuleSet<number> {
  const rules = new RuleSet<number>();
  for (let at = 0; at < count; at++) rules.set(at, pattern(at));
  return rules;
}

/** As of somebody who has the fields at hand that rules ask for. */
function atHand(event: object): Fields {
  const fields = jsonFields(event);
  const known = new Map(paths.map((path) => [path, fields(path)]));
  return (path) => known.get(path) ?? [];
}
const paths = ['source', 'detail-type', 'resources', 'detail.status', 'detail.jobQueue'].concat([
  'detail.jobName',
  'detail.jobDefinition',
  'detail.container.exitCode',
  'detail.tags.team',
]);

export function patternBench(): Promise<Figure[]> {
  const [few, many] = [rulesOf(100), rulesOf(2_000)];
  const events = Array.from({ length: 1_000 }, (_none, at) => eventOf(at));
  const prepared = events.map(atHand);
  const rate = (rules: RuleSet<number>): number =>
    perSecond((at) => rules.match(jsonFields(events[at % events.length] ?? {})));
  const preparedRate = (rules: RuleSet<number>): number =>
    perSecond((at) => rules.match(prepared[at % prepared.length] ?? (() => [])));
  const withFew = rate(few);
  return Promise.resolve([
    {
      what: 'events of jobs matched against 100 rules',
      value: withFew,
      unit: '/s',
      target: { bound: 'at least', value: 50_000 },
    },
    {
      what: '  against 2,000 rules',
      value: rate(many),
      unit: '/s',
      target: { bound: 'at least', value: withFew / 2 },
      note: 'no slower than half',
    },
    { what: '  against 100, the fields at hand', value: preparedRate(few), unit: '/s' },
    { what: '  against 2,000, the fields at hand', value: preparedRate(many), unit: '/s' },
    {
      what: 'compiling a pattern and taking it into 2,000 rules',
      value: 1e6 / perSecond((at) => many.set(at % 2_000, pattern(at % 2_000))),
      unit: 'µs',
      note: 'in place of one that was there',
    },
  ]);
}

/** Of the processor's time, which other work of the machine does not lengthen; warmed up before. */
function perSecond(act: (at: number) => unknown): number {
  let at = 0;
  const during = (cpuMs: number): number => {
    const start = process.cpuUsage();
    for (let count = 1; ; count++) {
      act(at++);
      if (count % 1_024 > 0) continue;
      const { user, system } = process.cpuUsage(start);
      if (user + system > cpuMs * 1_000) return (count * 1e6) / (user + system);
    }
  };
  during(500);
  return during(1_000);
}

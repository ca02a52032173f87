// What goes out: events that wait as rows while their target is away, how fast they leave once it
// is back, and how soon one leaves on a server that has nothing else to do.

import { readFileSync } from 'node:fs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { EventSink, sendTo } from '../test/event-sink.ts';
import { freePort } from '../test/free-port.ts';
import { BenchServer, submission } from './bench-server.ts';
import { SinkProcess } from './http-sink-process.ts';
import { load, median } from './load-client.ts';
import type { BenchOptions, Figure } from './report.ts';

const loneJobs = 200;
const perCall = 10;

export async function deliveriesBench({
  jobs: events = 1_000_000,
}: BenchOptions): Promise<Figure[]> {
  await using server = await BenchServer.start('fake');
  await server.prepare();
  const client = eventBridgeOf(server);
  const port = await freePort();
  await sendTo(client, 'away', { source: ['bench'] }, `http://127.0.0.1:${port}/`);
  const before = residentMib(server.pid);
  const begun = performance.now();
  let number = 0;
  const target = (): string => 'x-amz-target: AWSEvents.PutEvents\r\n';
  const body = (): string => putEvents(number++ * perCall);
  await load(server.url, '/', body, Math.ceil(events / perCall), 8, undefined, target);
  const putSeconds = (performance.now() - begun) / 1_000;
  const grown = residentMib(server.pid) - before;
  using sink = await SinkProcess.start(port);
  try {
    const { first, rate } = await drained(sink, events);
    return [
      {
        what: `undelivered events, put by ${perCall} a call while their target is away`,
        value: events / putSeconds,
        unit: 'events/s',
      },
      {
        what: '  what the server grew by while it took them',
        value: grown,
        unit: 'MiB',
        target: { bound: 'at most', value: 250 },
        note: `${events.toLocaleString('en-US')} of them`,
      },
      {
        what: '  delivered by HTTP once it is back, none lost',
        value: rate,
        unit: 'deliveries/s',
        target: { bound: 'at least', value: 5_000 },
        note: `the first ${first.toFixed(0)} s after it was`,
      },
      await lone(server, client),
    ];
  } finally {
    client.destroy();
  }
}

export const eventBridgeOf = ({ url: endpoint }: BenchServer): EventBridgeClient =>
  new EventBridgeClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: '000000000000', secretAccessKey: 'none' },
  });

const putEvents = (from: number): string =>
  JSON.stringify({
    Entries: Array.from({ length: perCall }, (_, at) => ({
      Source: 'bench',
      DetailType: 'Numbered',
      Detail: JSON.stringify({ n: from + at }),
    })),
  });

/** Until all have come; the rate counts from the first. */
async function drained(
  sink: SinkProcess,
  events: number,
): Promise<{ first: number; rate: number }> {
  const begun = performance.now();
  let first: number | undefined;
  for (;;) {
    const count = await sink.numbers();
    if (count > 0) first ??= performance.now();
    if (count >= events && first !== undefined)
      return {
        first: (first - begun) / 1_000,
        rate: events / ((performance.now() - first) / 1_000),
      };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** From the answer of SubmitJob to the arrival of its first event. */
async function lone(server: BenchServer, client: EventBridgeClient): Promise<Figure> {
  await using sink = await EventSink.start();
  await sendTo(client, 'lone', { source: ['aws.batch'] }, sink.url);
  const delays = [];
  for (let index = 0; index < loneJobs; index++) {
    const jobName = `lone-${index}`;
    const heard = sink.next(({ detail }) => detail['jobName'] === jobName);
    await server.call('SubmitJob', JSON.parse(submission({ jobName })) as object);
    const answered = performance.now();
    await heard;
    delays.push(performance.now() - answered);
    await sink.next(({ detail }) => detail['status'] === 'SUCCEEDED');
  }
  return {
    what: 'from the answer of SubmitJob to the arrival of its first event',
    value: Math.max(0, median(delays)),
    unit: 'ms',
    target: { bound: 'at most', value: 20 },
    note: `median of ${loneJobs}`,
  };
}

const residentMib = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;

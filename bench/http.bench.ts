// Requests that leave the house, to a sink on this machine that shares the cores: the raw sending,
// with connections that are kept; and deliveries to an API destination through the real program,
// from PutEvents on, with all that is stored, matched and forgotten for each.

import type { HttpRequest } from '../src/port/http-sender.ts';
import { DeliveryReach } from '../src/server/delivery-reach.ts';
import { WebSender } from '../src/server/http-sender.ts';
import { sendTo } from '../test/event-sink.ts';
import { BenchServer } from './bench-server.ts';
import { eventBridgeOf } from './deliveries.bench.ts';
import { SinkProcess } from './http-sink-process.ts';
import { Connection } from './load-client.ts';
import type { BenchOptions, Figure } from './report.ts';

const atOnce = 64;
/** A job's event is about that long. */
const detail = JSON.stringify({ text: 'x'.repeat(1_500) });

export async function httpBench({ jobs: count = 100_000 }: BenchOptions): Promise<Figure[]> {
  return [await rawSending(count), ...(await deliveries(count / 2))];
}

async function rawSending(requests: number): Promise<Figure> {
  using sink = await SinkProcess.start();
  const sender = new WebSender({
    atOnce: 1_024,
    toOneOrigin: atOnce,
    reach: new DeliveryReach([]),
  });
  const request: HttpRequest = {
    method: 'POST',
    url: new URL(`${sink.origin}/events`),
    headers: [
      ['User-Agent', 'Amazon/EventBridge/ApiDestinations'],
      ['Content-Type', 'application/json; charset=utf-8'],
    ],
    body: detail,
    timeoutMs: 5_000,
  };
  const never = new AbortController().signal;
  let left = requests;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const outcome = await sender.send(request, never);
      if (!('status' in outcome)) throw new Error(outcome.message);
    }
  };
  const before = process.cpuUsage();
  const begun = performance.now();
  await Promise.all(Array.from({ length: atOnce }, worker));
  const seconds = (performance.now() - begun) / 1_000;
  const { user, system } = process.cpuUsage(before);
  await sender.close();
  return {
    what: `HTTP requests to a sink on this machine, ${atOnce} at once`,
    value: requests / seconds,
    unit: 'requests/s',
    target: { bound: 'at least', value: 12_000 },
    note: `${((user + system) / requests).toFixed(0)} µs of processor time each`,
  };
}

const putsAtOnce = 8;
/** As many as PutEvents takes. */
const entriesInOne = 10;

async function deliveries(wanted: number): Promise<Figure[]> {
  using sink = await SinkProcess.start();
  await using server = await BenchServer.start('fake');
  await prepare(server, sink);
  const body = JSON.stringify({
    Entries: Array.from({ length: entriesInOne }, () => ({
      Source: 'bench',
      DetailType: 'bench',
      Detail: detail,
    })),
  });
  const headers =
    'x-amz-target: AWSEvents.PutEvents\r\nauthorization: AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/events/aws4_request, SignedHeaders=host, Signature=0\r\n';
  const putting = async (puts: number): Promise<void> => {
    let left = puts;
    const worker = async (): Promise<void> => {
      const connection = await Connection.open(new URL(server.url));
      while (left-- > 0) {
        const answer = await connection.post('/', body, () => headers);
        if (answer.status !== 200) throw new Error(answer.body);
      }
      connection.close();
    };
    await Promise.all(Array.from({ length: putsAtOnce }, worker));
  };
  const arrived = async (total: number): Promise<void> => {
    while ((await sink.count()) < total) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const warm = 5_000;
  await putting(warm / entriesInOne);
  await arrived(warm);
  const begun = performance.now();
  await putting(wanted / entriesInOne);
  const put = performance.now();
  await arrived(warm + wanted);
  const end = performance.now();
  return [
    {
      what: 'events delivered to an API destination on this machine, from PutEvents to the sink',
      value: (wanted / (end - begun)) * 1_000,
      unit: 'deliveries/s',
      target: { bound: 'at least', value: 5_000 },
      note: `put at ${Math.round((wanted / (put - begun)) * 1_000).toLocaleString('en')}/s meanwhile`,
    },
  ];
}

async function prepare(server: BenchServer, sink: SinkProcess): Promise<void> {
  const client = eventBridgeOf(server);
  await sendTo(client, 'bench', { source: ['bench'] }, `${sink.origin}/events`);
  client.destroy();
}

// Requests that leave the house, to a sink on this machine: the raw sending that is behind
// deliveries to HTTP targets, with connections that are kept. The sink shares the cores.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { must } from '../src/base/assert.ts';
import type { HttpRequest } from '../src/port/http-sender.ts';
import { DeliveryReach } from '../src/server/delivery-reach.ts';
import { WebSender } from '../src/server/http-sender.ts';
import type { BenchOptions, Figure } from './report.ts';

const atOnce = 64;
/** A job's event is about that long. */
const body = JSON.stringify({ detail: 'x'.repeat(1_500) });

export async function httpBench({ jobs: requests = 100_000 }: BenchOptions): Promise<Figure[]> {
  const sink = spawn(process.execPath, [new URL('http-sink.ts', import.meta.url).pathname], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const sender = new WebSender({
    atOnce: 1_024,
    toOneOrigin: atOnce,
    reach: new DeliveryReach([]),
  });
  try {
    const [line] = (await once(must(sink.stdout, 'it is piped'), 'data')) as [Buffer];
    const request: HttpRequest = {
      method: 'POST',
      url: new URL(`http://127.0.0.1:${line.toString().trim()}/events`),
      headers: [
        ['User-Agent', 'Amazon/EventBridge/ApiDestinations'],
        ['Content-Type', 'application/json; charset=utf-8'],
      ],
      body,
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
    return [
      {
        what: `HTTP requests to a sink on this machine, ${atOnce} at once`,
        value: requests / seconds,
        unit: 'requests/s',
        target: { bound: 'at least', value: 12_000 },
        note: `${((user + system) / requests).toFixed(0)} µs of processor time each`,
      },
    ];
  } finally {
    await sender.close();
    sink.kill();
  }
}

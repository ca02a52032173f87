// What an answer that is made while it is sent holds is let go when its client has gone, even
// before its first byte.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { streamAnswer } from './stream-answer.ts';

for (const goesFirst of [true, false])
  test(`a client that goes ${goesFirst ? 'before' : 'after'} the first byte ends what is made for it`, async () => {
    const faults: unknown[] = [];
    let hasEnded = false;
    async function* bytes(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          yield Buffer.alloc(1_024);
          await new Promise(setImmediate);
        }
      } finally {
        hasEnded = true;
      }
    }
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const asking = request({ port, host: '127.0.0.1' });
    asking.on('error', () => undefined).end();
    const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
    if (goesFirst) {
      asking.destroy();
      await once(response, 'close');
    } else asking.once('response', () => asking.destroy());
    await streamAnswer(response, { status: 200, headers: [], bytes: bytes() }, (error) =>
      faults.push(error),
    );
    while (!hasEnded) await new Promise(setImmediate);
    assert.deepEqual(faults, []);
    server.close();
  });

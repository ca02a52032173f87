// Answers that leave early, over real sockets: they arrive whatever is still being sent, and nobody
// can hold a socket for ever.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { Lingering, type LingerBounds } from './linger.ts';

const refused = { status: 413, headers: ['content-type', 'text/plain'], body: 'too large' };
const head = (more = ''): string =>
  `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n${more}\r\n`;

let server: Server;
let handled = 0;
afterEach(() => server.closeAllConnections());
afterEach(() => void server.close());

async function start(
  bounds: Partial<LingerBounds> = {},
): Promise<{ lingering: Lingering; open: () => Socket }> {
  const lingering = new Lingering(bounds);
  handled = 0;
  server = createServer((request, response) => {
    if (lingering.has(request.socket)) return;
    handled++;
    if (request.url === '/good') request.resume().on('end', () => response.end('good'));
    else lingering.answer(request, response, refused);
  });
  server.on('clientError', (_error, socket) =>
    lingering.has(socket) ? undefined : lingering.answerBare(socket, { ...refused, status: 400 }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A client that leaves its half open sees nothing but what the server does.
  return {
    lingering,
    open: () =>
      connect({
        port: (server.address() as AddressInfo).port,
        host: '127.0.0.1',
        allowHalfOpen: true,
      }).on('error', () => undefined),
  };
}

/** Sends all of it before it reads a byte, as most clients do; answers what it then reads. */
async function sendThenRead(socket: Socket, parts: readonly (string | Buffer)[]): Promise<string> {
  socket.pause();
  for (const part of parts)
    await new Promise<void>((resolve, reject) =>
      socket.write(part, (error) => (error ? reject(error) : resolve())),
    );
  let seen = '';
  socket
    .setEncoding('latin1')
    .on('data', (text: string) => (seen += text))
    .resume();
  await once(socket, 'end');
  socket.destroy();
  return seen;
}

describe('an answer before the end of its request', () => {
  const body = Buffer.alloc(3_000_000, 'x');

  it('arrives each time, with the end of the connection behind it', async () => {
    const { open } = await start();
    for (let tries = 0; tries < 100; tries++) {
      const seen = await sendThenRead(open(), [
        head(tries % 2 === 0 ? '' : 'Connection: close\r\n'),
        body,
      ]);
      assert.match(seen, /^HTTP\/1\.1 413 .*connection: close.*too large$/is);
    }
  });

  it('arrives in pieces of time, and for what is no HTTP', async () => {
    const { open } = await start();
    assert.match(
      await sendThenRead(open(), ['nonsense\r\n\r\n', body]),
      /^HTTP\/1\.1 400 .*too large$/s,
    );
    const socket = open();
    socket.write(head());
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    assert.match(String(chunk), /^HTTP\/1\.1 413/);
    assert.match(await sendThenRead(socket, [body]), /^$/);
  });

  it('waits for the answers before it, and nothing behind it is served', async () => {
    const { open } = await start();
    const good = 'GET /good HTTP/1.1\r\nHost: x\r\n\r\n';
    const seen = await sendThenRead(open(), [good + good + head(), body, good]);
    assert.deepEqual(seen.match(/HTTP\/1\.1 \d+/g), [
      'HTTP/1.1 200',
      'HTTP/1.1 200',
      'HTTP/1.1 413',
    ]);
    assert.equal(handled, 3);
  });

  it('leaves the connection open where the request has no body', async () => {
    const { open } = await start();
    const socket = open();
    for (const length of ['', 'Content-Length: 0\r\n']) {
      socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${length}\r\n`);
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      assert.match(String(chunk), /413 .*keep-alive/is);
    }
    socket.destroy();
  });
});

describe('a client that goes on and on', () => {
  /** It never closes its own half, and goes on sending while it may. */
  function pester(socket: Socket, bytes: number, everyMs: number): Promise<unknown> {
    socket.write(head());
    const pump =
      everyMs === 0 ? undefined : setInterval(() => socket.write(Buffer.alloc(bytes)), everyMs);
    return new Promise<void>((resolve) =>
      socket.resume().on('close', () => {
        clearInterval(pump);
        resolve();
      }),
    );
  }
  const lingers = (): Promise<Socket> =>
    new Promise((resolve) => server.once('connection', resolve));
  const gone = (socket: Socket): Promise<unknown> =>
    socket.destroyed ? Promise.resolve() : once(socket, 'close');

  for (const [what, bounds, bytes, everyMs] of [
    ['so many bytes', { bytes: 1_000_000 }, 100_000, 1],
    ['so long, however little it sends', { totalMs: 300 }, 1, 20],
    ['a silence', { silentMs: 100 }, 0, 0],
  ] as const) {
    it(`is cut off after ${what}`, async () => {
      const { open } = await start(bounds);
      const accepted = lingers();
      const client = open();
      const over = pester(client, bytes, everyMs);
      await gone(await accepted);
      client.destroy();
      await over;
    });
  }

  it('makes way for others, the first one first', async () => {
    const { open, lingering } = await start({ sockets: 2 });
    const accepted: Socket[] = [];
    for (let count = 0; count < 4; count++) {
      const next = lingers();
      const client = open();
      client.write(head());
      await once(client, 'data');
      accepted.push(await next);
    }
    await Promise.all(accepted.slice(0, 2).map(gone));
    assert.ok(accepted.slice(2).every((socket) => !socket.destroyed && lingering.has(socket)));
    lingering.end();
    await Promise.all(accepted.map(gone));
  });
});

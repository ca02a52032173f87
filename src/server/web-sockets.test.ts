// WebSockets over real sockets: which requests become one, that messages pass both ways at the pace
// of the slower side, and that none outlives the listener.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { WebSocket, type ClientOptions } from 'ws';
import { ConversedOutput, type Peer } from '../wire/answer.ts';
import { AwsError } from '../wire/aws-error.ts';
import { batchDialect } from '../wire/error-catalogue.ts';
import type { Operation, OperationTable } from '../wire/operation.ts';
import type { PathService } from '../wire/service.ts';
import { echoBatch, echoPipeline } from '../../test/house/echo.ts';
import { until } from '../../test/house/contract/report-recorder.ts';
import { listen, type Listener } from './listener.ts';

const operations: Record<string, Operation<unknown, { readonly name: string }, unknown>> = {
  Talk: {
    converses: true,
    authorizes: () => [],
    handle(_deps, { name }) {
      if (name === 'denied') throw new AwsError('AccessDeniedException', 403, 'not you');
      return new ConversedOutput({
        protocol: 'test.v1',
        drop: () => void dropped.push(name),
        talk: (peer) => (talks[name] ?? echoes)(peer),
      });
    },
  },
  Read: { authorizes: () => [], handle: () => ({ read: true }) },
};
const dropped: string[] = [];
const echoes = async (peer: Peer): Promise<void> => {
  for await (const message of peer.messages)
    await peer.send(typeof message === 'string' ? `you said ${message}` : message);
};
const talks: Record<string, (peer: Peer) => Promise<void>> = {
  fails: () => Promise.reject(new Error('a fault of ours')),
  async ends(peer) {
    await peer.send('last');
    peer.end();
  },
  // Says nothing more, and never reads.
  stays: () => new Promise(() => undefined),
};

const toy: PathService<unknown> = {
  name: 'longshore',
  operations: operations as OperationTable<unknown>,
  deps: undefined,
  dialect: batchDialect,
  maxBodyBytes: () => 1_000,
  protocol: {
    operationIn: 'path',
    contentType: 'application/json',
    below: '/_longshore/',
    nothingHere: new AwsError('UnknownOperationException', 404, 'nothing here'),
    writeError: ({ name, message }) => JSON.stringify({ code: name, message }),
    binding: {
      route({ path }) {
        const [, , kind, name = ''] = path.split('/');
        return kind === 'talk' || kind === 'read'
          ? {
              name: kind === 'talk' ? 'Talk' : 'Read',
              read: () => ({ name }),
              write: (output) => JSON.stringify(output),
            }
          : { unrouted: 'unknown' };
      },
    },
  },
};

const faults: unknown[] = [];
const { pipeline, audited } = echoPipeline([echoBatch(), toy]);
const start = (): Promise<Listener> =>
  listen({
    host: '127.0.0.1',
    port: 0,
    pipeline,
    own: () => undefined,
    onFault: (error) => faults.push(error),
  });
let listener: Listener;
const open = (name: string, options: ClientOptions = {}, at = listener): WebSocket =>
  new WebSocket(`ws://127.0.0.1:${at.port}/_longshore/talk/${name}`, ['test.v1'], options);
/** The status and body of the answer that came instead. */
async function refused(socket: WebSocket): Promise<[number, string]> {
  socket.on('error', () => undefined);
  const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  let body = '';
  for await (const chunk of answer) body += String(chunk);
  return [answer.statusCode ?? 0, body];
}

/** What came back for the head of a request, up to the end of the connection. */
function exchange(lines: readonly string[], body = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(listener.port, '127.0.0.1');
    let seen = '';
    socket.on('data', (chunk) => (seen += chunk.toString('latin1')));
    socket.on('error', reject);
    socket.on('close', () => resolve(seen));
    socket.write(`${[...lines, 'Host: localhost'].join('\r\n')}\r\n\r\n${body}`);
  });
}

describe('WebSockets', () => {
  before(async () => {
    listener = await start();
  });
  after(() => listener.close(1_000));

  it('carry texts and bytes both ways, by the protocol that both know', async () => {
    const socket = open('a');
    await once(socket, 'open');
    assert.equal(socket.protocol, 'test.v1');
    const heard: unknown[] = [];
    socket.on('message', (data: Buffer, isBinary) => heard.push([data.toString(), isBinary]));
    socket.send('hello');
    socket.send(Buffer.from('bytes'));
    await until('both to come back', () => heard.length === 2);
    assert.deepEqual(heard, [
      ['you said hello', false],
      ['bytes', true],
    ]);
    socket.close();
    await once(socket, 'close');
    assert.deepEqual(
      audited.slice(-1).map(({ operation, status }) => [operation, status]),
      [['Talk', 101]],
    );
  });

  it('end when all is said, and when something of ours fails', async () => {
    const said = open('ends');
    const heard: string[] = [];
    said.on('message', (data: Buffer) => heard.push(data.toString()));
    assert.equal((await once(said, 'close'))[0], 1000);
    assert.deepEqual(heard, ['last']);
    assert.equal((await once(open('fails'), 'close'))[0], 1011);
    assert.match(String(faults.pop()), /a fault of ours/);
  });

  it('are refused as any request is', async () => {
    assert.deepEqual(await refused(open('denied')), [
      403,
      '{"code":"AccessDeniedException","message":"not you"}',
    ]);
    const [status] = await refused(open('a', { origin: 'http://evil.example' }));
    assert.equal(status, 403);
    const [misdirected] = await refused(open('a', { headers: { host: 'evil.example' } }));
    assert.equal(misdirected, 421);
    assert.deepEqual(dropped, []);
  });

  it('are dropped where the handshake is none', async () => {
    const answer = await exchange([
      'GET /_longshore/talk/broken HTTP/1.1',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: short',
    ]);
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.deepEqual(dropped.splice(0), ['broken']);
  });

  it('are for operations that go on so: all others answer as ever', async () => {
    for (const [path, upgrade] of [
      ['/_longshore/read/x', 'websocket'],
      ['/_longshore/read/x', 'h2c'],
    ] as const) {
      const answer = await exchange([
        `GET ${path} HTTP/1.1`,
        'Connection: Upgrade, close',
        `Upgrade: ${upgrade}`,
      ]);
      assert.match(answer, /^HTTP\/1\.1 200 [^]*\{"read":true\}$/);
    }
    const posted = await exchange(
      [
        'POST /v1/registerjobdefinition HTTP/1.1',
        'Connection: Upgrade, close',
        'Upgrade: h2c',
        'Content-Type: application/json',
        'Content-Length: 2',
      ],
      '[]',
    );
    assert.match(posted, /^HTTP\/1\.1 400 [^]*structure/i);
    const response = await fetch(`http://127.0.0.1:${listener.port}/_longshore/talk/plain`);
    assert.equal(response.status, 400);
    assert.deepEqual(dropped.splice(0), ['plain']);
  });

  it('take messages of a size, and close on larger ones', async () => {
    const socket = open('a');
    await once(socket, 'open');
    socket.on('error', () => undefined);
    socket.send(Buffer.alloc(65_537));
    await once(socket, 'message');
    socket.send(Buffer.alloc(65_538));
    assert.equal((await once(socket, 'close'))[0], 1009);
  });

  it('do not hold up the end of the listener', async () => {
    const other = await start();
    const socket = open('stays', {}, other);
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await other.close(50);
    await closed;
  });
});

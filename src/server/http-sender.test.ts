// Requests to real servers on this machine: what arrives, what is kept of the answer, and what
// becomes of servers that do not answer, answer too much, cut connections or stand where nothing
// may go.

import assert from 'node:assert/strict';
import type { lookup } from 'node:dns';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import type { HttpAnswer, HttpFailure, HttpRequest } from '../port/http-sender.ts';
import { DeliveryReach } from './delivery-reach.ts';
import { WebSender } from './http-sender.ts';

type Handle = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function listening(t: TestContext, server: Server): Promise<URL> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/in?a=b`);
}

async function serving(t: TestContext, handle: Handle): Promise<URL> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => handle(request, response, body));
  });
  t.after(() => server.closeAllConnections());
  return listening(t, server);
}

function sender(t: TestContext, allowed: readonly string[] = [], atOnce = 64): WebSender {
  const made = new WebSender({ atOnce, toOneOrigin: atOnce, reach: new DeliveryReach(allowed) });
  t.after(() => made.close());
  return made;
}

const post = (url: URL, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'POST',
  url,
  headers: [['Content-Type', 'text/plain']],
  body: 'grüße',
  timeoutMs: 60_000,
  ...more,
});
const never = new AbortController().signal;
const statusOf = (outcome: HttpAnswer | HttpFailure): number | string =>
  'status' in outcome ? outcome.status : outcome.failure;

describe('answers', () => {
  it('what is sent arrives, and nothing of ours beside it', async (t) => {
    let seen: unknown;
    const url = await serving(t, ({ method, url: path, headers }, response, body) => {
      seen = { method, path, headers, body };
      response.setHeader('x-answer', ['1', '2']).end('thanks');
    });
    const answer = await sender(t).send(post(url, { keepBytes: 10 }), never);
    assert.ok('status' in answer);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['x-answer'], '1, 2');
    assert.equal(answer.body, 'thanks');
    const headers = {
      host: url.host,
      'content-type': 'text/plain',
      'content-length': '7',
      connection: 'keep-alive',
    };
    assert.deepEqual(seen, { method: 'POST', path: '/in?a=b', headers, body: 'grüße' });
  });

  it('a redirect is an answer like any other', async (t) => {
    const url = await serving(t, (_, response) =>
      response.writeHead(302, { location: '/x' }).end(),
    );
    assert.equal(statusOf(await sender(t).send(post(url), never)), 302);
  });

  it('connections are used again', async (t) => {
    const ports = new Set<unknown>();
    const url = await serving(t, ({ socket }, response) => {
      ports.add(socket.remotePort);
      response.end('x'.repeat(1_000));
    });
    const out = sender(t);
    for (let count = 0; count < 20; count++) await out.send(post(url), never);
    // A second one is opened where the first is not yet free of its answer.
    assert.ok(ports.size <= 2, `${ports.size} connections`);
  });

  it('one that is closed just then costs nothing', async (t) => {
    const sockets = new Set<Socket>();
    let connections = 0;
    const url = await listening(
      t,
      createTcpServer((socket) => {
        sockets.add(socket);
        const isFirst = ++connections === 1;
        let requests = 0;
        socket.on('error', () => undefined);
        socket.on('data', () => {
          if (isFirst && ++requests > 1) socket.resetAndDestroy();
          else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
        });
      }),
    );
    t.after(() => sockets.forEach((socket) => socket.destroy()));
    const out = sender(t);
    assert.equal(statusOf(await out.send(post(url), never)), 200);
    assert.equal(statusOf(await out.send(post(url), never)), 200);
    assert.equal(connections, 2);
  });
});

describe('bounds', () => {
  it('a server that does not answer', async (t) => {
    const url = await serving(t, () => undefined);
    const outcome = await sender(t).send(post(url, { timeoutMs: 20 }), never);
    assert.deepEqual(outcome, { failure: 'timeout', message: 'no answer within 0.02 s' });
  });

  it('one that stops in its answer: its status counts, where that is all that is wanted', async (t) => {
    const url = await serving(t, ({ socket }, response) => {
      response.writeHead(202);
      response.write('x', () => socket.end());
    });
    const out = sender(t);
    assert.equal(statusOf(await out.send(post(url), never)), 202);
    assert.equal(statusOf(await out.send(post(url, { keepBytes: 10 }), never)), 'unreachable');
  });

  it('one that answers without end', async (t) => {
    const url = await serving(t, (_, response) => {
      const more = (): void => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', more);
      };
      more();
    });
    const out = sender(t);
    assert.equal(statusOf(await out.send(post(url), never)), 200);
    assert.deepEqual(await out.send(post(url, { keepBytes: 1_000 }), never), {
      failure: 'unreachable',
      message: 'an answer of more than 1000 bytes',
    });
  });

  it('what is no HTTP, and nobody at all', async (t) => {
    const url = await listening(
      t,
      createTcpServer((socket) => socket.end('hello\r\n\r\n')),
    );
    const out = sender(t);
    assert.equal(statusOf(await out.send(post(url), never)), 'unreachable');
    const closed = createTcpServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const outcome = await out.send(post(new URL(`http://127.0.0.1:${port}/`)), never);
    assert.ok('failure' in outcome);
    assert.match(outcome.message, /ECONNREFUSED/);
  });

  it('a header that is none', async (t) => {
    const url = await serving(t, (_, response) => response.end());
    const outcome = await sender(t).send(post(url, { headers: [['a', 'b\r\nc: d']] }), never);
    assert.equal(statusOf(outcome), 'unsendable');
  });

  it('a signal ends what is under way and what waits', async (t) => {
    let arrived = 0;
    const stop = new AbortController();
    const url = await serving(t, () => {
      arrived++;
      stop.abort();
    });
    const out = sender(t, [], 1);
    const all = Array.from({ length: 5 }, () => out.send(post(url), stop.signal));
    assert.deepEqual((await Promise.all(all)).map(statusOf), Array(5).fill('aborted'));
    assert.equal(arrived, 1);
    assert.equal(statusOf(await out.send(post(url), stop.signal)), 'aborted');
  });

  it('a place that does not answer leaves room for others', async (t) => {
    const dead = await serving(t, () => undefined);
    const live = await serving(t, (_, response) => response.end());
    const out = sender(t, [], 8);
    const stop = new AbortController();
    const stuck = Array.from({ length: 20 }, () => out.send(post(dead), stop.signal));
    for (let count = 0; count < 20; count++)
      assert.equal(statusOf(await out.send(post(live), never)), 200);
    stop.abort();
    assert.deepEqual((await Promise.all(stuck)).map(statusOf), Array(20).fill('aborted'));
  });
});

describe('where it may go', () => {
  for (const url of [
    'http://169.254.169.254/latest/meta-data',
    'http://0xa9fea9fe/',
    'http://2852039166/',
    'http://[::ffff:169.254.169.254]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://[64:ff9b:1::a9fe:a9fe]/',
    'http://[::ffff:0:a9fe:a9fe]/',
    'http://[2002:a9fe:a9fe::1]/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://100.100.100.200/',
  ])
    it(`not to ${url}`, async (t) => {
      assert.equal(statusOf(await sender(t).send(post(new URL(url)), never)), 'forbidden');
    });

  it('nor by a name that leads there, or nowhere that is allowed', async (t) => {
    const url = await serving(t, (_, response) => response.end());
    const named = new URL(url);
    named.hostname = 'localhost';
    assert.equal(statusOf(await sender(t).send(post(named), never)), 200);
    for (const allowed of ['127.0.0.0/8', 'localhost', '127.0.0.1'])
      assert.equal(statusOf(await sender(t, [allowed]).send(post(named), never)), 200, allowed);
    for (const allowed of ['10.0.0.0/8', 'none', '*.localhost', 'example.com']) {
      const out = sender(t, [allowed]);
      assert.equal(statusOf(await out.send(post(named), never)), 'forbidden', allowed);
      assert.equal(statusOf(await out.send(post(url), never)), 'forbidden', allowed);
    }
  });

  it('looks a name up once at a time, whoever waits for it, and judges for each', async () => {
    const asked: string[] = [];
    const answers: (() => void)[] = [];
    type Found = (error: null, addresses: readonly object[]) => void;
    const resolver = (name: string, _options: object, found: Found): void => {
      asked.push(name);
      answers.push(() => found(null, [{ address: '127.0.0.1', family: 4 }]));
    };
    const reach = new DeliveryReach([], resolver as unknown as typeof lookup);
    const told: unknown[] = [];
    const look = (name: string): void =>
      reach.lookup(name, { all: false }, (_error, address) => void told.push([name, address]));
    for (let n = 0; n < 64; n++) look('slow.example.com');
    look('other.example.com');
    assert.deepEqual(asked, ['slow.example.com', 'other.example.com']);
    answers[1]?.();
    assert.deepEqual(told, [['other.example.com', '127.0.0.1']]);
    answers[0]?.();
    assert.equal(told.length, 65);
    look('slow.example.com');
    assert.equal(asked.length, 3);
  });

  it('a block that is named opens what is closed by default; patterns are checked', () => {
    assert.ok(new DeliveryReach(['169.254.0.0/16']).allowsAddress('169.254.1.1'));
    assert.ok(new DeliveryReach(['fd00::/8']).allowsAddress('fd00:ec2::254'));
    assert.ok(!new DeliveryReach([]).allowsAddress('fe80::1%eth0'));
    for (const wrong of ['', '*', 'a b', '10.0.0.0/33', '300.1.1.1', 'http://x', 'a.*.b', '-a.b'])
      assert.throws(() => new DeliveryReach([wrong]), /is neither a name/, wrong);
  });
});

// The listener over real sockets: whatever a client does, it gets an answer or a closed connection,
// and the server lives.

import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { echo, echoBatch, echoPipeline } from '../../test/house/echo.ts';
import type { Answer } from '../wire/answer.ts';
import { listen, type Listener } from './listener.ts';

const submitted = { jobName: 'n', jobId: 'id', jobArn: 'arn' };
let release: () => void = () => undefined;
let began: () => void = () => undefined;
const { pipeline, faults } = echoPipeline([
  echoBatch({
    SubmitJob: echo(() => submitted),
    ListJobs: echo(
      () =>
        new Promise((resolve) => {
          release = () => resolve({ jobSummaryList: [] });
          began();
        }),
    ),
    CancelJob: echo(() => {
      throw new TypeError('a secret of ours');
    }),
    TerminateJob: echo(() => Promise.reject(new Error('another secret'))),
  }),
]);

let listener: Listener;
const url = (path: string): string => `http://127.0.0.1:${listener.port}${path}`;
const own: unknown[] = [];
const plain = (body: string): Answer => ({
  status: 200,
  headers: ['content-type', 'text/plain'],
  body,
});
const start = (
  timeouts: { headersTimeoutMs: number; requestTimeoutMs: number } = {
    headersTimeoutMs: 300,
    requestTimeoutMs: 600,
  },
): Promise<Listener> =>
  listen({
    host: '127.0.0.1',
    port: 0,
    pipeline,
    own: ({ path }) => {
      if (path === '/_longshore/broken') throw new Error('broken handler');
      if (path === '/_longshore/broken-later') return Promise.reject(new Error('broken later'));
      return path.startsWith('/_longshore/') ? plain('ours') : undefined;
    },
    console: () => plain('console'),
    allowedHosts: ['x', 'some.host'],
    onFault: (error) => own.push(error),
    ...timeouts,
  });

/** Writes raw bytes and answers everything that came back until the server closed. */
function exchange(...parts: (string | Buffer)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(listener.port, '127.0.0.1');
    let seen = '';
    socket.setTimeout(10_000, () =>
      socket.destroy(new Error('the server neither answered nor closed')),
    );
    socket.on('data', (chunk) => (seen += chunk.toString('latin1')));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(seen) : reject(error),
    );
    socket.on('close', () => resolve(seen));
    for (const part of parts) socket.write(part);
  });
}

/** Reads one answer from a socket that stays open. */
function answerOn(socket: Socket): Promise<string> {
  return new Promise((resolve) => socket.once('data', (chunk) => resolve(chunk.toString())));
}

const post = (
  path: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(url(path), {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: { 'content-type': 'application/json', ...headers },
  });

/** An answer of the AWS protocols: a JSON body with a message, and the two headers. */
async function assertError(
  response: Response,
  status: number,
  name: string,
  message: RegExp,
): Promise<void> {
  const body = (await response.json()) as { message: string; __type: string };
  assert.equal(response.status, status, body.message);
  assert.equal(response.headers.get('x-amzn-errortype'), name);
  assert.match(response.headers.get('x-amzn-requestid') ?? '', /^[0-9a-f-]{36}$/);
  assert.equal(body.__type, name);
  assert.match(body.message, message);
}

describe('the listener', () => {
  before(async () => {
    listener = await start();
  });
  after(() => listener.close(1_000));

  it('hands our own paths and the console to their handlers', async () => {
    assert.equal(await (await fetch(url('/_longshore/health'))).text(), 'ours');
    assert.equal(await (await fetch(url('/console/'))).text(), 'console');
  });

  it('answers 500 when one of those handlers throws', async () => {
    for (const [path, message] of [
      ['/_longshore/broken', /broken handler/],
      ['/_longshore/broken-later', /broken later/],
    ] as const) {
      assert.equal((await fetch(url(path))).status, 500);
      assert.match(String(own.at(-1)), message);
    }
  });

  it('answers a request with the operation’s answer, its request id and its length', async () => {
    const response = await post(
      '/v1/submitjob',
      '{"jobName":"n","jobQueue":"q","jobDefinition":"d"}',
    );
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'application/json');
    assert.match(response.headers.get('x-amzn-requestid') ?? '', /^[0-9a-f-]{36}$/);
    assert.deepEqual(await response.json(), submitted);
  });

  it('takes an empty body for {} where nothing is required', async () => {
    assert.equal((await post('/v1/describejobqueues', '')).status, 200);
    await assertError(
      await post('/v1/submitjob', ''),
      400,
      'ClientException',
      /jobName must be provided/,
    );
  });

  it('answers malformed JSON, wrong types, unknown paths and wrong methods', async () => {
    await assertError(
      await post('/v1/submitjob', '{"jobName":'),
      400,
      'SerializationException',
      /not valid JSON/,
    );
    await assertError(
      await post('/v1/submitjob', '{"jobName":7}'),
      400,
      'SerializationException',
      /NUMBER_VALUE.*jobName/,
    );
    await assertError(await post('/v1/nosuch', '{}'), 404, 'UnknownOperationException', /nosuch/);
    const wrongMethod = await fetch(url('/v1/submitjob'));
    assert.equal(wrongMethod.headers.get('allow'), 'POST');
    await assertError(wrongMethod, 405, 'UnknownOperationException', /GET/);
  });

  it('tells nothing of a fault of ours but its request id', async () => {
    for (const path of ['/v1/canceljob', '/v1/terminatejob']) {
      const response = await post(path, '{"jobId":"x","reason":"y"}');
      await assertError(
        response,
        500,
        'ServerException',
        new RegExp(`^internal error, request id ${response.headers.get('x-amzn-requestid')}$`),
      );
      assert.match(String(faults.at(-1)?.error), /secret/);
      assert.equal(faults.at(-1)?.requestId, response.headers.get('x-amzn-requestid'));
    }
  });

  it('turns away a declared body over the limit, and what comes next is answered', async () => {
    await assertError(
      await post('/v1/submitjob', 'x'.repeat(30_721)),
      413,
      'ClientException',
      /30720/,
    );
    await assertError(
      await post('/v1/registerjobdefinition', 'x'.repeat(24_577)),
      413,
      'ClientException',
      /24576/,
    );
    await assertError(
      await post('/v1/submitjob', 'x'.repeat(5_000_000)),
      413,
      'ClientException',
      /30720/,
    );
    await assertError(
      await post('/v1/submitjob', 'x'.repeat(30_720)),
      400,
      'SerializationException',
      /JSON/,
    );
  });

  it('lets a client that is still sending read that its body is too large', async () => {
    const chunk = `${(65_536).toString(16)}\r\n${'x'.repeat(65_536)}\r\n`;
    const seen = await exchange(
      'POST /v1/submitjob HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
      ...Array.from({ length: 40 }, () => chunk),
      '0\r\n\r\n',
    );
    assert.match(seen, /^HTTP\/1.1 413 .*larger than 30720 bytes/s);
  });

  it('cuts off a client that never stops sending', async () => {
    const patient = await start({ headersTimeoutMs: 60_000, requestTimeoutMs: 60_000 });
    const socket = connect(patient.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      'POST /v1/submitjob HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    const block = Buffer.concat([
      Buffer.from('100000\r\n'),
      Buffer.alloc(1_048_576, 'x'),
      Buffer.from('\r\n'),
    ]);
    const pump = (): void =>
      void socket.write(block, (error) => {
        if (!error) setImmediate(pump);
      });
    socket.resume();
    pump();
    await closed;
    await patient.close(1_000);
  });

  it('takes chunked bodies', async () => {
    const seen = await exchange(
      'POST /v1/describejobs HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
      'd\r\n{"jobs":["1"]\r\n',
      '1\r\n}\r\n0\r\n\r\n',
    );
    assert.match(seen, /^HTTP\/1.1 200 .*\{"jobs":\["1"\]\}/s);
  });

  it('shows the authenticator the head as it arrived, and the digest of the body before gzip', async () => {
    const seen: unknown[] = [];
    const watched = await listen({
      host: '127.0.0.1',
      port: 0,
      pipeline: echoPipeline([echoBatch()], {
        authenticator: {
          authenticate({ head, credential, region, service, bodyDigest }) {
            const { method, path, query, rawHeaders, sourceAddress } = head;
            const at = rawHeaders.findIndex((name) => name === 'X-Twice');
            seen.push({ method, path, query, sourceAddress, credential, region, service });
            seen.push(rawHeaders.slice(at, at + 4), head.headers['x-twice'], bodyDigest());
            return { kind: 'root', account: '1', arn: 'a', userId: '1', accessKeyId: undefined };
          },
        },
      }).pipeline,
      own: () => undefined,
      onFault: (error) => own.push(error),
    });
    const body = gzipSync('{"jobs":["1"]}');
    try {
      const socket = connect(watched.port, '127.0.0.1');
      socket.write(
        'POST /v1/describejobs?a=%41&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK%2F20260102%2Fus-west-2%2Fbatch%2Faws4_request HTTP/1.1\r\n' +
          'Host: localhost\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nX-Twice: one  two\r\nX-Twice: Three\r\n' +
          `Content-Length: ${body.length}\r\n\r\n`,
      );
      socket.write(body);
      assert.match(await answerOn(socket), /^HTTP\/1.1 200 /);
      socket.destroy();
    } finally {
      await watched.close(1_000);
    }
    assert.deepEqual(seen, [
      {
        method: 'POST',
        path: '/v1/describejobs',
        query:
          'a=%41&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK%2F20260102%2Fus-west-2%2Fbatch%2Faws4_request',
        sourceAddress: '127.0.0.1',
        credential: {
          foundIn: 'query',
          accessKeyId: 'AK',
          date: '20260102',
          region: 'us-west-2',
          service: 'batch',
        },
        region: 'us-west-2',
        service: 'batch',
      },
      ['X-Twice', 'one  two', 'X-Twice', 'Three'],
      'one  two, Three',
      hash('sha256', body, 'hex'),
    ]);
  });

  it('undoes gzip within the same limit, and refuses other encodings', async () => {
    const body = '{"jobs":["1"]}';
    assert.deepEqual(
      await (await post('/v1/describejobs', gzipSync(body), { 'content-encoding': 'gzip' })).json(),
      JSON.parse(body),
    );
    await assertError(
      await post('/v1/describejobs', body, { 'content-encoding': 'gzip' }),
      400,
      'SerializationException',
      /gzip/,
    );
    await assertError(
      await post('/v1/describejobs', gzipSync(Buffer.alloc(50_000_000)), {
        'content-encoding': 'gzip',
      }),
      413,
      'ClientException',
      /1048576/,
    );
    await assertError(
      await post('/v1/describejobs', body, { 'content-encoding': 'br' }),
      415,
      'UnsupportedMediaTypeException',
      /br/,
    );
  });

  it('gives leave to a client that expects it, and refuses at once a body that would be too large', async () => {
    const head =
      'POST /v1/describejobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nConnection: close\r\n';
    const socket = connect(listener.port, '127.0.0.1');
    socket.write(`${head}Content-Length: 14\r\n\r\n`);
    assert.match(await answerOn(socket), /^HTTP\/1.1 100 Continue/);
    socket.write('{"jobs":["1"]}');
    assert.match(await answerOn(socket), /^HTTP\/1.1 200/);
    socket.destroy();
    const refused = await exchange(`${head}Content-Length: 9999999\r\n\r\n`);
    assert.match(refused, /^HTTP\/1.1 413/);
    assert.doesNotMatch(refused, /100 Continue/);
  });

  it('answers what is not HTTP with a small 400, and closes', async () => {
    for (const bytes of [
      'nonsense\r\n\r\n',
      Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]),
      'GET / HTTP/9.9\r\n\r\n',
      'POST /v1/submitjob HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    ]) {
      const seen = await exchange(bytes);
      assert.match(seen, /^HTTP\/1.1 400 .*connection: close.*"message"/s);
    }
  });

  it('answers headers beyond its limit with 431, and closes', async () => {
    const seen = await exchange(
      `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(400_000)}\r\n\r\n`,
    );
    assert.match(seen, /^HTTP\/1.1 431 .*"message"/s);
  });

  it('takes headers as long as session tokens make them', async () => {
    assert.equal(
      (
        await post('/v1/describejobs', '{"jobs":[]}', {
          'x-amz-security-token': 'x'.repeat(32_000),
        })
      ).status,
      200,
    );
  });

  it('closes sockets whose request never arrives', async () => {
    assert.match(await exchange('POST /v1/submitjob HTTP/1.1\r\nHost:'), /^HTTP\/1.1 408/);
    assert.match(
      await exchange(
        'POST /v1/submitjob HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"job',
      ),
      /^(HTTP\/1.1 408|$)/,
    );
  });

  it('understands the absolute form of a path, and paths that are none', async () => {
    const rest =
      'Host: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';
    assert.match(
      await exchange(`POST http://some.host/v1/describejobqueues HTTP/1.1\r\n${rest}`),
      /^HTTP\/1.1 200/,
    );
    assert.match(await exchange(`OPTIONS * HTTP/1.1\r\n${rest}`), /^HTTP\/1.1 404/);
    assert.match(await exchange(`POST /%zz?%zz=%f HTTP/1.1\r\n${rest}`), /^HTTP\/1.1 404/);
  });

  it('serves pipelined requests in order', async () => {
    const request = (id: string): string =>
      `POST /v1/describejobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{"jobs":["${id}"]}`;
    const seen = await exchange(
      request('1') +
        request('2') +
        'GET /v1/nosuch HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    assert.match(seen, /\["1"\].*\["2"\].*404/s);
  });

  it('takes authorization headers of any kind, and more than one', async () => {
    for (const authorization of [
      '',
      'Basic eA==',
      'AWS4-HMAC-SHA256 Credential=',
      'AWS4-HMAC-SHA256 Credential=////, x',
      'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/batch/aws4_request\r\nAuthorization: second',
    ]) {
      const seen = await exchange(
        `POST /v1/describejobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: ${authorization}\r\nConnection: close\r\nContent-Length: 11\r\n\r\n{"jobs":[]}`,
      );
      assert.match(seen, /^HTTP\/1.1 200/, authorization);
    }
  });
});

describe('the end of a listener', () => {
  it('finishes what is in flight, closes idle connections and accepts no more', async () => {
    listener = await start();
    const idle = connect(listener.port, '127.0.0.1');
    idle.write('GET /_longshore/x HTTP/1.1\r\nHost: x\r\n\r\n');
    await answerOn(idle);
    const idleClosed = new Promise<void>((resolve) => idle.on('close', () => resolve()));
    const handling = new Promise<void>((resolve) => (began = resolve));
    const inFlight = post('/v1/listjobs', '{}');
    await handling;
    const closing = listener.close(10_000);
    await idleClosed;
    await assert.rejects(fetch(url('/_longshore/x')));
    release();
    assert.equal((await inFlight).status, 200);
    await closing;
  });

  it('cuts off what takes longer than the grace', async () => {
    listener = await start();
    const handling = new Promise<void>((resolve) => (began = resolve));
    const inFlight = post('/v1/listjobs', '{}');
    await handling;
    const [outcome] = await Promise.allSettled([inFlight, listener.close(50)]);
    assert.equal(outcome.status, 'rejected');
  });
});

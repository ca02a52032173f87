// The credentials endpoint over real connections: who gets an answer, and what everybody else gets.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { openCredentialsEndpoint, type CredentialsEndpoint } from './credentials-endpoint.ts';

const mine = 'a'.repeat(32);
const ended = 'e'.repeat(32);
const broken = 'b'.repeat(32);
const secretOf = (attempt: string): string => `secret-of-${attempt}`;

describe('the credentials endpoint', () => {
  let endpoint: CredentialsEndpoint;
  const faults: unknown[] = [];
  before(async () => {
    endpoint = await openCredentialsEndpoint({
      address: '127.0.0.1',
      port: 0,
      headTimeoutMs: 200,
      grants: {
        isSecretOf: (attempt, secret) => secret === secretOf(attempt),
        async credentialsFor(attempt) {
          if (attempt === broken) throw new Error('a fault of ours');
          return attempt === mine ? { AccessKeyId: 'ASIA' } : undefined;
        },
      },
      onFault: (error) => faults.push(error),
    });
  });
  after(() => endpoint.close());

  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${endpoint.port}${path}`, init);
  const shown = (attempt: string, token: string): Promise<Response> =>
    ask(`/v2/credentials/${attempt}`, { headers: { authorization: token } });

  it('answers who shows the secret of the attempt, by header or in the path', async () => {
    for (const answer of [
      await shown(mine, secretOf(mine)),
      await ask(`/v2/credentials/${mine}/${secretOf(mine)}`),
    ]) {
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('cache-control'), 'no-store');
      assert.deepEqual(await answer.json(), { AccessKeyId: 'ASIA' });
    }
  });

  it('answers one container while another holds as many connections as it gets', async () => {
    const holding = Array.from({ length: 300 }, () =>
      connect({ port: endpoint.port, host: '127.0.0.1', localAddress: '127.0.0.2' }),
    );
    let closed = 0;
    const settled = holding.map(
      (socket) =>
        new Promise<void>((resolve) => {
          socket.once('connect', resolve).on('error', () => undefined);
          socket.once('close', () => void closed++);
        }),
    );
    await Promise.all(settled);
    assert.equal((await shown(mine, secretOf(mine))).status, 200);
    assert.ok(closed > 0, 'some of them are turned away');
    for (const socket of holding) socket.destroy();
  });

  it('turns away everybody else, in the form of ECS', async () => {
    const cases: [string, Promise<Response>, number][] = [
      ['no secret', ask(`/v2/credentials/${mine}`), 403],
      ["another attempt's", shown(mine, secretOf(ended)), 403],
      ["another attempt's, in the path", ask(`/v2/credentials/${mine}/${secretOf(ended)}`), 403],
      ['an attempt that has ended', shown(ended, secretOf(ended)), 404],
      ['no attempt', ask('/v2/credentials/'), 404],
      ['another path', ask('/', { headers: { authorization: secretOf(mine) } }), 404],
      ['a path with dots', ask(`/v2/credentials/../../${mine}`), 404],
      [
        'another method',
        ask(`/v2/credentials/${mine}`, {
          method: 'DELETE',
          headers: { authorization: secretOf(mine) },
        }),
        405,
      ],
      [
        'a web page',
        ask(`/v2/credentials/${mine}`, {
          headers: { authorization: secretOf(mine), origin: 'http://evil.example' },
        }),
        403,
      ],
    ];
    for (const [what, asked, status] of cases) {
      const answer = await asked;
      assert.equal(answer.status, status, what);
      const { code, message } = (await answer.json()) as { code: string; message: string };
      assert.ok(code && message, what);
      assert.ok(!message.includes('secret-of'), what);
    }
  });

  it('says nothing of a fault of ours', async () => {
    const answer = await shown(broken, secretOf(broken));
    assert.equal(answer.status, 500);
    assert.equal(((await answer.json()) as { message: string }).message, 'internal error');
    assert.equal(faults.length, 1);
  });

  /** What comes back on a bare connection, until it is closed. */
  const raw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(endpoint.port, '127.0.0.1', () => socket.write(text));
      socket.setEncoding('utf8');
      socket.on('data', (part: string) => (answer += part));
      socket.on('close', () => resolve(answer)).on('error', reject);
    });

  it('goes by no other name', async () => {
    const head = `GET /v2/credentials/${mine} HTTP/1.1\r\nHost: evil.example\r\nAuthorization: ${secretOf(mine)}\r\n\r\n`;
    assert.match(await raw(head), /^HTTP\/1\.1 421 /);
  });

  it('waits for no body and for no end of a head', async () => {
    const head = `GET /v2/credentials/${mine} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${secretOf(mine)}\r\n`;
    assert.match(await raw(`${head}Content-Length: 1000000\r\n\r\n{`), /^HTTP\/1\.1 200 /);
    assert.match(await raw(head), /^HTTP\/1\.1 408 /);
    assert.match(await raw(`${head}X: ${'x'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
  });
});

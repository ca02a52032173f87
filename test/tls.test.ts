// HTTPS with a certificate from files: served, served anew when the files change, and kept where
// what they become cannot be used.

import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../src/cli/failure.ts';
import { echoBatch, echoPipeline } from './house/echo.ts';
import { until } from './until.ts';
import type { RequestHead } from '../src/wire/protocol.ts';
import { listen, type Listener } from '../src/server/listener.ts';
import { readTls } from '../src/server/tls.ts';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`./fixture/tls/${name}.pem`, import.meta.url));
const serialOf = (name: string): string =>
  new X509Certificate(readFileSync(fixture(`${name}.cert`))).serialNumber;

describe('a server with a certificate', () => {
  let directory: string;
  let files: { cert: string; key: string; everyMs: number };
  let listener: Listener;
  const told: string[] = [];
  const heads: RequestHead[] = [];

  const put = (name: 'one' | 'two'): void => {
    copyFileSync(fixture(`${name}.cert`), files.cert);
    copyFileSync(fixture(`${name}.key`), files.key);
  };

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'longshore-tls-'));
    files = { cert: join(directory, 'cert'), key: join(directory, 'key'), everyMs: 10 };
    put('one');
    listener = await listen({
      host: '127.0.0.1',
      port: 0,
      tls: files,
      onTls: ({ message }) => told.push(message),
      pipeline: echoPipeline([echoBatch({})]).pipeline,
      own: (head) => {
        heads.push(head);
        return { status: 200, headers: [], body: 'here' };
      },
      onFault: (error) => assert.fail(error as Error),
    });
  });
  after(async () => {
    await listener.close(1_000);
    rmSync(directory, { recursive: true });
  });

  /** What is answered, and the serial number of the certificate that came with it. */
  const ask = (headers: Record<string, string> = {}): Promise<[number | undefined, string]> =>
    new Promise((resolve, reject) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port: listener.port,
          agent: false,
          rejectUnauthorized: false,
          headers,
        },
        (answer) => {
          const { serialNumber } = (answer.socket as TLSSocket).getPeerCertificate();
          answer.resume().on('end', () => resolve([answer.statusCode, serialNumber]));
        },
      );
      asked.on('error', reject).end();
    });

  it('speaks HTTPS, and to its own pages alone', async () => {
    assert.deepEqual(await ask(), [200, serialOf('one')]);
    const origin = `127.0.0.1:${listener.port}`;
    assert.deepEqual(await ask({ origin: `https://${origin}` }), [200, serialOf('one')]);
    assert.deepEqual(await ask({ origin: `http://${origin}` }), [403, serialOf('one')]);
    assert.ok(listener.isTls);
    assert.match(heads[0]?.tls?.version ?? '', /^TLSv1\.[23]$/);
    assert.match(heads[0]?.tls?.cipherSuite ?? '', /^TLS_/);
  });

  it('takes up another certificate, and none that is none', async () => {
    put('two');
    await until('the other certificate', async () => (await ask())[1] === serialOf('two'));
    await until('it is told', async () => told.at(-1)?.endsWith('is in use from now on'));
    writeFileSync(files.cert, 'no certificate');
    await until('it is told', async () => told.at(-1)?.endsWith('from before stays in use'));
    assert.equal((await ask())[1], serialOf('two'));
  });

  it('does not start with files that do not belong together, or are not there', () => {
    for (const wrong of [
      { cert: fixture('one.cert'), key: fixture('two.key') },
      { cert: join(directory, 'none'), key: fixture('one.key') },
      { cert: fixture('one.key'), key: fixture('one.key') },
    ])
      assert.throws(() => readTls(wrong), UsageError);
  });
});

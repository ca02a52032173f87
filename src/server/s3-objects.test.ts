// Objects of a server that speaks as much of S3 as training jobs ask for: pages of a listing, and
// large files in parts.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { must } from '../base/assert.ts';
import type { ObjectStore } from '../port/object-store.ts';
import { ChangedFile, LeftFile } from '../store/training-files/left-files.ts';
import { s3At } from './s3-client.ts';
import { s3Objects } from './s3-objects.ts';

/** What was asked, without what the SDK adds for itself. */
const asked: string[] = [];
let fails = (_asked: string): boolean => false;
const answers: readonly [RegExp, string][] = [
  [
    /^GET \/b\/?\?.*continuation-token=more/,
    '<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>more</NextContinuationToken><Contents><Key>in/b</Key><Size>2</Size></Contents></ListBucketResult>',
  ],
  [
    /^GET \/b\/?\?/,
    '<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>more</NextContinuationToken><Contents><Key>in/a</Key><Size>1</Size></Contents></ListBucketResult>',
  ],
  [
    /uploads/,
    '<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>',
  ],
  [/^POST .*uploadId=id/, '<CompleteMultipartUploadResult/>'],
];

function answer(request: IncomingMessage, response: ServerResponse): void {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => (bytes += chunk.length));
  request.on('end', () => {
    const line = `${request.method} ${request.url}`;
    asked.push(`${line.replace(/&?x-id=\w+/, '')} ${bytes}`);
    if (line.startsWith('GET /b/stalls')) return void response.write('half');
    if (fails(line)) response.writeHead(403);
    else if (request.method === 'PUT') response.setHeader('ETag', '"tag"');
    response.end(answers.find(([form]) => form.test(line))?.[1] ?? '');
  });
}

const server = createServer(answer);
const environment = { ...process.env };
const never = new AbortController().signal;
let folder = '';
let store: ObjectStore;
before(async () => {
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIAEXAMPLE';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'planted-secret';
  folder = mkdtempSync(join(tmpdir(), 'longshore-s3-objects-'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  store = s3Objects(s3At(`http://127.0.0.1:${port}`, 'us-east-1'), 'b');
});
beforeEach(() => {
  asked.length = 0;
  fails = () => false;
});
after(() => {
  process.env = environment;
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

const mib = 2 ** 20;
/** Stored under its name, from a file of so many bytes that `then` may change. */
async function put(name: string, bytes: number, signal = never, then = ''): Promise<void> {
  writeFileSync(join(folder, name), Buffer.alloc(bytes, 1));
  await using file = must(await LeftFile.open(folder, [name]), 'it was just made');
  if (then !== '') writeFileSync(join(folder, name), then);
  await store.put(name, file, signal);
}

test('a listing is read to its end, and one that leads nowhere ends', async () => {
  const found: string[] = [];
  for await (const { key, bytes } of store.list('in/', never)) found.push(`${key} ${bytes}`);
  assert.deepEqual(found, ['in/a 1', 'in/b 2']);
});

test('a small file goes at once, a large one in parts', async () => {
  await put('small', 10);
  await put('large', 33 * mib);
  assert.deepEqual(
    asked.map((line) => line.replace(/ (?=\d+$)/, ': ')).filter((line) => line.startsWith('PUT')),
    [
      'PUT /b/small?: 10',
      ...[16, 16, 1].map(
        (size, at) => `PUT /b/large?partNumber=${at + 1}&uploadId=id: ${size * mib}`,
      ),
    ],
  );
  assert.match(asked.at(-1) ?? '', /^POST \/b\/large\?uploadId=id/);
});

test('of an upload that fails nothing is left, and its failure holds no secret', async () => {
  fails = (line) => line.includes('partNumber=2');
  await assert.rejects(put('large', 33 * mib), (error: Error) => {
    return /403/.test(error.message) && !error.message.includes('planted-secret');
  });
  assert.match(asked.at(-1) ?? '', /^DELETE \/b\/large\?uploadId=id/);
});

test('of a file that is written to meanwhile nothing is stored', async () => {
  await assert.rejects(put('small', 3, never, 'two'), ChangedFile);
  assert.deepEqual(asked, []);
  await assert.rejects(put('large', 33 * mib, never, 'two'), ChangedFile);
  assert.match(asked.at(-1) ?? '', /^DELETE \/b\/large\?uploadId=id/);
});

test('whether an upload would be taken is known without one', async () => {
  await store.probe('out/', never);
  assert.deepEqual(
    asked.map((line) => line.replace(/ \d+$/, '')),
    ['POST /b/out/model.tar.gz?uploads=', 'DELETE /b/out/model.tar.gz?uploadId=id'],
  );
  fails = (line) => line.includes('uploads');
  await assert.rejects(store.probe('out/', never), /403/);
});

test('what does not come to its end is given up', async () => {
  const stopped = new AbortController();
  const reading = (async () => {
    for await (const chunk of await store.read('stalls', stopped.signal)) {
      assert.equal(String(chunk), 'half');
      stopped.abort();
    }
  })();
  await assert.rejects(reading, { name: 'AbortError' });
  const given = new AbortController();
  fails = () => {
    given.abort();
    return false;
  };
  await assert.rejects(put('small', 10, given.signal), /abort/i);
});

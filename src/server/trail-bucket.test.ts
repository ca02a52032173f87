// Buckets of a server that speaks as much of S3 as trails ask for.

import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { s3At } from './s3-client.ts';
import { trailBuckets } from './trail-bucket.ts';

interface Put {
  readonly path: string;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

const puts: Put[] = [];
const server = createServer((request, response) => {
  const path = request.url ?? '';
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (path.startsWith('/forbidden')) response.writeHead(403);
    else if (path.startsWith('/none')) response.writeHead(404);
    else if (request.method === 'PUT')
      puts.push({ path, body: Buffer.concat(chunks).toString(), headers: request.headers });
    response.end();
  });
});
const environment = { ...process.env };
let endpoint = '';
before(async () => {
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIAEXAMPLE';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'planted-secret';
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  process.env = environment;
  server.close();
});

test('a file is put as it is, signed, with what is to be told of it', async () => {
  const place = trailBuckets(s3At(endpoint, 'eu-west-1'));
  assert.equal(await place.has('logs'), true);
  await place.put('logs', 'AWSLogs/a.json.gz', Buffer.from('bytes'), { signature: 'abc' });
  const [put] = puts;
  assert.equal(put?.path.split('?')[0], '/logs/AWSLogs/a.json.gz');
  assert.equal(put?.body, 'bytes');
  assert.equal(put?.headers['x-amz-meta-signature'], 'abc');
  assert.equal(put?.headers['content-encoding'], 'gzip');
  assert.match(put?.headers.authorization ?? '', /Credential=AKIAEXAMPLE\/\d{8}\/eu-west-1\/s3/);
});

test('a bucket that is not there is none, and what fails is said in few words', async () => {
  const place = trailBuckets(s3At(endpoint, 'us-east-1'));
  assert.equal(await place.has('none'), false);
  const fails = (error: Error): boolean =>
    /403/.test(error.message) && !error.message.includes('planted-secret');
  await assert.rejects(place.has('forbidden'), fails);
  await assert.rejects(place.put('forbidden', 'k', Buffer.from('x'), {}), fails);
});

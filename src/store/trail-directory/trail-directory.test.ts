// Folders that stand for buckets: files come whole, into folders that are there, and nowhere else.

import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { trailDirectory } from './trail-directory.ts';

const root = mkdtempSync(join(tmpdir(), 'longshore-trails-'));
after(() => rmSync(root, { recursive: true, force: true }));
mkdirSync(join(root, 'logs'));
const place = trailDirectory(root);
const bytes = Buffer.from('records');

test('a folder that is there is a bucket, and nothing else is', async () => {
  assert.equal(await place.has('logs'), true);
  assert.equal(await place.has('none'), false);
  await assert.rejects(place.has('..'));
  await assert.rejects(place.put('none', 'a/b', bytes, {}), /no folder/);
});

test('a file is there whole, for its owner alone, and gives way to another', async () => {
  for (const text of ['one', 'two']) await place.put('logs', 'a/b/c.gz', Buffer.from(text), {});
  const path = join(root, 'logs/a/b/c.gz');
  assert.equal(readFileSync(path, 'utf8'), 'two');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(root, 'logs/a/b')), ['c.gz']);
});

test('no key leads out of its folder', async () => {
  for (const key of ['../x', 'a/../../x', '/x', 'a//x', './x', ''])
    await assert.rejects(place.put('logs', key, bytes, {}), /no file/, key);
  assert.equal(existsSync(join(root, 'x')), false);
});

test('what is told of a file stands beside it', async () => {
  await place.put('logs', 'd/e.gz', bytes, { signature: 'abc' });
  const told = readFileSync(join(root, 'logs/d/e.gz.metadata.json'), 'utf8');
  assert.deepEqual(JSON.parse(told), { signature: 'abc' });
});

// Dead letters in files of a directory of their own: what is kept, how much of it, and what is
// refused.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { DeadLetterFileStore } from './dead-letter-file.ts';

const arnOf = (name: string): string => `arn:aws:sqs:eu-west-1:123456789012:${name}`;

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'longshore-dead-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const store = (path: string, more: { fileBytes?: number; queues?: number; room?: number } = {}) =>
  new DeadLetterFileStore({
    directory: join(path, 'dead-letters'),
    fileBytes: more.fileBytes ?? 1_000,
    queues: more.queues ?? 10,
    hasRoom: (bytes) => bytes <= (more.room ?? Infinity),
  });

test('a line each, in their order, in a file of the queue that its owner alone reads', async (t) => {
  const path = directory(t);
  const letters = store(path);
  await Promise.all(Array.from({ length: 50 }, (_, at) => letters.add(arnOf('q'), `{"n":${at}}`)));
  const file = join(path, 'dead-letters/eu-west-1/123456789012/q.jsonl');
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { n: number }).n),
    [...Array(50).keys()],
  );
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('a full file is put aside, and the one before it goes', async (t) => {
  const path = directory(t);
  const letters = store(path, { fileBytes: 25 });
  for (let at = 0; at < 9; at++) await letters.add(arnOf('q'), `{"letter":${at}}`);
  const folder = join(path, 'dead-letters/eu-west-1/123456789012');
  assert.deepEqual(readdirSync(folder).toSorted(), ['q.jsonl', 'q.jsonl.1']);
  assert.equal(readFileSync(join(folder, 'q.jsonl'), 'utf8'), '{"letter":8}\n');
  assert.equal(readFileSync(join(folder, 'q.jsonl.1'), 'utf8'), '{"letter":7}\n');
});

test('a queue too many, a full disk, and what is no queue are refused', async (t) => {
  const path = directory(t);
  const letters = store(path, { queues: 1 });
  await letters.add(arnOf('a'), '1');
  await assert.rejects(letters.add(arnOf('b'), '1'), /of 1 queues, and no more/);
  await letters.add(arnOf('a'), '2');
  await assert.rejects(store(path, { room: 1 }).add(arnOf('a'), '1'), /no room/);
  for (const arn of ['', arnOf('../x'), arnOf('a/b'), 'arn:aws:sqs:../x:123456789012:a'])
    await assert.rejects(letters.add(arn, '1'), /is not the ARN of a queue/);
});

test('what cannot be written is told, and the next one is tried anew', async (t) => {
  const path = directory(t);
  const letters = store(path);
  const blocked = join(path, 'dead-letters');
  writeFileSync(blocked, 'a file');
  await assert.rejects(letters.add(arnOf('q'), '1'), /ENOTDIR/);
  rmSync(blocked);
  await letters.add(arnOf('q'), '2');
});

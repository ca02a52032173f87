// Lines of a file by offset: whole, in order, bounded, and never twice, wherever the reading
// stopped.

import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { GrowthWatch, maxBatchBytes, maxBatchLines, readLines, sizeOf } from './output-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'longshore-output-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const path = join(directory, 'output');

async function read(from: number, to: number, toEnd: boolean) {
  const lines: string[] = [];
  const batches: { count: number; position: number }[] = [];
  for await (const batch of readLines(path, from, to, toEnd)) {
    lines.push(...batch.lines.map((line) => Buffer.from(line.message).toString('latin1')));
    batches.push({ count: batch.lines.length, position: Number(batch.position) });
  }
  return { lines, batches, position: batches.at(-1)?.position ?? from };
}

test('lines end at line feeds, and the last one waits for its own or for the end', async () => {
  const cases: [string, boolean, string[], number][] = [
    ['', true, [], 0],
    ['a\nb\n', false, ['a', 'b'], 4],
    ['a\nb', false, ['a'], 2],
    ['a\nb', true, ['a', 'b'], 3],
    ['b', false, [], 0],
    ['\n\n', false, ['', ''], 2],
    ['a\r\n', true, ['a\r'], 3],
  ];
  for (const [text, toEnd, lines, position] of cases) {
    writeFileSync(path, text);
    const found = await read(0, text.length, toEnd);
    assert.deepEqual(
      [found.lines, found.position],
      [lines, position],
      JSON.stringify([text, toEnd]),
    );
  }
});

test('what lies beyond the given end is not read', async () => {
  writeFileSync(path, 'one\ntwo\n');
  assert.deepEqual((await read(0, 4, true)).lines, ['one']);
  assert.deepEqual((await read(4, 8, true)).lines, ['two']);
});

test('batches are bounded, and a reading goes on from each', async () => {
  const text = Array.from({ length: 60_000 }, (_, index) => `line ${index}`);
  writeFileSync(path, `${text.join('\n')}\n`);
  const size = sizeOf(path);
  const { lines, batches } = await read(0, size, false);
  assert.deepEqual(lines, text);
  assert.ok(batches.every(({ count }) => count <= maxBatchLines));
  let done = 0;
  for (const [index, { count, position }] of batches.entries()) {
    done += count;
    if (index % 10 === 0) assert.equal((await read(position, size, false)).lines[0], text[done]);
  }
});

test('a line longer than a batch comes in pieces that are the line', async () => {
  for (const length of [
    1_000_000,
    maxBatchBytes - 1,
    maxBatchBytes,
    maxBatchBytes + 1,
    3 * maxBatchBytes + 5,
  ]) {
    const long = 'x'.repeat(length);
    writeFileSync(path, `short\n${long}\nafter\n`);
    const { lines } = await read(0, sizeOf(path), true);
    assert.deepEqual(
      [lines[0], lines.slice(1, -1).join(''), lines.at(-1)],
      ['short', long, 'after'],
      String(length),
    );
    assert.ok(lines.every((line) => line.length <= maxBatchBytes));
    if (length < maxBatchBytes) assert.equal(lines.length, 3, 'a shorter one comes whole');
  }
});

test('growth wakes who waits for it, and so does whatever comes sooner', async () => {
  const watch = new GrowthWatch();
  writeFileSync(path, 'a');
  const grown = watch.grown(path, 1, () => () => {});
  appendFileSync(path, 'b');
  await grown;
  let forgotten = false;
  await watch.grown(path, 2, (wake) => {
    wake();
    return () => {
      forgotten = true;
    };
  });
  assert.ok(forgotten);
});

test('a file that is gone is empty', async () => {
  rmSync(path, { force: true });
  assert.deepEqual((await read(0, 100, true)).lines, []);
  assert.equal(sizeOf(path), 0);
});

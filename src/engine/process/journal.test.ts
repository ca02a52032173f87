// The launcher's memory: what was put is there for the next launcher, whatever cut the writing
// short.

import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Journal } from './journal.ts';
import type { LaunchedAttempt } from './protocol.ts';

const directory = mkdtempSync(join(tmpdir(), 'longshore-journal-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const path = join(directory, 'journal');
const open = () => Journal.open(path, (attempt) => attempt);

const running = (id: string): LaunchedAttempt => ({
  id,
  state: 'running',
  startedAtMs: 1,
  pid: 2,
  startTicks: '3',
});
const exited = (id: string): LaunchedAttempt => ({
  id,
  state: 'exited',
  startedAtMs: 1,
  stoppedAtMs: 2,
  exit: { exitCode: 0, outOfMemory: false },
  outputBytes: 0,
});

test('the last word on each attempt counts', () => {
  const { journal, attempts } = open();
  assert.equal(attempts.size, 0);
  for (const attempt of [running('a'), running('b'), exited('b'), running('c')])
    journal.put(attempt);
  journal.remove('c');
  journal.flush(attempts);
  assert.deepEqual([...open().attempts.values()], [running('a'), exited('b')]);
});

test('a line that was cut is none, and what stands before it is whole', () => {
  appendFileSync(path, '{"id":"d","state":"runn');
  assert.deepEqual([...open().attempts.keys()], ['a', 'b']);
});

test('whoever says what attempts are now is told whether process numbers still mean anything', () => {
  const seen: boolean[] = [];
  Journal.open(path, (attempt, sameBoot) => (seen.push(sameBoot), attempt));
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"boot":"[^"]*"/, '"boot":"another"'));
  Journal.open(path, (attempt, sameBoot) => (seen.push(sameBoot), attempt));
  assert.deepEqual(seen, [true, true, false, false]);
});

test('the file does not grow with what is over', () => {
  const { journal, attempts } = open();
  for (let round = 0; round < 50_000; round++) {
    journal.put(running('e'));
    journal.remove('e');
    if (round % 100 === 0) journal.flush(attempts);
  }
  journal.flush(attempts);
  assert.ok(readFileSync(path).length < 2_000_000);
  assert.deepEqual([...open().attempts.keys()], ['a', 'b']);
});

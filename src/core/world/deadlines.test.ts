// Deadlines: the earliest first, those that no longer matter never.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptId } from '../../base/ids.ts';
import { Deadlines, type Deadline } from './deadlines.ts';

const timeout = (name: string, dueAtMs: number): Deadline => ({
  type: 'attempt-timeout',
  dueAtMs,
  attemptId: attemptId(name),
});

test('what is due is taken in order of time, and of arrival where it falls due together', () => {
  const deadlines = new Deadlines(() => true);
  for (const each of [timeout('c', 30), timeout('a', 10), timeout('b1', 20), timeout('b2', 20)])
    deadlines.add(each);
  assert.equal(deadlines.nextAtMs, 10);
  assert.equal(deadlines.take(9), undefined);
  assert.deepEqual(
    [deadlines.take(25), deadlines.take(25), deadlines.take(25), deadlines.take(25)],
    [timeout('a', 10), timeout('b1', 20), timeout('b2', 20), undefined],
  );
  assert.equal(deadlines.nextAtMs, 30);
});

test('a deadline that no longer matters neither wakes anybody nor is taken', () => {
  const over = new Set(['a', 'b']);
  const deadlines = new Deadlines(
    (deadline) => deadline.type !== 'attempt-timeout' || !over.has(deadline.attemptId),
  );
  for (const each of [timeout('a', 10), timeout('b', 20), timeout('c', 30)]) deadlines.add(each);
  assert.equal(deadlines.nextAtMs, 30);
  assert.deepEqual([deadlines.take(100), deadlines.take(100)], [timeout('c', 30), undefined]);
});

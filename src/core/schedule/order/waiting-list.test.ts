// Positions and since when, as jobs and arrays come, go and come again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, childId, jobId, scopeOf } from '../../../base/ids.ts';
import { ChildTable } from '../../job/child-table.ts';
import type { EndedAttempt } from '../../job/attempt.ts';
import type { LiveArrayParent, WaitingJob } from '../../job/job.ts';
import { tableOf } from '../../world/jobs.ts';
import { WaitingList } from './waiting-list.ts';

const terms = { needs: { milliVcpu: 1000, memoryMib: 1, gpus: 0 } };
const identity = (sequence: number) => ({
  id: jobId(`j${sequence}`),
  scope: scopeOf('000000000000', 'us-east-1'),
  queueArn: arn('q'),
  terms,
  createdAtMs: sequence,
  sequence,
});
const job = (sequence: number, attempts: readonly EndedAttempt[] = []): WaitingJob => ({
  ...identity(sequence),
  attempts,
  status: 'RUNNABLE',
});
const array = (sequence: number, arraySize: number): LiveArrayParent => ({
  ...identity(sequence),
  arraySize,
  status: 'PENDING',
  rest: { status: 'RUNNABLE' },
  children: new ChildTable(arraySize, 'RUNNABLE', sequence),
});
const child = (
  parent: LiveArrayParent,
  index: number,
  attempts: readonly EndedAttempt[] = [],
): WaitingJob => ({ ...job(parent.sequence, attempts), id: childId(parent.id, index) });
const tried = [{}] as unknown as readonly EndedAttempt[];

test('jobs stand in order of submission; each child of an array counts', () => {
  const list = new WaitingList();
  const parent = array(2, 3);
  list.add(job(1), 1);
  list.update(parent, 2);
  list.add(job(3), 3);
  assert.deepEqual([...list], ['j1', 'j2:0', 'j2:1', 'j2:2', 'j3']);
  assert.equal(list.size, 5);
  assert.deepEqual(
    [job(1), parent, child(parent, 0), child(parent, 2), job(3)].map((one) => list.ahead(one)),
    [0, 1, 1, 3, 4],
  );
});

test('a child that waits for another attempt stands in front, once', () => {
  const list = new WaitingList();
  const parent = array(2, 3);
  list.add(job(1), 1);
  list.update(parent, 2);
  for (const index of [0, 1]) {
    tableOf(parent).set(index, 'STARTING', 5);
    list.update(parent, 5);
  }
  assert.deepEqual([...list], ['j1', 'j2:2']);
  for (const index of [1, 0]) {
    list.add(child(parent, index, tried), 6);
    tableOf(parent).set(index, 'RUNNABLE', 6);
    list.update(parent, 6);
  }
  assert.deepEqual([...list], ['j2:0', 'j2:1', 'j1', 'j2:2']);
  assert.deepEqual(
    [list.size, list.ahead(child(parent, 1, tried)), list.ahead(child(parent, 2))],
    [4, 1, 3],
  );
  assert.ok(list.remove(child(parent, 0, tried), 7));
  tableOf(parent).set(0, 'STARTING', 7);
  list.update(parent, 7);
  assert.deepEqual([...list], ['j2:1', 'j1', 'j2:2']);
  assert.equal(list.remove(child(parent, 2), 8), false);
});

test('since when a job stands where it stands: since the last that went or came before it', () => {
  const list = new WaitingList();
  for (const sequence of [1, 2, 3, 4]) list.add(job(sequence), sequence);
  const since = () => [1, 2, 3, 4].map((sequence) => list.sinceMs(job(sequence)));
  assert.deepEqual(since(), [1, 2, 3, 4]);
  list.remove(job(3), 10);
  assert.deepEqual(since().toSpliced(2, 1), [1, 2, 10]);
  list.remove(job(1), 20);
  assert.deepEqual([list.sinceMs(job(2)), list.sinceMs(job(4))], [20, 20]);
  // One that had to wait for others takes its place by submission: who came after it moves back.
  list.add(job(3), 30);
  assert.deepEqual(
    [list.sinceMs(job(2)), list.sinceMs(job(3)), list.sinceMs(job(4))],
    [20, 30, 30],
  );
  // In front after a failed attempt.
  list.add({ ...job(1), attempts: tried }, 40);
  assert.deepEqual(
    [2, 3, 4].map((sequence) => list.sinceMs(job(sequence))),
    [40, 40, 40],
  );
});

test('after a restart a job is not said to have stood longer than is known', () => {
  const list = new WaitingList();
  for (const sequence of [1, 2]) list.add(job(sequence), sequence);
  list.restart(100);
  assert.deepEqual([list.sinceMs(job(1)), list.sinceMs(job(2))], [100, 100]);
  list.add(job(200), 200);
  assert.equal(list.sinceMs(job(200)), 200);
});

test('however many go from the middle, no job is said to stand longer than it does', () => {
  const list = new WaitingList();
  const last = job(10_000);
  for (let sequence = 1; sequence <= 10_000; sequence++) list.add(job(sequence), sequence);
  for (let sequence = 2; sequence <= 9_000; sequence++)
    list.remove(job(sequence), 20_000 + sequence);
  assert.deepEqual(
    [list.ahead(last), list.sinceMs(last), list.sinceMs(job(1))],
    [1_000, 29_000, 1],
  );
});

// How a node that is not under way is shown, by where its job stands and what is known of the
// node's earlier attempts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, attemptId, hostId, jobId } from '../../base/ids.ts';
import type { EndedAttempt } from '../../core/job/attempt.ts';
import { isCancelled, waitingNode, type Job } from '../../core/job/job.ts';
import { scope } from '../../../test/house/world.ts';
import { otherNode, withStopsOf } from './node-reader.ts';

const needs = { milliVcpu: 1000, memoryMib: 1, gpus: 0 };
const placement = (number: number) => ({
  attemptId: attemptId(`a-${number}`),
  number,
  hostId: hostId('h'),
  computeEnvironmentArn: arn('ce'),
  placedAtMs: 0,
});
const over = (number: number): EndedAttempt => ({
  ...placement(number),
  state: 'ended',
  stoppedAtMs: 9,
});
const identity = {
  id: jobId('m'),
  scope,
  queueArn: arn('q'),
  terms: {
    needs,
    nodes: { numNodes: 2, mainNode: 0, groups: [{ from: 0, to: 1, terms: { needs } }] },
  },
  createdAtMs: 0,
  sequence: 1,
};
const running = (number: number): Job => ({
  ...identity,
  status: 'RUNNING',
  attempts: number === 2 ? [over(1)] : [],
  attempt: { ...placement(number), state: 'running', startedAtMs: 1 },
});
const ended = (...attempts: EndedAttempt[]): Job => ({
  ...identity,
  status: 'FAILED',
  attempts,
  stoppedAtMs: 9,
});
/** It ended by itself in the first attempt of its job. */
const row: Job = {
  ...waitingNode(running(1), 1, 'RUNNABLE', [over(1)]),
  status: 'SUCCEEDED',
  stoppedAtMs: 9,
};

const cases: readonly [title: string, job: Job, row: Job | undefined, status: Job['status']][] = [
  [
    'of a job that waits, as it does',
    { ...identity, status: 'PENDING', attempts: [] },
    undefined,
    'PENDING',
  ],
  [
    'of a job that waits for its next attempt, as it does',
    { ...identity, status: 'RUNNABLE', attempts: [over(1)] },
    row,
    'RUNNABLE',
  ],
  ['that has ended in this attempt, as its row says', running(1), row, 'SUCCEEDED'],
  ['that was not launched, as RUNNABLE', running(1), undefined, 'RUNNABLE'],
  [
    'that was launched in the attempt before and not in this one, as RUNNABLE',
    running(2),
    row,
    'RUNNABLE',
  ],
  ['of a job that has ended, as its row says', ended(over(1)), row, 'SUCCEEDED'],
  [
    'of a job whose last attempt ended before its launch, as FAILED',
    ended(over(1), over(2)),
    row,
    'FAILED',
  ],
];
for (const [title, job, known, status] of cases) {
  test(`a node is shown ${title}`, () => {
    const shown = otherNode(job, 1, known);
    assert.equal(shown.status, status);
    assert.deepEqual(shown.attempts, known?.attempts ?? []);
  });
}

const late = { by: 'cancel', reason: 'r', atMs: 20 } as const;
const cancelled: readonly [title: string, job: Job, node: Job, meant: boolean][] = [
  [
    'that runs',
    { ...running(1), lateCancel: late } as Job,
    { ...running(1), id: jobId('m#1') },
    true,
  ],
  ['that had ended by itself', { ...running(1), lateCancel: late } as Job, row, false],
  [
    'that is not launched',
    { ...running(1), lateCancel: late } as Job,
    otherNode(running(1), 1, undefined),
    true,
  ],
  [
    'that had ended in an attempt before the one that the job waited for',
    { ...ended(over(1)), stoppedAtMs: 20, stops: [late] } as Job,
    row,
    true,
  ],
  ['of a job that nobody cancelled', running(1), running(1), false],
];
for (const [title, job, node, meant] of cancelled) {
  test(`cancelling a job ${meant ? 'is said' : 'is not said'} of a node ${title}`, () => {
    const said = withStopsOf(job, node);
    assert.equal(isCancelled(said), meant);
    assert.equal(said.status, node.status);
  });
}

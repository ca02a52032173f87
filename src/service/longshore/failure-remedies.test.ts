// What would help a job that more than one thing wanted to end: the remedy is for the reason shown.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, attemptId, hostId, jobId } from '../../base/ids.ts';
import type { Stop } from '../../core/job/stop.ts';
import { submittedDetail, submittedIdentity } from '../../../test/house/submitted.ts';
import { failureRemedies } from './failure-remedies.ts';

const timeout: Stop = { by: 'timeout', reason: 'Job attempt duration exceeded timeout', atMs: 5 };
const terminate: Stop = { by: 'terminate', reason: 'enough', atMs: 6 };

function remediesOf(statusReason: string): string[] {
  const identity = submittedIdentity(jobId('j'));
  const attempt = {
    attemptId: attemptId('a'),
    number: 1,
    hostId: hostId('h'),
    computeEnvironmentArn: arn('ce'),
    state: 'ended',
    placedAtMs: 1,
    startedAtMs: 2,
    stoppedAtMs: 10,
    exitCode: 143,
    statusReason,
  } as const;
  return failureRemedies({
    id: identity.id,
    tags: {},
    detail: {
      ...identity,
      ...submittedDetail,
      timeout: { attemptDurationSeconds: 60 },
      container: {},
    },
    job: {
      ...identity,
      attempts: [attempt],
      status: 'FAILED',
      statusReason,
      stoppedAtMs: 10,
      stops: [timeout, terminate],
    },
  });
}

test('a job that its timeout ended is to have more time, though it was terminated meanwhile', () => {
  assert.match(remediesOf(timeout.reason)[0] ?? '', /^allow it more time than 60 seconds/);
});

test('a job that had ended before its timeout, and was terminated, is to be submitted again', () => {
  assert.match(remediesOf(terminate.reason)[0] ?? '', /^it was terminated: submit it again/);
});

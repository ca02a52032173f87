// Why a task stopped, where more than one thing wanted its job to end: the code agrees with the
// reason beside it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, attemptId, hostId, jobId, scopeOf } from '../../base/ids.ts';
import type { ComputeEnvironment } from '../../core/compute-environment/compute-environment.ts';
import type { EndedAttempt } from '../../core/job/attempt.ts';
import type { Stop } from '../../core/job/stop.ts';
import { taskDetail } from './task.ts';

const scope = scopeOf('000000000000', 'us-east-1');
const exited = 'Essential container in task exited';

function stopCodeOf(stops: readonly Stop[], ended: Partial<EndedAttempt>): string | undefined {
  const attempt: EndedAttempt = {
    attemptId: attemptId('a'),
    number: 1,
    hostId: hostId('h'),
    computeEnvironmentArn: arn('ce'),
    state: 'ended',
    placedAtMs: 1,
    startedAtMs: 2,
    stoppedAtMs: 10,
    ...ended,
  };
  const job = {
    id: jobId('j'),
    scope,
    queueArn: arn('q'),
    terms: { needs: { milliVcpu: 1000, memoryMib: 64, gpus: 0 } },
    createdAtMs: 0,
    sequence: 1,
    attempts: [attempt],
    status: 'FAILED',
    stoppedAtMs: 10,
    stops,
  } as const;
  const environment = {
    scope,
    name: 'ce',
    uuid: 'u',
    ecsClusterArn: 'arn:aws:ecs:us-east-1:000000000000:cluster/ce',
  } as unknown as ComputeEnvironment;
  const view = { attemptId: attempt.attemptId, jobId: job.id, job, attempt, environment };
  return taskDetail(view, undefined, false).stopCode;
}

const host: Stop = { by: 'host', reason: 'Host EC2 (instance i-1) terminated.', atMs: 5 };
const terminate: Stop = { by: 'terminate', reason: 'enough', atMs: 6 };
const timeout: Stop = { by: 'timeout', reason: 'Job attempt duration exceeded timeout', atMs: 11 };

test('a task whose host ended was told so; one that was terminated since was stopped by a user', () => {
  assert.equal(stopCodeOf([host], { statusReason: host.reason }), 'TerminationNotice');
  assert.equal(stopCodeOf([host, terminate], { statusReason: 'enough' }), 'UserInitiated');
});

test('a task that had ended before its timeout ended by itself', () => {
  const ended = { exitCode: 1, statusReason: exited };
  assert.equal(stopCodeOf([timeout], ended), 'EssentialContainerExited');
});

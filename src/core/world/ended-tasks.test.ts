// The tasks that are remembered: so many, the latest.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, attemptId, hostId, jobId } from '../../base/ids.ts';
import { EndedTasks } from './ended-tasks.ts';
import { limit } from '../limit.ts';

test('the oldest of too many ended tasks are forgotten', () => {
  const tasks = new EndedTasks();
  const ended = (id: number) =>
    ({
      attemptId: attemptId(String(id)),
      hostId: hostId('h'),
      number: 1,
      computeEnvironmentArn: arn('ce'),
      state: 'ended',
      placedAtMs: 0,
      stoppedAtMs: id,
    }) as const;
  for (let id = 0; id <= limit.endedTasks; id++) tasks.note(jobId(`j${id}`), ended(id));
  assert.equal(tasks.get(attemptId('0')), undefined);
  assert.deepEqual(tasks.get(attemptId('1')), {
    jobId: 'j1',
    computeEnvironmentArn: 'ce',
    hostId: 'h',
    stoppedAtMs: 1,
  });
  assert.equal([...tasks.entries()].length, limit.endedTasks);
});

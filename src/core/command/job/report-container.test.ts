// What each report makes of a job, in each state that it may find: the texts are those that clients
// match on (doc/reasons.md, why a job ended).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, attemptId, containerId, containerIdOf, hostId, jobId } from '../../../base/ids.ts';
import type { Job } from '../../job/job.ts';
import type { LiveWorld } from '../../world/live-world.ts';
import { carryOut, worldOf } from '../../../../test/house/world.ts';
import { submittedDetail, submittedIdentity } from '../../../../test/house/submitted.ts';
import { decideReportContainer, type ReportContainer } from './report-container.ts';

const id = jobId('j');
const attempt = attemptId('a'.repeat(32));
const placement = {
  attemptId: attempt,
  number: 1,
  hostId: hostId('0123456789abcdef0123456789abcdef'),
  computeEnvironmentArn: arn('ce'),
};
const stop = { by: 'terminate', reason: 'enough', atMs: 5 } as const;

function worldWith(state: 'STARTING' | 'RUNNING', stopped: boolean): LiveWorld {
  const world = worldOf({ jobs: [] });
  const identity = submittedIdentity(id);
  const detail = { ...identity, ...submittedDetail, container: {} };
  world.apply({
    type: 'job-submitted',
    detail,
    job: { ...identity, attempts: [], status: 'SUBMITTED' },
  });
  world.apply({ type: 'job-runnable', jobId: id, atMs: 0 });
  world.apply({ type: 'attempt-placed', jobId: id, placement, atMs: 1 });
  if (state === 'RUNNING')
    world.apply({ type: 'attempt-running', jobId: id, attemptId: attempt, atMs: 2 });
  if (stopped) world.apply({ type: 'stop-requested', jobId: id, stop });
  return world;
}

/** The job as the report leaves it. */
function after(world: LiveWorld, report: ReportContainer['report'], nowMs = 9): Job {
  carryOut(
    world,
    { type: 'report-container', containerId: containerIdOf(attempt, 0), report },
    nowMs,
  );
  return world.changes.jobs.get(id) as Job;
}

const exited = (exitCode: number, more: object = {}): ReportContainer['report'] => ({
  type: 'exited',
  atMs: 9,
  exit: { exitCode, outOfMemory: false, ...more },
});
const lost = { type: 'lost', atMs: 9, reason: 'gone' } as const;
const startFailed = {
  type: 'start-failed',
  atMs: 9,
  reason: 'CannotPullContainerError: no',
} as const;
const essential = 'Essential container in task exited';
const hostLost = 'Host EC2 (instance i-0123456789abcdef0) terminated.';

const cases: readonly (readonly [
  string,
  'STARTING' | 'RUNNING',
  boolean,
  ReportContainer['report'],
  readonly [string, string | undefined, number | undefined, string | undefined, number | undefined],
])[] = [
  // title, state, stopped, report, [status, statusReason, exitCode, container.reason, startedAt]
  ['an exit with 0', 'RUNNING', false, exited(0), ['SUCCEEDED', essential, 0, undefined, 2]],
  [
    'an exit with 3 gives no container reason',
    'RUNNING',
    false,
    exited(3),
    ['FAILED', essential, 3, undefined, 2],
  ],
  [
    'an exit whose start was never heard',
    'STARTING',
    false,
    exited(0),
    ['SUCCEEDED', essential, 0, undefined, 1],
  ],
  [
    'memory exceeded',
    'RUNNING',
    false,
    exited(137, { outOfMemory: true }),
    ['FAILED', essential, 137, 'OutOfMemoryError: Container killed due to memory usage', 2],
  ],
  [
    'memory exceeded by a child of a container that exits with 0',
    'RUNNING',
    false,
    exited(0, { outOfMemory: true }),
    ['SUCCEEDED', essential, 0, undefined, 2],
  ],
  [
    'output that did not arrive in time is said',
    'RUNNING',
    false,
    { type: 'exited', atMs: 9, exit: { exitCode: 0, outOfMemory: false }, logNote: 'late' },
    ['SUCCEEDED', essential, 0, 'late', 2],
  ],
  [
    'a stop that was asked for, obeyed with 0',
    'RUNNING',
    true,
    exited(0),
    ['FAILED', 'enough', 0, undefined, 2],
  ],
  [
    'a stop that took a KILL',
    'RUNNING',
    true,
    exited(137, { signal: 'SIGKILL' }),
    ['FAILED', 'enough', 137, undefined, 2],
  ],
  [
    'a start that failed',
    'STARTING',
    false,
    startFailed,
    ['FAILED', 'Task failed to start', undefined, 'CannotPullContainerError: no', undefined],
  ],
  [
    'a reason longer than AWS shows',
    'STARTING',
    false,
    { ...startFailed, reason: `C: ${'x'.repeat(251)}\u{1F600}` },
    ['FAILED', 'Task failed to start', undefined, `C: ${'x'.repeat(251)}`, undefined],
  ],
  [
    'a start that failed after a stop',
    'STARTING',
    true,
    startFailed,
    ['FAILED', 'enough', undefined, undefined, undefined],
  ],
  ['a lost host', 'RUNNING', false, lost, ['FAILED', hostLost, undefined, undefined, 2]],
  [
    'a lost host before the start',
    'STARTING',
    false,
    lost,
    ['FAILED', hostLost, undefined, undefined, undefined],
  ],
  [
    'a lost host after a stop',
    'RUNNING',
    true,
    lost,
    ['FAILED', 'enough', undefined, undefined, 2],
  ],
];

for (const [
  title,
  state,
  stopped,
  report,
  [status, statusReason, exitCode, containerReason, startedAtMs],
] of cases) {
  test(`${state}${stopped ? ', stop asked' : ''}: ${title}`, () => {
    const world = worldWith(state, stopped);
    const job = after(world, report);
    const last = job.attempts.at(-1);
    assert.deepEqual(
      [job.status, job.statusReason, last?.exitCode, last?.containerReason, last?.startedAtMs],
      [status, statusReason, exitCode, containerReason, startedAtMs],
    );
    assert.equal(last?.stoppedAtMs, 9);
    assert.deepEqual(
      [world.jobs.size, world.attempts.size, world.allocations.size],
      [0, 0, 0],
      'nothing of it stays in the world',
    );
  });
}

for (const [title, stoppedAtMs, nowMs, holds] of [
  ['heard after the stop, of a time after it', 8, 9, true],
  ['heard late, of a time before the stop', 20, 21, false],
  ['of a time that the clock, set back since the stop, shows again', 20, 10, true],
  ['of a time before the stop by the clock that was then set back', 20, 3, false],
] as const) {
  for (const [by, exitCode, status] of [
    ['timeout', 137, 'FAILED'],
    ['timeout', 0, holds ? 'FAILED' : 'SUCCEEDED'],
    ['host', 0, holds ? 'FAILED' : 'SUCCEEDED'],
  ] as const) {
    test(`a stop by ${by} ${holds ? 'holds' : 'does not hold'} against an exit with ${exitCode} ${title}`, () => {
      const world = worldWith('RUNNING', false);
      world.apply({
        type: 'stop-requested',
        jobId: id,
        stop: { by, reason: 'stopped', atMs: stoppedAtMs },
      });
      const job = after(world, exited(exitCode), nowMs);
      assert.deepEqual([job.status, job.statusReason], [status, holds ? 'stopped' : essential]);
    });
  }
}

test('what an engine has to say of how a job runs is its reason while it does', () => {
  const world = worldWith('STARTING', false);
  assert.equal(
    after(world, { type: 'started', atMs: 3, notice: 'as a process' }).statusReason,
    'as a process',
  );
  assert.equal(after(world, exited(0)).statusReason, essential);
});

test('a report that is late, or of another attempt, changes nothing', () => {
  const world = worldWith('RUNNING', false);
  for (const command of [
    {
      type: 'report-container',
      containerId: containerIdOf(attempt, 0),
      report: { type: 'started', atMs: 9 },
    },
    { type: 'report-container', containerId: containerId('b'.repeat(32)), report: exited(1) },
  ] as const) {
    assert.deepEqual(decideReportContainer(world, command, 9), {
      events: [],
      effects: [],
      reply: { stale: true },
    });
  }
});

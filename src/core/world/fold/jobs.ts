// Jobs are submitted, wait for others, become RUNNABLE, are stopped, tried again, and end. What
// happens to their attempts is in attempts.ts.

import { assert, must } from '../../../base/assert.ts';
import { childId, splitJobId, type JobId } from '../../../base/ids.ts';
import type { Run } from '../../job/child-table.ts';
import { indexesIn, rangesOf } from '../../job/index-ranges.ts';
import {
  isArrayParent,
  isLive,
  pastOf,
  type LiveArrayParent,
  type Job,
  type WaitingJob,
  type WorldJob,
} from '../../job/job.ts';
import type { EndedStatus, JobStatus } from '../../job/status.ts';
import { takesStop, withStop, type Stop } from '../../job/stop.ts';
import type { LiveWorld } from '../live-world.ts';
import { tableOf } from '../jobs.ts';
import { openOf } from '../readiness.ts';
import { isSequential } from '../waits.ts';
import type { Folds } from './fold.ts';
import { leave } from './attempts.ts';
import { join, leaveWorld, moveChildren, noteRow, put } from './put.ts';

export const jobFolds = {
  'job-submitted'(world, { job, detail, tags }) {
    assert(!world.jobs.has(job.id), 'a job id is given once');
    world.nextSequence = job.sequence + 1;
    world.changes.submitted.set(detail.id, detail);
    if (tags) world.changes.tags.set(detail.arn, tags);
    world.scheduler.submitted(job);
    put(world, job, job.createdAtMs);
    if (!isArrayParent(job)) return;
    const children = [0, job.arraySize - 1] as const;
    const { id: jobId, status: to, createdAtMs: atMs } = job;
    world.transitions.push({ jobId, to, atMs, children, job: pastOf(job) });
  },

  'job-updated'(world, { detail, terms, queueArn, atMs }) {
    const before = must(world.jobs.get(detail.id), 'a job that is updated has not ended');
    const { changes } = world;
    (changes.submitted.has(detail.id) ? changes.submitted : changes.updated).set(detail.id, detail);
    // A service job that is under way stays where it is.
    if (isLive(before)) {
      assert(queueArn === before.queueArn, 'a job that moves waits');
      put(world, { ...before, terms });
      return;
    }
    const children = isArrayParent(before) ? triedChildren(world, before) : [];
    for (const row of [...children, before]) {
      world.scheduler.withdrawn(row, world.stillRunnable(row.id), atMs);
      leaveWorld(world, row);
    }
    const job = { ...before, terms, queueArn };
    world.scheduler.submitted(job);
    join(world, job);
    noteRow(world, job);
    for (const child of children) rejoin(world, { ...child, terms, queueArn }, atMs);
    if (world.stillRunnable(job.id)) world.scheduler.becameRunnable(job, atMs);
  },

  'job-pending'(world, { jobId, atMs }) {
    const job = must(world.jobs.get(jobId), 'a job that has to wait has not ended');
    assert(!isLive(job) && job.waitsFor !== undefined, 'a PENDING job knows what it waits for');
    if (isArrayParent(job)) {
      moveChildren(world, job, runsOf(job, ['SUBMITTED']), 'PENDING', atMs);
      put(world, { ...job, status: 'PENDING', rest: { status: 'PENDING' } }, atMs);
    } else put(world, { ...job, status: 'PENDING' }, atMs);
    world.waits.add(jobId, openOf(world, job.waitsFor, job.terms));
    world.occasions.push({ type: 'came', jobId });
  },

  'children-runnable'(world, { parentId, from, to, atMs }) {
    const array = world.arrayParent(parentId);
    moveChildren(world, array, array.children.runs(from, to), 'RUNNABLE', atMs);
    world.scheduler.becameRunnable(array, atMs);
  },

  'job-runnable'(world, { jobId, atMs }) {
    const job = must(world.jobs.get(jobId), 'a job that becomes RUNNABLE has not ended');
    if (isArrayParent(job)) {
      moveChildren(world, job, runsOf(job, ['SUBMITTED', 'PENDING']), 'RUNNABLE', atMs);
      put(world, { ...job, status: 'PENDING', rest: { status: 'RUNNABLE' } }, atMs);
    } else {
      assert(!isLive(job), 'only a waiting job becomes RUNNABLE');
      const { waitsFor: _waitsFor, ...ready } = job;
      put(world, { ...ready, status: 'RUNNABLE' }, atMs);
    }
    world.scheduler.becameRunnable(job, atMs);
  },

  'job-retried'(world, { jobId, atMs, notBeforeMs }) {
    const job = world.jobs.get(jobId);
    assert(
      job !== undefined && isLive(job) && !world.attempts.has(job.attempt.attemptId),
      'a job is retried after its attempt',
    );
    const { attempt: _attempt, statusReason: _reason, stops: _stops, ...rest } = job;
    const {
      otherNodes: _nodes,
      mainNodeEnd: _end,
      ...identity
    } = { otherNodes: undefined, mainNodeEnd: undefined, ...rest };
    const waiting: WaitingJob = { ...identity, status: 'RUNNABLE' };
    tellPreempted(world, job, waiting);
    if (notBeforeMs !== undefined) {
      putOff(world, jobId, notBeforeMs);
      put(world, { ...waiting, notBeforeMs }, atMs);
      return;
    }
    // A child has a place of its own from here on, before its array is looked at.
    world.scheduler.becameRunnable(waiting, atMs);
    put(world, waiting, atMs);
  },

  'retry-due'(world, { jobId, atMs }) {
    const job = world.jobs.get(jobId);
    assert(job?.status === 'RUNNABLE', 'what was put off is RUNNABLE until its time has come');
    const { notBeforeMs: _due, ...waiting } = job;
    const { parent, index } = splitJobId(jobId);
    if (index !== undefined) tableOf(world.arrayParent(parent)).fallDue(index);
    world.scheduler.becameRunnable(waiting, atMs);
    put(world, waiting);
  },

  'stop-requested'(world, { jobId, stop }) {
    const job = must(world.jobs.get(jobId), 'a stop is asked of a job that has not ended');
    assert(takesStop(job.stops, stop), 'a stop is noted that says something new');
    const stopped = { ...job, stops: withStop(job.stops, stop) };
    put(world, stopped);
    if (isArrayParent(stopped) || !isLive(stopped)) return;
    leave(world, stopped);
    if (stop.by === 'preempt' && stopped.terms.service !== undefined)
      world.happenings.push({ type: 'preemption-started', job: stopped });
  },

  'cancel-noted'(world, { jobId, cancel }) {
    const job = world.jobs.get(jobId);
    assert(
      job !== undefined && !isArrayParent(job) && isLive(job) && job.lateCancel === undefined,
      'the first cancel of a job that has started is noted',
    );
    put(world, { ...job, lateCancel: cancel });
  },

  'job-ended'(world, { jobId, status, statusReason, atMs, stop }) {
    const known = world.jobs.get(jobId);
    const { parent, index } = splitJobId(jobId);
    const array = index === undefined ? undefined : world.arrayParent(parent);
    const job = known ?? (array && index !== undefined ? world.child(array, index) : undefined);
    assert(job !== undefined, 'a job ends once');
    noteEnd(world, jobId, status, array);
    if (known === undefined) join(world, job);
    const end = { status, statusReason, stoppedAtMs: atMs };
    if (isArrayParent(job)) put(world, endedParent(job, end), atMs);
    else {
      if (job.terms.nodes !== undefined) world.nodes.forget(job.id);
      const ended = endedJob(job, end, stop);
      put(world, ended, atMs);
      tellPreempted(world, job, ended);
    }
  },

  'waiting-children-failed'(world, { parentId, statusReason, atMs }) {
    const array = world.arrayParent(parentId);
    // Those with a row of their own have ended by events of their own.
    const waiting = [...runsOf(array, ['SUBMITTED', 'PENDING', 'RUNNABLE'])];
    moveChildren(world, array, waiting, 'FAILED', atMs, statusReason);
    for (const index of indexesIn(waiting.map(({ first, last }) => [first, last])))
      noteEnd(world, childId(array.id, index), 'FAILED', array);
    world.scheduler.childrenMoved(array, atMs);
    world.scheduler.gaveUp(array);
    const { stops } = array;
    put(world, { ...array, rest: { status: 'FAILED', statusReason, stoppedAtMs: atMs, stops } });
  },
} satisfies Partial<Folds>;

/** The job is RUNNABLE, or about to be, and stands in no line until its time has come. */
export function putOff(world: LiveWorld, jobId: JobId, dueAtMs: number): void {
  const { parent, index } = splitJobId(jobId);
  if (index !== undefined) tableOf(world.arrayParent(parent)).putOff(index);
  world.deadlines.add({ type: 'retry-due', dueAtMs, jobId });
}

/** Children that wait for another attempt. */
const triedChildren = (world: LiveWorld, { id, children }: LiveArrayParent): WaitingJob[] =>
  [...children.indexes('RUNNABLE')].flatMap((index) => {
    const child = world.jobs.get(childId(id, index));
    return child !== undefined && !isArrayParent(child) && !isLive(child) ? [child] : [];
  });

function rejoin(world: LiveWorld, child: WaitingJob, atMs: number): void {
  join(world, child);
  noteRow(world, child);
  if (world.stillRunnable(child.id)) world.scheduler.becameRunnable(child, atMs);
}

/** The array's children in these statuses. */
const runsOf = ({ children }: LiveArrayParent, statuses: readonly JobStatus[]): Iterable<Run> =>
  children.runs().filter(({ status }) => statuses.includes(status));

/** Whoever waited for it is to be looked at; `array` is a child's. */
function noteEnd(
  world: LiveWorld,
  jobId: JobId,
  status: EndedStatus,
  array: LiveArrayParent | undefined,
): void {
  const dependents = {
    ofWhole: world.waits.take(jobId),
    ofChildren: world.waits.ofChildren(array?.id ?? jobId),
  };
  if (array === undefined) world.waits.forgetChildren(jobId);
  if (
    dependents.ofWhole.size > 0 ||
    (array !== undefined && (dependents.ofChildren.size > 0 || isSequential(array)))
  )
    world.occasions.push({ type: 'ended', jobId, status, dependents });
}

interface End {
  readonly status: EndedStatus;
  readonly statusReason: string | undefined;
  readonly stoppedAtMs: number;
}

function endedParent(job: LiveArrayParent, end: End) {
  assert(job.children.ended === job.arraySize, 'an array ends after all its children');
  const { children, waitsFor: _waitsFor, ...identity } = job;
  return {
    ...identity,
    ...end,
    statusSummary: children.summary(),
    statusSummaryLastUpdatedAtMs: children.lastChangedAtMs,
    failedChildren: rangesOf(children.indexes('FAILED')),
  };
}

/** `stop` ended it while it waited. */
function endedJob(job: Exclude<WorldJob, LiveArrayParent>, end: End, stop: Stop | undefined) {
  const gone = {
    attempt: undefined,
    waitsFor: undefined,
    otherNodes: undefined,
    mainNodeEnd: undefined,
    notBeforeMs: undefined,
  };
  const {
    attempt: _attempt,
    waitsFor: _waitsFor,
    otherNodes: _nodes,
    mainNodeEnd: _end,
    notBeforeMs: _due,
    ...identity
  } = { ...gone, ...job };
  return {
    ...identity,
    ...end,
    stops: job.stops ?? (stop && [stop]),
    startedAtMs: job.attempts.at(-1)?.startedAtMs,
  };
}

/** Of service jobs alone: AWS tells of no other's preemption. */
function tellPreempted(world: LiveWorld, before: Job, job: Job): void {
  if (isLive(before) && job.terms.service && job.attempts.at(-1)?.preempted !== undefined)
    world.happenings.push({ type: 'preemption-completed', job });
}

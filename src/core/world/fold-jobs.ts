// The fold of what happens to jobs: from their submission to their end. Part of the world, called
// by `World.apply` alone.

import { assert, must, never } from '../../base/assert.ts';
import { childId, nodeId, splitJobId, type AttemptId, type JobId } from '../../base/ids.ts';
import { allocationOf } from './allocations.ts';
import type { JobEvent } from '../event.ts';
import { noteIdle } from './fold.ts';
import type { Host } from '../host/host.ts';
import type { Placement } from '../job/attempt.ts';
import { indexesIn, rangesOf } from '../job/index-ranges.ts';
import {
  hasEnded,
  isArrayParent,
  isInWorld,
  isLive,
  waitingNode,
  type LiveArrayParent,
  type LiveJob,
  type StartingJob,
  type WaitingJob,
  type WorldJob,
} from '../job/job.ts';
import { takesStop, withStop } from '../job/stop.ts';
import type { JobTerms } from '../job/terms.ts';
import type { World } from './world.ts';

export function applyJobEvent(world: World, event: JobEvent): void {
  switch (event.type) {
    case 'attempt-amended':
      if (isInWorld(event.job)) world.jobs.set(event.job.id, event.job);
      if (world.nodes.ended(event.job.id) !== undefined) world.nodes.note(event.job);
      world.noteChange(event.job);
      return;
    case 'job-submitted':
      assert(!world.jobs.has(event.job.id), 'a job id is given once');
      world.nextSequence = event.job.sequence + 1;
      world.changes.submitted.set(event.detail.id, event.detail);
      if (event.tags) world.changes.tags.set(event.detail.arn, event.tags);
      world.scheduler.submitted(event.job);
      submit(world, event.job);
      return;
    case 'job-pending':
      makePending(world, event.jobId, event.atMs);
      return;
    case 'children-runnable':
      makeChildrenRunnable(world, event);
      return;
    case 'job-runnable':
      makeRunnable(world, event.jobId, event.atMs);
      return;
    case 'attempt-placed':
      place(world, event);
      return;
    case 'attempt-running': {
      const job = live(world, event.jobId, event.attemptId);
      assert(job.status === 'STARTING', 'an attempt begins to run once');
      const { otherNodes: _nodes, ...starting } = job;
      world.put(
        {
          ...starting,
          status: 'RUNNING',
          statusReason: event.statusReason,
          attempt: {
            ...job.attempt,
            state: 'running',
            startedAtMs: event.atMs,
            address: event.address,
          },
        },
        event.atMs,
      );
      setTimeoutOf(world, job.terms, event.attemptId, event.atMs);
      const { parent, index } = splitJobId(event.jobId);
      if (index !== undefined && world.arrayParent(parent).startedAtMs === undefined)
        world.put({ ...world.arrayParent(parent), startedAtMs: event.atMs });
      return;
    }
    case 'nodes-launched':
      launchNodes(world, event);
      return;
    case 'main-node-ended': {
      const job = world.jobs.get(event.jobId);
      assert(
        job?.status === 'RUNNING' && !world.attempts.has(job.attempt.attemptId),
        'other nodes outlive only a main node that has ended',
      );
      world.put({ ...job, mainNodeEnd: event.end });
      return;
    }
    case 'attempt-ended': {
      const job = live(world, event.jobId, event.attempt.attemptId);
      world.attempts.delete(event.attempt.attemptId);
      world.endedTasks.note(event.jobId, event.attempt);
      world.put({ ...job, attempts: [...job.attempts, event.attempt] });
      return;
    }
    case 'job-retried':
      retry(world, event);
      return;
    case 'resources-released':
      giveBack(world, event);
      return;
    case 'stop-requested': {
      const job = must(world.jobs.get(event.jobId), 'a stop is asked of a job that has not ended');
      assert(takesStop(job.stops, event.stop), 'a stop is noted that says something new');
      world.put({ ...job, stops: withStop(job.stops, event.stop) });
      return;
    }
    case 'job-ended':
      end(world, event);
      return;
    case 'waiting-children-failed':
      failWaitingChildren(world, event);
      return;
    default:
      never(event);
  }
}

function submit(world: World, job: WaitingJob | LiveArrayParent): void {
  world.put(job, job.createdAtMs);
  if (!isArrayParent(job)) return;
  const children = [0, job.arraySize - 1] as const;
  world.transitions.push({ jobId: job.id, to: job.status, atMs: job.createdAtMs, children });
}

function live(world: World, jobId: JobId, attemptId: AttemptId): LiveJob {
  const job = world.jobs.get(jobId);
  assert(
    job !== undefined && isLive(job) && job.attempt.attemptId === attemptId,
    'an attempt under way is its job’s current one',
  );
  return job;
}

function makePending(world: World, jobId: JobId, atMs: number): void {
  const job = must(world.jobs.get(jobId), 'a job that has to wait has not ended');
  assert(!isLive(job) && job.waitsFor !== undefined, 'a PENDING job knows what it waits for');
  if (isArrayParent(job)) {
    world.moveChildren(job, job.children.indexes('SUBMITTED'), 'PENDING', atMs);
    world.put({ ...job, status: 'PENDING', rest: { status: 'PENDING' } }, atMs);
  } else world.put({ ...job, status: 'PENDING' }, atMs);
  world.dependents.add(jobId, job.waitsFor);
  world.occasions.push({ type: 'came', jobId });
}

function makeChildrenRunnable(world: World, event: JobEvent & { type: 'children-runnable' }): void {
  const parent = world.arrayParent(event.parentId);
  world.moveChildren(parent, indexesIn([[event.from, event.to]]), 'RUNNABLE', event.atMs);
  world.scheduler.becameRunnable(parent, event.atMs);
}

function makeRunnable(world: World, jobId: JobId, atMs: number): void {
  const job = must(world.jobs.get(jobId), 'a job that becomes RUNNABLE has not ended');
  if (isArrayParent(job)) {
    for (const status of ['SUBMITTED', 'PENDING'] as const)
      world.moveChildren(job, job.children.indexes(status), 'RUNNABLE', atMs);
    world.put({ ...job, status: 'PENDING', rest: { status: 'RUNNABLE' } }, atMs);
  } else {
    assert(!isLive(job), 'only a waiting job becomes RUNNABLE');
    const { waitsFor: _waitsFor, ...ready } = job;
    world.put({ ...ready, status: 'RUNNABLE' }, atMs);
  }
  world.scheduler.becameRunnable(job, atMs);
}

function retry(world: World, event: JobEvent & { type: 'job-retried' }): void {
  const job = world.jobs.get(event.jobId);
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
  // Before its array is told: it has a place of its own.
  world.scheduler.becameRunnable(waiting, event.atMs);
  world.put(waiting, event.atMs);
}

function setTimeoutOf(
  world: World,
  { timeoutSeconds }: JobTerms,
  attemptId: AttemptId,
  startedAtMs: number,
): void {
  if (timeoutSeconds !== undefined)
    world.deadlines.add({
      type: 'attempt-timeout',
      dueAtMs: startedAtMs + timeoutSeconds * 1000,
      attemptId,
    });
}

function giveBack(
  world: World,
  { attemptId, atMs, heardAtMs }: JobEvent & { type: 'resources-released' },
): void {
  const allocation = world.allocations.giveBack(attemptId);
  world.scheduler.gaveBack(allocation, atMs);
  world.consumableResources.release(allocation.consumables);
  world.hosts.index.giveBack(allocation.hostId, allocation.onHost);
  noteIdle(world, allocation.hostId, heardAtMs);
}

function place(world: World, event: JobEvent & { type: 'attempt-placed' }): void {
  const { placement, jobId } = event;
  const { parent, index } = splitJobId(jobId);
  const known = world.jobs.get(jobId);
  const waiting =
    known ?? (index === undefined ? undefined : world.child(world.arrayParent(parent), index));
  assert(
    waiting?.status === 'RUNNABLE' && !isArrayParent(waiting),
    'only a RUNNABLE job is placed',
  );
  if (known === undefined) world.remember(waiting);
  const starting: StartingJob = {
    ...waiting,
    status: 'STARTING',
    attempt: { ...placement, state: 'starting', placedAtMs: event.atMs },
  };
  world.put(
    event.otherNodes === undefined ? starting : { ...starting, otherNodes: event.otherNodes },
    event.atMs,
  );
  enter(world, starting);
  take(world, waiting, placement, event.atMs);
  for (const each of event.otherNodes ?? [])
    take(world, waitingNode(waiting, each.node, 'RUNNABLE', []), each, event.atMs);
}

/** The attempt is under way from here on. */
function enter(
  world: World,
  { id, scope, attempt: { attemptId, log, placedAtMs } }: LiveJob,
): void {
  if (log)
    world.changes.logStream({
      scope,
      group: log.group,
      name: log.stream,
      createdAtMs: placedAtMs,
    });
  world.attempts.set(attemptId, id);
}

function take(world: World, job: WaitingJob, placement: Placement, atMs: number): void {
  const allocation = allocationOf(job, placement, world.hosts.get(placement.hostId));
  world.allocations.take(placement.attemptId, allocation);
  world.hosts.index.take(allocation.hostId, allocation.onHost);
  world.scheduler.took(allocation, atMs);
  world.consumableResources.take(allocation.consumables);
}

/** Their room was taken when their job was placed. */
function launchNodes(
  world: World,
  { jobId, nodes, atMs }: JobEvent & { type: 'nodes-launched' },
): void {
  const job = world.jobs.get(jobId);
  assert(job?.status === 'RUNNING', 'the other nodes are launched while the main one runs');
  for (const { node, ...placement } of nodes) {
    const attempts = world.nodes.ended(nodeId(jobId, node))?.attempts ?? [];
    const launched: StartingJob = {
      ...waitingNode(job, node, 'RUNNABLE', attempts),
      status: 'STARTING',
      attempt: { ...placement, state: 'starting', placedAtMs: atMs },
    };
    world.put(launched, atMs, 'RUNNABLE');
    enter(world, launched);
    if (!isThere(placement, world.hosts.get(placement.hostId)))
      world.occasions.push({ type: 'stranded', attemptId: placement.attemptId });
  }
}

/**
 * A host that was lost or is ending while a node's place on it was kept. This machine is not known
 * until it has joined after a start.
 */
function isThere({ network }: Placement, host: Host | undefined): boolean {
  if (host === undefined) return network?.kind === 'private';
  return host.kind === 'registered'
    ? host.lost === undefined
    : host.kind === 'machine' || host.state !== 'SHUTTING_DOWN';
}

function end(world: World, event: JobEvent & { type: 'job-ended' }): void {
  const known = world.jobs.get(event.jobId);
  const { parent, index } = splitJobId(event.jobId);
  const job =
    known ?? (index === undefined ? undefined : world.child(world.arrayParent(parent), index));
  assert(job !== undefined, 'a job ends once');
  if (
    world.dependents.concerns(
      event.jobId,
      index === undefined ? undefined : world.arrayParent(parent),
    )
  ) {
    world.occasions.push({ type: 'ended', jobId: event.jobId, status: event.status });
  }
  if (known === undefined) world.remember(job);
  if (isArrayParent(job)) {
    assert(job.children.ended === job.arraySize, 'an array ends after all its children');
    const { children, waitsFor: _waitsFor, ...identity } = job;
    world.put(
      {
        ...identity,
        status: event.status,
        statusReason: event.statusReason,
        stoppedAtMs: event.atMs,
        statusSummary: children.summary(),
        statusSummaryLastUpdatedAtMs: children.lastChangedAtMs,
        failedChildren: rangesOf(children.indexes('FAILED')),
      },
      event.atMs,
    );
    return;
  }
  const last = job.attempts.at(-1);
  if (job.terms.nodes !== undefined) world.nodes.forget(job.id);
  const {
    attempt: _attempt,
    waitsFor: _waitsFor,
    otherNodes: _nodes,
    mainNodeEnd: _end,
    ...identity
  } = {
    attempt: undefined,
    waitsFor: undefined,
    otherNodes: undefined,
    mainNodeEnd: undefined,
    ...job,
  };
  world.put(
    {
      ...identity,
      status: event.status,
      statusReason: event.statusReason,
      stops: job.stops ?? (event.stop && [event.stop]),
      startedAtMs: last?.startedAtMs,
      stoppedAtMs: event.atMs,
    },
    event.atMs,
  );
}

function failWaitingChildren(
  world: World,
  event: JobEvent & { type: 'waiting-children-failed' },
): void {
  const parent = world.arrayParent(event.parentId);
  // Those with a row of their own have ended by events of their own.
  const waiting = (['SUBMITTED', 'PENDING', 'RUNNABLE'] as const).flatMap((status) => [
    ...parent.children.indexes(status),
  ]);
  world.moveChildren(parent, waiting, 'FAILED', event.atMs, event.statusReason);
  for (const index of waiting) {
    if (world.dependents.concerns(childId(parent.id, index), parent))
      world.occasions.push({ type: 'ended', jobId: childId(parent.id, index), status: 'FAILED' });
  }
  world.scheduler.childrenMoved(parent, event.atMs);
  world.put({
    ...parent,
    rest: {
      status: 'FAILED',
      statusReason: event.statusReason,
      stoppedAtMs: event.atMs,
      stops: parent.stops,
    },
  });
}

/**
 * Puts in what the store kept, without making it a change: jobs that have not ended, parents before
 * their children.
 */
export function restoreJob(world: World, job: WorldJob): void {
  world.remember(job);
  world.nextSequence = Math.max(world.nextSequence, job.sequence + 1);
  if ('waitsFor' in job && job.waitsFor !== undefined) world.dependents.add(job.id, job.waitsFor);
  if (isArrayParent(job)) {
    // Which of its children are RUNNABLE is known when all jobs are back.
  } else if (job.status === 'RUNNABLE') world.scheduler.becameRunnable(job, job.createdAtMs);
  else if (isLive(job)) restoreLive(world, job);
}

function restoreLive(world: World, job: LiveJob): void {
  if (splitJobId(job.id).node !== undefined) world.nodes.note(job);
  if (hasEnded(job)) return;
  world.attempts.set(job.attempt.attemptId, job.id);
  hold(world, job, job.attempt);
  if (job.status === 'RUNNING')
    setTimeoutOf(world, job.terms, job.attempt.attemptId, job.attempt.startedAtMs);
  else
    for (const placement of job.otherNodes ?? [])
      hold(world, waitingNode(job, placement.node, 'RUNNABLE', []), placement);
}

function hold(world: World, job: LiveJob | WaitingJob, placement: Placement): void {
  const allocation = allocationOf(job, placement, world.hosts.get(placement.hostId));
  world.allocations.take(placement.attemptId, allocation);
  world.hosts.index.take(allocation.hostId, allocation.onHost);
  // The row of the share's usage is of a later moment than this: no time passes here.
  world.scheduler.took(allocation, 0);
  world.consumableResources.hold(allocation.consumables);
}

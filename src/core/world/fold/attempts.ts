// Attempts are placed, run, end, and give back what they held; those of a multi-node parallel job's
// other nodes as well. What becomes of their job is in jobs.ts.

import { assert } from '../../../base/assert.ts';
import { nodeId, splitJobId, type AttemptId, type JobId } from '../../../base/ids.ts';
import type { Host } from '../../host/host.ts';
import { logsOf, containerRuns, withAttempt, type Placement } from '../../job/attempt.ts';
import type { ContainerRun } from '../../job/container-run.ts';
import {
  isArrayParent,
  isInWorld,
  isLive,
  isToStop,
  waitingNode,
  type LiveJob,
  type StartingJob,
} from '../../job/job.ts';
import { consumablesOfAll } from '../../job/nodes.ts';
import { allocationOf, type Holder } from '../allocations.ts';
import type { LiveWorld } from '../live-world.ts';
import { useUp } from './consumables.ts';
import type { Folds } from './fold.ts';
import { noteIdle } from './hosts.ts';
import { join, noteRow, put } from './put.ts';

export const attemptFolds = {
  'attempt-placed'(world, { jobId, placement, runs, otherNodes, atMs }) {
    const known = world.jobs.get(jobId);
    const { parent, index } = splitJobId(jobId);
    const waiting =
      known ?? (index === undefined ? undefined : world.child(world.arrayParent(parent), index));
    assert(
      waiting?.status === 'RUNNABLE' &&
        !isArrayParent(waiting) &&
        waiting.notBeforeMs === undefined,
      'only a RUNNABLE job is placed, and not before its time',
    );
    if (known === undefined) join(world, waiting);
    const placed: StartingJob = {
      ...waiting,
      status: waiting.terms.service === undefined ? 'STARTING' : 'SCHEDULED',
      attempt: { ...starting(placement, runs), placedAtMs: atMs },
      ...(otherNodes && { otherNodes }),
    };
    put(world, placed, atMs);
    hold(world, placed, atMs);
    watchStarts(world, placed);
    useUp(world, consumablesOfAll(placed.terms));
  },

  'attempt-preparing'(world, { jobId, atMs }) {
    const job = world.jobs.get(jobId);
    assert(job?.status === 'SCHEDULED', 'what is SCHEDULED begins to be prepared');
    put(world, { ...job, status: 'STARTING' }, atMs);
  },

  'attempt-seated'(world, { jobId, attemptId, statusReason, ...seat }) {
    const job = liveJob(world, jobId, attemptId);
    assert(job.status === 'STARTING', 'what runs has its place');
    const { statusReason: _before, ...known } = job;
    const attempt = seatedAttempt(job.attempt, seat);
    put(world, { ...known, ...(statusReason !== undefined && { statusReason }), attempt });
    if (seat.nodeName !== undefined) noteFound(world, attemptId);
  },

  'attempt-running'(world, { jobId, attemptId, statusReason, address, atMs, ...seat }) {
    const job = liveJob(world, jobId, attemptId);
    assert(job.status === 'STARTING', 'an attempt begins to run once');
    const { otherNodes: _nodes, ...known } = job;
    const attempt = {
      ...seatedAttempt(job.attempt, seat),
      state: 'running',
      startedAtMs: atMs,
      address,
    } as const;
    noteFound(world, attemptId);
    const running = { ...known, status: 'RUNNING', statusReason, attempt } as const;
    put(world, running, atMs);
    watchTimeout(world, running);
    const { parent, index } = splitJobId(jobId);
    if (index === undefined) return;
    const array = world.arrayParent(parent);
    if (array.startedAtMs === undefined) put(world, { ...array, startedAtMs: atMs });
  },

  'containers-moved'(world, { jobId, attemptId, runs, outcome }) {
    const job = liveJob(world, jobId, attemptId);
    const attempt = { ...job.attempt, containers: runs, ...(outcome && { outcome }) };
    const moved = { ...job, attempt } as LiveJob;
    put(world, moved);
    if (isToStop(moved)) leave(world, moved);
    watchStarts(world, moved, containerRuns(job.attempt));
  },

  /** Their room was taken when their job was placed. */
  'nodes-launched'(world, { jobId, nodes, atMs }) {
    const job = world.jobs.get(jobId);
    assert(job?.status === 'RUNNING', 'the other nodes are launched while the main one runs');
    for (const { node, runs, ...placement } of nodes) {
      const attempts = world.nodes.ended(nodeId(jobId, node))?.attempts ?? [];
      const launched: StartingJob = {
        ...waitingNode(job, node, 'RUNNABLE', attempts),
        status: 'STARTING',
        attempt: { ...starting(placement, runs), placedAtMs: atMs },
      };
      put(world, launched, atMs, 'RUNNABLE');
      enter(world, launched);
      watchStarts(world, launched);
      if (!isThere(placement, world.hosts.get(placement.hostId)))
        world.occasions.push({ type: 'stranded', attemptId: placement.attemptId });
    }
  },

  'main-node-ended'(world, { jobId, end }) {
    const job = world.jobs.get(jobId);
    assert(
      job?.status === 'RUNNING' && !world.attempts.has(job.attempt.attemptId),
      'other nodes outlive only a main node that has ended',
    );
    put(world, { ...job, mainNodeEnd: end });
  },

  'attempt-ended'(world, { jobId, attempt }) {
    const job = liveJob(world, jobId, attempt.attemptId);
    world.attempts.delete(attempt.attemptId);
    world.endedTasks.note(jobId, attempt);
    put(world, { ...job, attempts: withAttempt(job.attempts, attempt) });
  },

  'attempt-amended'(world, { job }) {
    if (isInWorld(job)) world.jobs.set(job);
    if (world.nodes.ended(job.id) !== undefined) world.nodes.note(job);
    noteRow(world, job);
  },

  'resources-released'(world, { attemptId, atMs, heardAtMs }) {
    const allocation = world.allocations.giveBack(attemptId);
    world.hosts.gaveBack(allocation.hostId, allocation.onHost);
    world.consumableResources.release(allocation.consumables);
    world.serviceEnvironments.release(allocation.computeEnvironmentArn, allocation.service);
    world.scheduler.gaveBack(attemptId, allocation, atMs);
    noteIdle(world, allocation.hostId, heardAtMs);
  },
} satisfies Partial<Folds>;

function liveJob(world: LiveWorld, jobId: JobId, attemptId: AttemptId): LiveJob {
  const job = world.jobs.get(jobId);
  assert(
    job !== undefined && isLive(job) && job.attempt.attemptId === attemptId,
    'an attempt under way is its job’s current one',
  );
  return job;
}

/** The job's attempt is under way and holds its room, and that of nodes which are to follow. */
export function hold(world: LiveWorld, job: LiveJob, atMs: number): void {
  enter(world, job);
  take(world, job, job.attempt, atMs);
  for (const each of ('otherNodes' in job && job.otherNodes) || [])
    take(world, waitingNode(job, each.node, 'RUNNABLE', []), each, atMs);
  if (isToStop(job)) leave(world, job);
}

/** What was known of its node stays known. */
const seatedAttempt = <A extends Placement>(
  attempt: A,
  { nodeName, instanceId }: Pick<Placement, 'nodeName' | 'instanceId'>,
): A => ({
  ...attempt,
  ...(nodeName !== undefined && { nodeName }),
  ...(instanceId !== undefined && { instanceId }),
});

/** One less waits on its cluster: another may be given there. */
function noteFound(world: LiveWorld, attemptId: AttemptId): void {
  if (world.allocations.found(attemptId)) world.scheduler.found();
}

/** It is being stopped: what it holds is about to be given back. */
export function leave(world: LiveWorld, job: LiveJob): void {
  for (const { attemptId } of [job.attempt, ...(('otherNodes' in job && job.otherNodes) || [])]) {
    const allocation = world.allocations.of(attemptId);
    if (allocation !== undefined) world.scheduler.leaves(attemptId, allocation);
  }
}

function enter(world: LiveWorld, { id, scope, terms, attempt }: LiveJob): void {
  const { attemptId, placedAtMs: createdAtMs } = attempt;
  for (const log of logsOf(terms, attempt)) {
    if (log === undefined) continue;
    const { group, stream: name, ofGivenGroup } = log;
    world.changes.logStream({ scope, group, name, createdAtMs, ofGivenGroup });
  }
  world.attempts.set(attemptId, id);
}

function take(
  world: LiveWorld,
  job: Holder,
  placement: Placement & { readonly placedAtMs?: number },
  atMs: number,
): void {
  const allocation = allocationOf(job, placement, world.hosts.get(placement.hostId));
  world.allocations.take(placement.attemptId, allocation);
  world.hosts.took(allocation.hostId, allocation.onHost);
  world.consumableResources.hold(allocation.consumables);
  world.serviceEnvironments.hold(allocation.computeEnvironmentArn, allocation.service);
  world.scheduler.took(placement.attemptId, allocation, atMs);
}

const starting = (placement: Placement, containers: readonly ContainerRun[] | undefined) =>
  ({ ...placement, state: 'starting', ...(containers && { containers }) }) as const;

/** Others wait only so long for a container that was asked to start since `before`. */
export function watchStarts(
  world: LiveWorld,
  { terms, attempt }: LiveJob,
  before: readonly ContainerRun[] = [],
): void {
  for (const [container, { startTimeoutSeconds }] of (terms.containers ?? []).entries()) {
    if (startTimeoutSeconds === undefined) continue;
    const run = attempt.containers?.[container];
    const was = before[container];
    if (run === undefined || !('askedAtMs' in run)) continue;
    if (was !== undefined && 'askedAtMs' in was) continue;
    const dueAtMs = run.askedAtMs + startTimeoutSeconds * 1000;
    const { attemptId } = attempt;
    world.deadlines.add({ type: 'container-start', dueAtMs, attemptId, container });
  }
}

/** A running attempt may take so long, where its job says so. */
export function watchTimeout(
  world: LiveWorld,
  { terms: { timeoutSeconds }, attempt }: LiveJob & { readonly status: 'RUNNING' },
): void {
  if (timeoutSeconds === undefined) return;
  const dueAtMs = attempt.startedAtMs + timeoutSeconds * 1000;
  world.deadlines.add({ type: 'attempt-timeout', dueAtMs, attemptId: attempt.attemptId });
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

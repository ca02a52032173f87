// The one way in which a job's value changes: with it change the indexes, its row, and what its
// followers and the scheduler are told.

import { must } from '../../../base/assert.ts';
import { splitJobId, type JobId } from '../../../base/ids.ts';
import {
  isArrayParent,
  isInWorld,
  pastOf,
  type ArrayParent,
  type Job,
  type LiveArrayParent,
  type WorldJob,
} from '../../job/job.ts';
import { isEnded, type JobStatus } from '../../job/status.ts';
import { assertTransition, parentTransitions, serviceTransitions } from '../../job/transition.ts';
import type { Run } from '../../job/child-table.ts';
import { tableOf } from '../jobs.ts';
import type { LiveWorld } from '../live-world.ts';

const statusChangeHasTime = 'a change of status has a time';

/** `atMs` is when its status changed, where it did; a node comes from RUNNABLE, its job's. */
export function put(
  world: LiveWorld,
  job: Job | ArrayParent,
  atMs?: number,
  cameFrom?: JobStatus,
): void {
  const before = world.jobs.get(job.id);
  const from = cameFrom ?? before?.status;
  if (from !== job.status) noteTransition(world, job, from, must(atMs, statusChangeHasTime));
  if (isInWorld(job)) join(world, job);
  else if (before !== undefined) leaveWorld(world, before);
  const { parent, index, node } = noteRow(world, job);
  if (node !== undefined && !isArrayParent(job)) world.nodes.note(job);
  // One that was put off stands in no line.
  if (
    before?.status === 'RUNNABLE' &&
    job.status !== 'RUNNABLE' &&
    before.notBeforeMs === undefined
  )
    world.scheduler.ceasedRunnable(before, must(atMs, statusChangeHasTime), isEnded(job.status));
  if (index !== undefined) followChild(world, parent, index, job.status, atMs);
}

/** The job is in the world from here on, or is another value there. */
export function join(world: LiveWorld, job: WorldJob): void {
  if (!world.jobs.set(job)) return;
  world.quotaShares.joined(job);
  world.scheduler.joined(job);
}

/** It is in the world no longer. */
export function leaveWorld(world: LiveWorld, before: WorldJob): void {
  const { queueArn } = before;
  world.jobs.delete(before);
  world.scheduler.left(before);
  const emptied = world.quotaShares.left(before);
  if (emptied?.status === 'DELETING')
    world.occasions.push({ type: 'quota-share-emptied', arn: emptied.arn });
  if (world.jobs.inQueue(queueArn) === 0 && world.jobQueues.get(queueArn)?.status === 'DELETING')
    world.occasions.push({ type: 'queue-emptied', queueArn });
}

function noteTransition(
  world: LiveWorld,
  job: Job | ArrayParent,
  from: JobStatus | undefined,
  atMs: number,
): void {
  if (from !== undefined) assertTransition(from, job.status, tableFor(job));
  const reason = 'statusReason' in job ? job.statusReason : undefined;
  world.transitions.push({ jobId: job.id, from, to: job.status, atMs, reason, job: pastOf(job) });
}

function tableFor(job: Job | ArrayParent): Parameters<typeof assertTransition>[2] {
  if (isArrayParent(job)) return parentTransitions;
  return job.terms.service === undefined ? undefined : serviceTransitions;
}

/** The job's row is to be stored; a child's or a node's where it belongs, which is the answer. */
export function noteRow(world: LiveWorld, job: Job | ArrayParent): ReturnType<typeof splitJobId> {
  const place = splitJobId(job.id);
  const number = place.index ?? place.node;
  if (number === undefined || isArrayParent(job)) world.changes.jobs.set(job.id, job);
  else world.changes.children.set(job.id, { parentId: place.parent, index: number, job });
  return place;
}

/** A child stands in its array's table as it stands itself. */
function followChild(
  world: LiveWorld,
  parent: JobId,
  index: number,
  status: JobStatus,
  atMs: number | undefined,
): void {
  const array = world.arrayParent(parent);
  if (array.children.status(index) === status) return;
  const changedAtMs = must(atMs, statusChangeHasTime);
  tableOf(array).set(index, status, changedAtMs);
  world.scheduler.childrenMoved(array, changedAtMs);
}

/** Children of the array that have no rows change together: told of as ranges. */
export function moveChildren(
  world: LiveWorld,
  array: LiveArrayParent,
  runs: Iterable<Run>,
  to: JobStatus,
  atMs: number,
  reason?: string,
): void {
  const table = tableOf(array);
  const job = pastOf(array);
  for (const run of runs) {
    const { status: from, first, last } = run;
    assertTransition(from, to);
    table.move(run, to, atMs);
    const children = [first, last] as const;
    world.transitions.push({ jobId: array.id, from, to, atMs, reason, children, job });
  }
}

// Why a RUNNABLE job waits, in full: what keeps it from a place, who holds the room, and where it
// stands in its line. Reads the world for somebody who asks about one job; lists of jobs get their
// reason without it.

import type { JobId, Scope } from '../../base/ids.ts';
import {
  isArrayParent,
  type ArrayParent,
  type Job,
  type JobDetailRecord,
  type LiveArrayParent,
  type WaitingJob,
} from '../../core/job/job.ts';
import { environmentReasons, explain } from '../../core/schedule/explain/explain.ts';
import { holdersOf } from '../../core/schedule/explain/holders.ts';
import { stuckAhead, stuckIn } from '../../core/schedule/explain/stuck.ts';
import type { JobQueue } from '../../core/job-queue/job-queue.ts';
import { jobsIn } from '../../core/schedule/order/line.ts';
import type { World } from '../../core/world/world.ts';
import type { PlaceView, WaitView } from '../../port/explanation-view.ts';

type Runnable = WaitingJob | LiveArrayParent;

/** The job where it is RUNNABLE; an array where any of its children is. */
export function runnableOf(job: Job | ArrayParent): Runnable | undefined {
  if (isArrayParent(job))
    return 'children' in job && job.children.count('RUNNABLE') > 0 ? job : undefined;
  return job.status === 'RUNNABLE' ? job : undefined;
}

export function waitOf(
  {
    world,
    detail,
  }: { readonly world: World; readonly detail: (id: JobId) => JobDetailRecord | undefined },
  scope: Scope,
  job: Runnable,
): WaitView | undefined {
  const queue = world.jobQueues.get(job.queueArn);
  if (queue === undefined) return undefined;
  const stuck = stuckAhead(world, job);
  const ahead = Math.max(0, world.scheduler.lines.listOf(job).ahead(job) - stuck);
  const { text, remedies, because } = explain(world, queue, job, () => ahead);
  const holders = because && holdersOf(world, scope, queue.arn, because);
  const {
    computeEnvironmentOrder: { length },
  } = queue;
  return {
    text,
    remedies,
    place: placeOf(world, queue, job, ahead, stuck),
    environments: because === undefined || length < 2 ? [] : environmentReasons(world, queue, job),
    holders: holders && {
      ...holders,
      first: holders.first.map((holder) => ({ ...holder, name: detail(holder.jobId)?.name })),
    },
  };
}

function placeOf(
  world: World,
  queue: JobQueue,
  job: Runnable,
  ahead: number,
  stuck: number,
): PlaceView {
  const { lines } = world.scheduler;
  const environments = new Set(
    queue.computeEnvironmentOrder.map((entry) => entry.computeEnvironment),
  );
  const aheadInOtherQueues: { queue: string; priority: number; jobs: number }[] = [];
  for (const other of world.jobQueues.values()) {
    if (
      other === queue ||
      other.priority < queue.priority ||
      !other.computeEnvironmentOrder.some((entry) => environments.has(entry.computeEnvironment))
    )
      continue;
    const line = lines.of(other.arn);
    const all = other.priority > queue.priority || !line.isBySubmission;
    const before = all ? jobsIn(line) : line.listOf(job).ahead(job);
    const jobs =
      before === 0
        ? 0
        : before - stuckIn(world, other.arn, () => (all ? Number.POSITIVE_INFINITY : job.sequence));
    if (jobs > 0) aheadInOtherQueues.push({ queue: other.name, priority: other.priority, jobs });
  }
  return {
    share: job.terms.share?.identifier,
    ahead,
    stuck,
    sinceMs: lines.listOf(job).sinceMs(job),
    aheadInOtherQueues,
  };
}

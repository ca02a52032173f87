// Why a job waits, in full: what keeps it from a place, who holds the room and where it stands in
// its line; and the jobs that it waits for. For somebody who asks about one job; what lists show of
// each is waiting-reason.ts. Changes nothing.

import { must } from '../../base/assert.ts';
import type { Scope } from '../../base/ids.ts';
import {
  isArrayParent,
  isLive,
  type ArrayParent,
  type Job,
  type LiveArrayParent,
  type WaitingJob,
} from '../../core/job/job.ts';
import { isEnded } from '../../core/job/status.ts';
import type { JobQueue } from '../../core/job-queue/job-queue.ts';
import { environmentReasons, explain } from '../../core/schedule/explain/explain.ts';
import { holdersOf } from '../../core/schedule/explain/holders.ts';
import { stuckAhead, stuckIn } from '../../core/schedule/explain/stuck.ts';
import { jobsIn } from '../../core/schedule/order/line.ts';
import type { World } from '../../core/world/world.ts';
import type { DependencyView, PlaceView, WaitView } from '../../port/explanation-view.ts';
import type { JobReader, WaitReader } from '../../port/reader.ts';
import type { StoreReader } from '../../port/store.ts';
import { DependencyChain } from './dependency-chain.ts';
import { delayReason, dependencyReason, placeReason, seatReason } from './waiting-reason.ts';

const seatRemedies: readonly string[] = [
  'add a node with room for it to the cluster, or have an autoscaler add one',
  'look at its pod: kubectl describe pod',
];

type Runnable = WaitingJob | LiveArrayParent;

export class WorldWaitReader implements WaitReader {
  readonly #world: World;
  readonly #store: Pick<StoreReader, 'jobDetail' | 'jobEnd'>;
  readonly #jobs: Pick<JobReader, 'one'>;

  constructor(
    world: World,
    store: Pick<StoreReader, 'jobDetail' | 'jobEnd'>,
    jobs: Pick<JobReader, 'one'>,
  ) {
    this.#world = world;
    this.#store = store;
    this.#jobs = jobs;
  }

  of(scope: Scope, id: string): WaitView | undefined {
    const job = this.#jobs.one(scope, id)?.job;
    if (job === undefined) return undefined;
    const runnable = runnableOf(job);
    const delay = runnable && delayReason(runnable);
    if (runnable !== undefined && delay === undefined) return this.#inLine(scope, runnable);
    const seat = seatReason(job);
    if (seat !== undefined) return { text: seat, remedies: seatRemedies, environments: [] };
    const text = this.#text(job);
    if (text === undefined) return undefined;
    const notBeforeMs = 'notBeforeMs' in job ? job.notBeforeMs : undefined;
    return { text, remedies: [], environments: [], notBeforeMs };
  }

  dependencies(scope: Scope, id: string): readonly DependencyView[] {
    const view = this.#jobs.one(scope, id);
    if (view === undefined) return [];
    return new DependencyChain({
      job: (jobId) => this.#jobs.one(scope, jobId),
      end: (jobId) => this.#store.jobEnd(scope, jobId),
      reason: ({ job }) => this.#text(job),
    }).of(view);
  }

  /** Why a job waits, or an array's first child that does; undefined where nothing waits. */
  #text(job: Job | ArrayParent): string | undefined {
    const runnable = runnableOf(job);
    if (runnable !== undefined) return placeReason(this.#world, runnable) ?? '';
    const waits = isArrayParent(job)
      ? 'children' in job && job.children.waiting > 0
      : !isLive(job) && !isEnded(job.status);
    return waits ? (putOffText(job) ?? dependencyReason(this.#world, job) ?? '') : undefined;
  }

  #inLine(scope: Scope, job: Runnable): WaitView {
    const world = this.#world;
    const queue = must(world.jobQueues.get(job.queueArn), 'a job that has not ended has its queue');
    const stuck = stuckAhead(world, job);
    const ahead = Math.max(0, world.scheduler.lines.listOf(job).ahead(job) - stuck);
    const { text, remedies, because } = explain(world, queue, job, () => ahead);
    const holders = because && holdersOf(world, scope, queue.arn, because);
    const { length } = queue.computeEnvironmentOrder;
    return {
      text,
      remedies,
      place: placeOf(world, queue, job, ahead, stuck),
      environments:
        because === undefined || length < 2 ? [] : environmentReasons(world, queue, job),
      holders: holders && {
        ...holders,
        first: holders.first.map((holder) => ({
          ...holder,
          name: this.#store.jobDetail(holder.jobId)?.name,
        })),
      },
    };
  }
}

/** The job where it is RUNNABLE; an array where any of its children could be placed. */
function runnableOf(job: Job | ArrayParent): Runnable | undefined {
  if (isArrayParent(job)) return 'children' in job && job.children.placeable > 0 ? job : undefined;
  return job.status === 'RUNNABLE' ? job : undefined;
}

/** All that waits of the array waits for its time. */
const putOffText = (job: Job | ArrayParent): string | undefined =>
  isArrayParent(job) && 'children' in job && job.children.count('RUNNABLE') > 0
    ? 'waiting to try children again (tag longshore:retry-delay)'
    : undefined;

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

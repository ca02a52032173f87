// The scheduler's memory: who waits in which line, for whom room is kept, what the last scaling
// cycle found, and whether anything happened since that a pass or a cycle should look at. No row
// holds any of it, but what lines keep of their shares, and how far jobs were overtaken: at a start
// it follows from the jobs that are found again. The world's fold tells it what became of jobs and
// resources, passes and scaling cycles work on it, and everybody else only reads.

import type { Arn, AttemptId } from '../../base/ids.ts';
import {
  isArrayParent,
  rankOf,
  type LiveArrayParent,
  type WaitingJob,
  type WorldJob,
} from '../job/job.ts';
import type { JobQueue } from '../job-queue/job-queue.ts';
import type { Allocation } from '../world/allocations.ts';
import { Backlog, type BacklogFacts, type BacklogView } from './order/backlog.ts';
import type { Held, LineFacts } from './order/line.ts';
import { Lines, type LinesView } from './order/lines.ts';
import { Parallel, type ParallelFacts, type ParallelView } from './order/parallel.ts';
import { noScaling, type ScalingState } from './scale/scaling-state.ts';

const heldOf = (
  attemptId: AttemptId,
  { identifier, schedulingPriority, amounts }: NonNullable<Allocation['share']>,
  { needs, sinceMs }: Allocation,
): Held => ({
  attemptId,
  share: identifier,
  priority: schedulingPriority,
  needs,
  amounts,
  sinceMs,
});

/**
 * `soon`: a job waits for an instance, or what may be launched has changed. `later`: instances
 * came, left or fell idle, a job was overtaken, or what jobs wait for beside room has changed
 * hands.
 */
export type ScalingWish = 'soon' | 'later';

/** What may be asked of it. */
export interface SchedulerView extends Pick<Scheduler, 'scaling' | 'passWanted' | 'scalingWanted'> {
  readonly lines: LinesView;
  readonly backlog: BacklogView;
  readonly parallel: ParallelView;
}

export class Scheduler {
  readonly lines: Lines;
  readonly backlog: Backlog;
  readonly parallel: Parallel;
  #scaling = noScaling;
  #passWanted = false;
  #displacingWanted = false;
  #scalingWanted: ScalingWish | undefined;

  constructor(facts: LineFacts & BacklogFacts & ParallelFacts) {
    this.lines = new Lines(facts);
    this.parallel = new Parallel(facts);
    this.backlog = new Backlog(this.lines, facts, this.parallel);
  }

  /** What the last scaling cycle found. */
  get scaling(): ScalingState {
    return this.#scaling;
  }

  /** Something happened that could let a waiting job run. */
  get passWanted(): boolean {
    return this.#passWanted;
  }

  /** Jobs may wait that could only run where others were stopped. */
  get displacingWanted(): boolean {
    return this.#displacingWanted;
  }

  /** How soon what happened since the last scaling cycle wants another one. */
  get scalingWanted(): ScalingWish | undefined {
    return this.#scalingWanted;
  }

  // ---- told by the world's fold

  queueStored(queue: JobQueue, known: JobQueue | undefined): void {
    this.lines.open(queue.arn);
    if (known !== undefined && known.priority !== queue.priority) this.backlog.reorder();
    this.offerChanged();
  }

  queueDeleted(arn: Arn): void {
    this.backlog.forgetQueue(arn);
    this.lines.close(arn);
  }

  /**
   * An environment, a policy or a consumable resource is another now, or a host is gone, whose
   * place may be another's: what held jobs up before says nothing of now.
   */
  offerChanged(): void {
    this.#passWanted = true;
    this.wantScaling('soon');
  }

  /** The quota shares of a queue are others now, or what they may hold. */
  quotaSharesChanged(queueArn: Arn): void {
    if (this.lines.has(queueArn)) {
      this.lines.of(queueArn).sharesChanged();
      this.backlog.moved(queueArn);
    }
    this.offerChanged();
  }

  /** A host has come or is another now. */
  hostChanged({ kind }: { readonly kind: 'machine' | 'registered' | 'instance' }): void {
    this.#passWanted = true;
    if (kind === 'instance') this.wantScaling('later');
  }

  /** A job is submitted: it is about to join. */
  submitted(job: WaitingJob | LiveArrayParent): void {
    this.lines.of(job.queueArn).submitted(job);
  }

  /** The job is in the world from here on: a single one, an array, or a child that starts. */
  joined(job: WorldJob): void {
    this.lines.of(job.queueArn).joined(job);
  }

  left(job: WorldJob): void {
    this.lines.of(job.queueArn).left(job);
  }

  /** A single job, or children of an array, that no longer wait for others. */
  becameRunnable(job: WaitingJob | LiveArrayParent, atMs: number): void {
    const { id: jobId, queueArn, terms } = job;
    const list = this.lines.listOf(job);
    if (isArrayParent(job)) list.update(job, atMs);
    else list.add(job, atMs);
    const rank = rankOf(job);
    this.backlog.add(
      queueArn,
      terms,
      isArrayParent(job) ? { rank, jobId, isArray: true } : { rank, jobId },
    );
    this.#passWanted = true;
  }

  /** A single job or a child was placed, or has `ended` while it waited. */
  ceasedRunnable(job: WaitingJob, atMs: number, ended: boolean): void {
    const hadPlace = this.lines.listOf(job).remove(job, atMs);
    this.backlog.left(job.queueArn, job.terms, job.id);
    if (!ended) return;
    if (hadPlace) this.backlog.spent();
    this.gaveUp(job);
  }

  /**
   * A job that waits is to stand elsewhere, or an array with its children; `stood`: it, or any
   * child of it, could be placed.
   */
  withdrawn(job: WaitingJob | LiveArrayParent, stood: boolean, atMs: number): void {
    const { id: jobId, queueArn, terms, sequence } = job;
    if (stood) {
      const list = this.lines.listOf(job);
      if (isArrayParent(job)) list.withdraw(job, atMs);
      else list.remove(job, atMs);
      this.gaveUp(job);
    }
    const rank = rankOf(job);
    this.backlog.withdraw(queueArn, terms, { rank, jobId }, stood);
    // What was tried goes in front, and may have left behind where it stood before.
    if (rank !== sequence) this.backlog.withdraw(queueArn, terms, { rank: sequence, jobId }, false);
  }

  /** It waits no longer, or its children do not: others that waited behind it may go on. */
  gaveUp({ terms: { parallel } }: WaitingJob | LiveArrayParent): void {
    if (parallel === undefined) return;
    this.backlog.unpark(parallel);
    this.#passWanted = true;
  }

  /** Tags of ours on the queue have changed. */
  queueTagged(queueArn: Arn): void {
    this.backlog.moved(queueArn);
    this.offerChanged();
  }

  /** Children of the array have become another status. */
  childrenMoved(array: LiveArrayParent, atMs: number): void {
    this.lines.listOf(array).update(array, atMs);
  }

  /** An attempt holds this from here on. */
  took(attemptId: AttemptId, allocation: Allocation, atMs: number): void {
    this.parallel.took(allocation);
    this.#weigh(attemptId, allocation, 1, atMs);
  }

  /** What waited on its cluster has a node: the next one may wait there. */
  found(): void {
    this.#passWanted = true;
  }

  /** It is being stopped. */
  leaves(attemptId: AttemptId, allocation: Allocation): void {
    if (allocation.share === undefined) return;
    const line = this.lines.of(allocation.share.queueArn);
    line.leaves(heldOf(attemptId, allocation.share, allocation));
    // With what it gives back, less may be enough that others give.
    if (line.displacing !== undefined) this.#displacingWanted = true;
  }

  gaveBack(attemptId: AttemptId, allocation: Allocation, atMs: number): void {
    this.parallel.gaveBack(allocation);
    if (allocation.parallel !== undefined) this.backlog.unpark(allocation.parallel);
    this.#weigh(attemptId, allocation, -1, atMs);
    this.#passWanted = true;
  }

  #weigh(attemptId: AttemptId, allocation: Allocation, sign: 1 | -1, atMs: number): void {
    const { queueArn, share, consumables, parallel } = allocation;
    if (share !== undefined)
      this.lines.of(queueArn).weigh(heldOf(attemptId, share, allocation), sign, atMs);
    const isBounded = this.parallel.isBounded(queueArn);
    if (share !== undefined || isBounded) this.backlog.moved(queueArn);
    // Which of those that wait for it beside room want instances has changed.
    if (share !== undefined || consumables !== undefined || parallel !== undefined || isBounded)
      this.wantScaling('later');
  }

  /** After a start nobody knows since when jobs stand where they stand. */
  restart(nowMs: number, lastCommitAtMs: number): void {
    this.lines.restart(nowMs);
    this.backlog.restart(Math.max(0, nowMs - lastCommitAtMs));
  }

  // ---- told by passes and scaling cycles

  wantScaling(wish: ScalingWish): void {
    if (this.#scalingWanted !== 'soon') this.#scalingWanted = wish;
  }

  /** A pass has found that nothing more fits: some may displace others. */
  placedAll(): void {
    this.#passWanted = false;
    this.#displacingWanted = true;
  }

  /** Room that was kept for a job is kept no longer. */
  keptLess(): void {
    this.#passWanted = true;
  }

  /** All were looked at that may displace others. */
  displacedAll(): void {
    this.#displacingWanted = false;
  }

  /** A cycle has looked at everything: no wish is left. */
  scaled(found: ScalingState): void {
    this.#scaling = found;
    this.#scalingWanted = undefined;
    this.backlog.hasGrown = false;
  }
}

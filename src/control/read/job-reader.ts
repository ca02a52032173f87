// Jobs as they stand at this moment. One that has not ended is told by the world, one that has by
// the store; an array's child without a row is told by its parent. Changes nothing.

import { nodeId, splitJobId, type AttemptId, type Scope } from '../../base/ids.ts';
import {
  isArrayParent,
  waitingChild,
  type ArrayChild,
  type ArrayParent,
  type Job,
  type JobDetailRecord,
} from '../../core/job/job.ts';
import { isEnded } from '../../core/job/status.ts';
import { trainingArnOf } from '../../core/service-job/service-job.ts';
import type { World } from '../../core/world/world.ts';
import type { ChildrenSlice } from '../../port/explanation-view.ts';
import type {
  ConsumableJobsQuery,
  JobListQuery,
  JobReader,
  JobView,
  Page,
} from '../../port/reader.ts';
import type { StoredJob, StoreReader } from '../../port/store.ts';
import { containerOf } from '../host/container-spec.ts';
import { JobLists } from './job-lists.ts';
import { mainNode, otherNode, withStopsOf } from './node-reader.ts';
import { atOnce, type Slices } from './slices.ts';
import { waitingReason } from './waiting-reason.ts';

export class WorldJobReader implements JobReader {
  readonly #world: World;
  readonly #store: StoreReader;
  readonly #lists: JobLists;
  readonly #slices: Slices;

  constructor(world: World, store: StoreReader, slices: Slices) {
    this.#world = world;
    this.#store = store;
    this.#slices = slices;
    this.#lists = new JobLists(world, store, {
      current: (stored) => this.#current(stored),
      view: (detail, job, arrayIndex) => this.#view(detail, job, arrayIndex),
      child: (parent, index, row) => this.#child(parent, index, row),
      node: (stored, node) => this.#nodeView(stored, node),
    });
  }

  one(scope: Scope, id: string): JobView | undefined {
    const { parent, index, node } = splitJobId(id);
    const stored = this.#store.job(scope, parent);
    if (stored === undefined) return undefined;
    const current = this.#current(stored);
    if (node !== undefined) return this.#nodeView(current, node);
    if (index === undefined) return this.#view(stored.detail, current.job);
    if (!isArrayParent(current.job) || index >= current.job.arraySize) return undefined;
    const child = this.#child(current.job, index, this.#store.child(parent, index));
    return this.#view(stored.detail, child, index);
  }

  underWay(attemptId: AttemptId): ReturnType<JobReader['underWay']> {
    const jobId = this.#world.attempts.get(attemptId);
    const detail = jobId && this.#store.jobDetail(jobId);
    return (
      detail && {
        jobId,
        scope: detail.scope,
        container: containerOf(this.#world, jobId, detail, 0),
        trainingJobArn: trainingArnOf(detail, attemptId),
      }
    );
  }

  /**
   * The world's word goes before the store's: the two differ only in what an array's parent counts.
   */
  #current(stored: StoredJob): StoredJob {
    const live = this.#world.jobs.get(stored.detail.id);
    return live === undefined ? stored : { detail: stored.detail, job: live };
  }

  #child(parent: ArrayParent, index: number, row: ArrayChild | undefined): Job {
    if ('children' in parent) {
      const waitingOrLive = this.#world.child(parent, index);
      if (waitingOrLive !== undefined) return waitingOrLive;
    }
    return row?.job ?? restOf(parent, index);
  }

  #nodeView({ detail, job }: StoredJob, node: number): JobView | undefined {
    const { nodes } = job.terms;
    if (isArrayParent(job) || nodes === undefined || node >= nodes.numNodes) return undefined;
    const id = nodeId(job.id, node);
    const shown =
      node === nodes.mainNode
        ? mainNode(job, node)
        : withStopsOf(
            job,
            this.#world.nodes.live(job.id).get(id) ??
              otherNode(job, node, this.#store.child(job.id, node)?.job),
          );
    const reason =
      shown.status === 'RUNNABLE' && job.status === 'STARTING'
        ? 'waiting for the main node to run'
        : waitingReason(this.#world, job);
    return {
      id,
      detail,
      job: shown,
      nodeIndex: node,
      tags: this.#store.tags(detail.arn),
      waitingReason: reason,
    };
  }

  #view(detail: JobDetailRecord, job: Job | ArrayParent, arrayIndex?: number): JobView {
    const summary = isArrayParent(job) ? summaryOf(job) : {};
    return {
      id: job.id,
      detail,
      job,
      arrayIndex,
      ...summary,
      tags: this.#store.tags(detail.arn),
      waitingReason: waitingReason(this.#world, job),
    };
  }

  children(scope: Scope, id: string, fromIndex: number, limit: number): ChildrenSlice {
    const view = this.one(scope, id);
    if (view === undefined || !isArrayParent(view.job)) return { children: [] };
    const nextIndex = fromIndex + limit;
    return {
      children: this.#store.children(view.job.id, fromIndex, nextIndex),
      nextIndex: nextIndex < view.job.arraySize ? nextIndex : undefined,
    };
  }

  list(query: JobListQuery): Promise<Page<JobView> | undefined> {
    return this.#slices.run(this.#lists.jobs(query));
  }

  /** The same in one moment, however long it takes: for the simulation. */
  listAtOnce(query: JobListQuery): Page<JobView> | undefined {
    return atOnce(this.#lists.jobs(query));
  }

  ofConsumable(query: ConsumableJobsQuery): Promise<Page<JobView> | undefined> {
    return this.#slices.run(this.#lists.ofConsumable(query));
  }
}

function summaryOf(
  parent: ArrayParent,
): Pick<JobView, 'statusSummary' | 'statusSummaryLastUpdatedAtMs'> {
  if ('children' in parent)
    return {
      statusSummary: parent.children.summary(),
      statusSummaryLastUpdatedAtMs: parent.children.lastChangedAtMs,
    };
  return {
    statusSummary: parent.statusSummary,
    statusSummaryLastUpdatedAtMs: parent.statusSummaryLastUpdatedAtMs,
  };
}

/** A child that has no row of its own. */
function restOf(parent: ArrayParent, index: number): Job {
  const { rest } = parent;
  if (!isEnded(rest.status)) return waitingChild(parent, index, rest.status);
  const { statusReason, stoppedAtMs, stops } = rest as typeof rest & { status: 'FAILED' };
  return {
    ...waitingChild(parent, index, 'RUNNABLE'),
    status: 'FAILED',
    statusReason,
    stoppedAtMs,
    stops,
  };
}

// Lists of jobs, in slices: of a queue, of a consumable resource, of an array or of a multi-node
// parallel job. A list that finds little looks at everything, and must not stop the writer while it
// does. Each job is told as it is in the slice that found it; between slices jobs may come, end and
// be removed. Changes nothing.

import type { Arn, JobId } from '../../base/ids.ts';
import {
  isArrayParent,
  type ArrayChild,
  type ArrayParent,
  type Job,
  type JobDetailRecord,
} from '../../core/job/job.ts';
import { limit } from '../../core/limit.ts';
import type { World } from '../../core/world/world.ts';
import type { ConsumableJobsQuery, JobListQuery, JobView, Page } from '../../port/reader.ts';
import type { JobSlice, StoredJob, StoreReader } from '../../port/store.ts';
import type { Sliced } from './slices.ts';
import { decodeNumberToken, encodeToken } from './token.ts';

/** How single jobs are shown: the reader's. */
export interface JobViews {
  /** As the world has it, where it has not ended. */
  current(stored: StoredJob): StoredJob;
  view(detail: JobDetailRecord, job: Job | ArrayParent, arrayIndex?: number): JobView;
  child(parent: ArrayParent, index: number, row: ArrayChild | undefined): Job;
  node(stored: StoredJob, node: number): JobView | undefined;
}

export class JobLists {
  readonly #world: World;
  readonly #store: StoreReader;
  readonly #views: JobViews;

  constructor(world: World, store: StoreReader, views: JobViews) {
    this.#world = world;
    this.#store = store;
    this.#views = views;
  }

  /** `undefined`: the `next` is malformed. */
  *jobs(query: JobListQuery): Sliced<Page<JobView> | undefined> {
    const after = query.next === undefined ? undefined : decodeNumberToken(query.next);
    if (query.next !== undefined && after === undefined) return undefined;
    const { of } = query;
    if ('arrayJobId' in of) return yield* this.#children(query, of.arrayJobId, after ?? 0);
    if ('multiNodeJobId' in of) return yield* this.#nodes(query, of.multiNodeJobId, after ?? 0);
    return yield* this.#rows(query.limit, after, (slice) =>
      this.#store.listJobs({
        ...query,
        ...slice,
        queueArn: of.queueArn,
        fromSequence: this.#firstSequence(of.queueArn),
      }),
    );
  }

  #firstSequence(queueArn: Arn): number {
    return this.#world.jobQueues.get(queueArn)?.firstSequence ?? 0;
  }

  /** `undefined`: the `next` is malformed. */
  *ofConsumable(query: ConsumableJobsQuery): Sliced<Page<JobView> | undefined> {
    const after = query.next === undefined ? undefined : decodeNumberToken(query.next);
    if (query.next !== undefined && after === undefined) return undefined;
    return yield* this.#rows(query.limit, after, (slice) =>
      this.#store.jobsByConsumable({ ...query, ...slice }),
    );
  }

  /** Newest first. A page ends early only where more was looked at than anybody waits for. */
  *#rows(
    most: number,
    after: number | undefined,
    read: (slice: {
      readonly beforeSequence: number | undefined;
      readonly limit: number;
      readonly rows: number;
    }) => JobSlice,
  ): Sliced<Page<JobView>> {
    const items: JobView[] = [];
    let beforeSequence = after;
    for (let looked = limit.listRowsPerSlice; ; looked += limit.listRowsPerSlice) {
      // One more than the page holds is looked for, so that no page is followed by an empty one.
      const { jobs, scannedTo } = read({
        beforeSequence,
        limit: Math.min(most + 1 - items.length, limit.listedPerSlice),
        rows: limit.listRowsPerSlice,
      });
      for (const stored of jobs) {
        const last = items.at(-1);
        if (items.length === most && last !== undefined)
          return { items, next: encodeToken([last.detail.sequence]) };
        items.push(this.#views.view(stored.detail, this.#views.current(stored).job));
      }
      if (scannedTo === undefined) return { items };
      if (looked >= limit.listRows) return { items, next: encodeToken([scannedTo]) };
      beforeSequence = scannedTo;
      yield;
    }
  }

  *#children(query: JobListQuery, parentId: JobId, fromIndex: number): Sliced<Page<JobView>> {
    const items: JobView[] = [];
    for (let from = fromIndex; ; from += limit.childrenPerSlice) {
      const stored = this.#store.job(query.scope, parentId);
      const parent = stored && this.#views.current(stored).job;
      if (stored === undefined || parent === undefined || !isArrayParent(parent)) return { items };
      const to = Math.min(from + limit.childrenPerSlice, parent.arraySize);
      const rows = new Map(
        this.#store.children(parentId, from, to).map((child) => [child.index, child]),
      );
      for (let index = from; index < to; index++) {
        const child = this.#views.child(parent, index, rows.get(index));
        if (query.status !== undefined && child.status !== query.status) continue;
        if (items.length === query.limit) return { items, next: encodeToken([index]) };
        items.push(this.#views.view(stored.detail, child, index));
      }
      if (to >= parent.arraySize) return { items };
      yield;
    }
  }

  *#nodes(query: JobListQuery, id: JobId, fromNode: number): Sliced<Page<JobView>> {
    const items: JobView[] = [];
    for (let from = fromNode; ; from += limit.listedPerSlice) {
      const stored = this.#store.job(query.scope, id);
      if (stored === undefined) return { items };
      const current = this.#views.current(stored);
      const numNodes = current.job.terms.nodes?.numNodes ?? 0;
      const to = Math.min(from + limit.listedPerSlice, numNodes);
      for (let node = from; node < to; node++) {
        const view = this.#views.node(current, node);
        if (view === undefined || (query.status !== undefined && view.job.status !== query.status))
          continue;
        if (items.length === query.limit) return { items, next: encodeToken([node]) };
        items.push(view);
      }
      if (to >= numNodes) return { items };
      yield;
    }
  }
}

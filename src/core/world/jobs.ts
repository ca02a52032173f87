// The jobs of the world: single ones, array parents, and children that started, until they end; and
// how many there are, by status and by queue. An index of the world, kept by its fold alone.

import { splitJobId, type Arn, type JobId } from '../../base/ids.ts';
import type { ChildTable } from '../job/child-table.ts';
import { isArrayParent, type LiveArrayParent, type WorldJob } from '../job/job.ts';
import { jobStatuses } from '../job/status.ts';
import { StatusCounts } from '../job/status-counts.ts';

/** What may be asked of them. */
export type JobsView = Omit<Jobs, 'set' | 'delete' | 'counts'> & {
  readonly counts: Pick<StatusCounts, 'of'>;
};

export class Jobs {
  readonly #all = new Map<JobId, WorldJob>();
  readonly #inQueues = new Map<Arn, number>();
  /** Children of arrays count, their parents do not. */
  readonly counts = new StatusCounts();

  get size(): number {
    return this.#all.size;
  }

  has(id: JobId): boolean {
    return this.#all.has(id);
  }

  get(id: JobId): WorldJob | undefined {
    return this.#all.get(id);
  }

  keys(): IterableIterator<JobId> {
    return this.#all.keys();
  }

  values(): IterableIterator<WorldJob> {
    return this.#all.values();
  }

  /** How many there are of the queue. */
  inQueue(queueArn: Arn): number {
    return this.#inQueues.get(queueArn) ?? 0;
  }

  /** Puts the job in, or its new value in place of the former. Gives whether it is new. */
  set(job: WorldJob): boolean {
    const before = this.#all.get(job.id);
    if (isArrayParent(job)) tableOf(job).countIn(this.counts);
    else if (before?.status !== job.status && isCounted(job)) {
      if (before !== undefined) this.#count(before, -1);
      this.#count(job, 1);
    }
    if (before === undefined) this.#inQueues.set(job.queueArn, this.inQueue(job.queueArn) + 1);
    this.#all.set(job.id, job);
    return before === undefined;
  }

  delete(job: WorldJob): void {
    if (isArrayParent(job)) tableOf(job).countIn(undefined);
    else if (isCounted(job)) this.#count(job, -1);
    this.#inQueues.set(job.queueArn, this.inQueue(job.queueArn) - 1);
    this.#all.delete(job.id);
  }

  #count({ status }: WorldJob, sign: 1 | -1): void {
    this.counts.add(jobStatuses.indexOf(status), sign);
  }
}

/** A child stands in its array's table, and is counted there. */
const isCounted = ({ id }: WorldJob): boolean => splitJobId(id).index === undefined;

/** Where an array's children stand, to be written. */
export const tableOf = ({ children }: LiveArrayParent): ChildTable => children as ChildTable;

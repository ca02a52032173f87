// The quota shares of the world, by the queues that they belong to, with how many jobs each has. An
// index of the world, kept by its fold alone.

import { assert } from '../../base/assert.ts';
import type { Arn } from '../../base/ids.ts';
import { quotaShareArn } from '../arn.ts';
import type { WorldJob } from '../job/job.ts';
import type { QuotaShare } from '../quota-share/quota-share.ts';

/** What may be asked of them. */
export type QuotaSharesView = Omit<QuotaShares, 'store' | 'delete' | 'joined' | 'left'>;

const none: ReadonlyMap<Arn, QuotaShare> = new Map();

export class QuotaShares {
  readonly #shares = new Map<Arn, QuotaShare>();
  /** In the order in which they were made. */
  readonly #ofQueues = new Map<Arn, Map<Arn, QuotaShare>>();
  /** Jobs that have not ended: single ones, array parents, and children that started. */
  readonly #jobs = new Map<Arn, number>();

  values(): Iterable<QuotaShare> {
    return this.#shares.values();
  }

  get(arn: Arn): QuotaShare | undefined {
    return this.#shares.get(arn);
  }

  /** The queue's, by their ARNs, in the order in which they were made. */
  of(queueArn: Arn): ReadonlyMap<Arn, QuotaShare> {
    return this.#ofQueues.get(queueArn) ?? none;
  }

  /** By the name that jobs of the queue give it. */
  find(queueArn: Arn, name: string): QuotaShare | undefined {
    return this.#shares.get(quotaShareArn(queueArn, name));
  }

  /** Of the share, jobs that have not ended. */
  jobsIn(arn: Arn): number {
    return this.#jobs.get(arn) ?? 0;
  }

  store(share: QuotaShare): void {
    this.#shares.set(share.arn, share);
    const ofQueue = this.#ofQueues.get(share.queueArn);
    if (ofQueue === undefined) this.#ofQueues.set(share.queueArn, new Map([[share.arn, share]]));
    else ofQueue.set(share.arn, share);
  }

  delete(arn: Arn): void {
    const share = this.#shares.get(arn);
    if (share === undefined) return;
    assert(this.jobsIn(arn) === 0, 'a quota share goes after its jobs');
    this.#shares.delete(arn);
    const ofQueue = this.#ofQueues.get(share.queueArn);
    ofQueue?.delete(arn);
    if (ofQueue?.size === 0) this.#ofQueues.delete(share.queueArn);
  }

  /** The job is in the world from here on. */
  joined(job: Pick<WorldJob, 'queueArn' | 'terms'>): void {
    const share = this.#shareOf(job);
    if (share !== undefined) this.#jobs.set(share.arn, this.jobsIn(share.arn) + 1);
  }

  /** The job is in the world no more. Gives its share, where that is left without jobs. */
  left(job: Pick<WorldJob, 'queueArn' | 'terms'>): QuotaShare | undefined {
    const share = this.#shareOf(job);
    if (share === undefined) return undefined;
    const jobs = this.jobsIn(share.arn) - 1;
    assert(jobs >= 0, 'a quota share counts its jobs');
    if (jobs > 0) {
      this.#jobs.set(share.arn, jobs);
      return undefined;
    }
    this.#jobs.delete(share.arn);
    return share;
  }

  /** Undefined on a queue without quota shares. */
  #shareOf({ queueArn, terms }: Pick<WorldJob, 'queueArn' | 'terms'>): QuotaShare | undefined {
    return terms.share !== undefined && this.#ofQueues.has(queueArn)
      ? this.find(queueArn, terms.share.identifier)
      : undefined;
  }
}

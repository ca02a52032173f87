// The shares of all fair share queues, as jobs and attempts come and go. Part of the world, changed
// by its fold alone; notes for the store what each change of a share's usage makes of it.

import { must } from '../../../base/assert.ts';
import type { Arn } from '../../../base/ids.ts';
import type { Allocation } from '../../world/allocations.ts';
import type { Changes } from '../../world/changes.ts';
import type { JobTerms } from '../../job/terms.ts';
import type { FairShareRules } from '../../scheduling-policy/scheduling-policy.ts';
import { secondOf, Shares, type ShareUsage } from './share.ts';

/** What of a job says whose it is. */
interface Member {
  readonly queueArn: Arn;
  readonly terms: JobTerms;
}

export class FairShares {
  readonly #ofQueues = new Map<Arn, Shares>();
  readonly #rulesOf: (queueArn: Arn) => FairShareRules;
  readonly #changes: Changes;

  constructor(rulesOf: (queueArn: Arn) => FairShareRules, changes: Changes) {
    this.#rulesOf = rulesOf;
    this.#changes = changes;
  }

  /** Undefined: it is a FIFO queue. */
  of(queueArn: Arn): Shares | undefined {
    return this.#ofQueues.get(queueArn);
  }

  addQueue(queueArn: Arn): void {
    if (!this.#ofQueues.has(queueArn))
      this.#ofQueues.set(queueArn, new Shares(queueArn, () => this.#rulesOf(queueArn)));
  }

  removeQueue(queueArn: Arn): void {
    this.#ofQueues.delete(queueArn);
    for (const [key, usage] of this.#changes.shareUsage)
      if (usage.queueArn === queueArn) this.#changes.shareUsage.delete(key);
  }

  /**
   * A job is submitted. Before a share that is new comes, those that are long over go: there is a
   * bound to how many there are.
   */
  meet({
    queueArn,
    terms: { share },
    createdAtMs,
  }: Member & { readonly createdAtMs: number }): void {
    const shares = this.#ofQueues.get(queueArn);
    if (share === undefined || shares === undefined || shares.get(share.identifier) !== undefined)
      return;
    for (const usage of shares.forgetInactive(secondOf(createdAtMs)))
      this.#changes.share(usage, true);
  }

  /** The job stands in the world from here on. */
  add({ queueArn, terms: { share } }: Member): void {
    if (share) this.#known(queueArn).add(share.identifier);
  }

  remove({ queueArn, terms: { share } }: Member): void {
    if (share) this.#known(queueArn).remove(share.identifier);
  }

  /** A share holds more by the allocation, or less by it (-1). */
  weigh({ share, needs }: Allocation, sign: 1 | -1, atMs: number): void {
    const usage =
      share &&
      this.#known(share.queueArn).weigh(share.identifier, sign * needs.milliVcpu, secondOf(atMs));
    if (usage !== undefined) this.#changes.share(usage);
  }

  restore(usage: ShareUsage): void {
    this.#known(usage.queueArn).restore(usage);
  }

  restoreHeld({ share, needs }: Allocation): void {
    if (share) this.#known(share.queueArn).restoreHeld(share.identifier, needs.milliVcpu);
  }

  #known(queueArn: Arn): Shares {
    return must(this.#ofQueues.get(queueArn), 'a job with a share is in a fair share queue');
  }
}

// The shares of one fair share queue: who has jobs, who holds what, and how much each used of late
// (user guide, chapter Fair share scheduling). Usage is two numbers a share, moved on only when
// what the share holds changes, so that looking changes nothing and a restart gives the same
// figures. Part of the queue's line, changed as the world's fold tells.

import { assert, must } from '../../../base/assert.ts';
import type { Arn } from '../../../base/ids.ts';
import type { FairShareRules } from '../../scheduling-policy/scheduling-policy.ts';
import { usageAfter } from './usage.ts';

/** What is stored of a share. */
export interface ShareUsage {
  readonly queueArn: Arn;
  readonly shareIdentifier: string;
  /** In milliVcpu-seconds, decayed until `atSecond`. */
  readonly usage: bigint;
  /** Seconds since the epoch. */
  readonly atSecond: number;
}

export interface Share {
  readonly identifier: string;
  /** As {@link ShareUsage}. */
  usage: bigint;
  atSecond: number;
  /** What its jobs in STARTING and RUNNING hold. */
  milliVcpu: number;
  /** Its jobs that have not ended: single ones, array parents, and children that started. */
  jobs: number;
}

/** A share is active for this much longer than its usage counts: AWS says "plus some minutes". */
const afterglowSeconds = 300;
/**
 * What a share holds counts as if it had held it for so long already, so that one pass does not
 * give all to one share.
 */
export const heldCountsSeconds = 60n;

export const secondOf = (ms: number): number => Math.floor(ms / 1000);

export class Shares {
  readonly queueArn: Arn;
  readonly #rules: () => FairShareRules;
  readonly #shares = new Map<string, Share>();
  #milliVcpu = 0;
  /** The last count of active shares, until one comes or goes. */
  #counted:
    | { readonly second: number; readonly rules: FairShareRules; readonly active: number }
    | undefined;

  /** `rules` are asked for each time: the policy may be changed or replaced. */
  constructor(queueArn: Arn, rules: () => FairShareRules) {
    this.queueArn = queueArn;
    this.#rules = rules;
  }

  get rules(): FairShareRules {
    return this.#rules();
  }

  /** What all shares hold. */
  get milliVcpu(): number {
    return this.#milliVcpu;
  }

  get(identifier: string): Share | undefined {
    return this.#shares.get(identifier);
  }

  values(): Iterable<Share> {
    return this.#shares.values();
  }

  /**
   * The share with the lowest key gives the next job: (usage + what it holds, for a minute) x
   * weight.
   */
  keyOf(identifier: string, second: number): bigint {
    const share = this.#shares.get(identifier);
    if (share === undefined) return 0n;
    const { windowSeconds, weightOf } = this.rules;
    const usage = usageAfter(share.usage, share.milliVcpu, second - share.atSecond, windowSeconds);
    return (
      (usage + BigInt(share.milliVcpu) * heldCountsSeconds) * BigInt(weightOf(share.identifier))
    );
  }

  /** Whether it holds anything, or did within the window. */
  hasUsed(share: Share, second: number): boolean {
    return (
      share.milliVcpu > 0 ||
      (share.usage > 0n && second - share.atSecond <= this.rules.windowSeconds)
    );
  }

  /** Whether it has jobs that have not ended, or its usage has not been over for long. */
  isActive(share: Share, second: number): boolean {
    return share.jobs > 0 || this.hasUsed(share, second - afterglowSeconds);
  }

  activeCount(second: number): number {
    const { rules } = this;
    if (this.#counted?.second !== second || this.#counted.rules !== rules) {
      let active = 0;
      for (const share of this.#shares.values()) if (this.isActive(share, second)) active++;
      this.#counted = { second, rules, active };
    }
    return this.#counted.active;
  }

  // ---- the fold ----

  /** A job of the share has come. */
  add(identifier: string): void {
    const share = this.#shares.get(identifier);
    if (share === undefined)
      this.#shares.set(identifier, { identifier, usage: 0n, atSecond: 0, milliVcpu: 0, jobs: 1 });
    else share.jobs++;
    if (share === undefined || share.jobs === 1) this.#counted = undefined;
  }

  /** A job of the share has ended. What it used stays until {@link forgetInactive}. */
  remove(identifier: string): void {
    const share = this.#known(identifier);
    share.jobs--;
    if (share.jobs === 0) this.#counted = undefined;
  }

  /**
   * From `second` on the share holds so much more, or less. Gives what has to be stored, if that
   * changed.
   */
  weigh(identifier: string, milliVcpu: number, second: number): ShareUsage | undefined {
    const share = this.#known(identifier);
    // Reports may come late, and clocks jump: time never goes back here.
    const passed = Math.max(0, second - share.atSecond);
    share.usage = usageAfter(share.usage, share.milliVcpu, passed, this.rules.windowSeconds);
    share.atSecond += passed;
    share.milliVcpu += milliVcpu;
    this.#milliVcpu += milliVcpu;
    assert(share.milliVcpu >= 0, 'a share gives back what it took');
    return passed === 0 ? undefined : this.#usageOf(share);
  }

  /** Usage that lies further back than the window counts no more. Gives what was forgotten. */
  forgetInactive(second: number): ShareUsage[] {
    const forgotten = [...this.#shares.values()].filter((share) => !this.isActive(share, second));
    for (const { identifier } of forgotten) this.#shares.delete(identifier);
    this.#counted = undefined;
    return forgotten.map((share) => this.#usageOf(share));
  }

  /** What the store kept. */
  restore({ shareIdentifier: identifier, usage, atSecond }: ShareUsage): void {
    this.#shares.set(identifier, { identifier, usage, atSecond, milliVcpu: 0, jobs: 0 });
  }

  #known(identifier: string): Share {
    return must(this.#shares.get(identifier), 'a share is known while it has jobs');
  }

  #usageOf({ identifier: shareIdentifier, usage, atSecond }: Share): ShareUsage {
    return { queueArn: this.queueArn, shareIdentifier, usage, atSecond };
  }
}

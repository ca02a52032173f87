// The shares of one fair share queue: who has jobs, who holds what, and how much each used of late
// (user guide, chapter Fair share scheduling). Usage is two numbers a share, moved on only when
// what the share holds changes, so that looking changes nothing; how long its attempts last is a
// third. A restart gives the same figures, but for what was used within the last second. Part of
// the queue's line, changed as the world's fold tells.

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
  /** As {@link Share.attemptMs}. */
  readonly attemptMs?: number | undefined;
}

export interface Share {
  readonly identifier: string;
  /** As {@link ShareUsage}. What is held counts by whole seconds … */
  usage: bigint;
  atSecond: number;
  /**
   * … and this is what that got wrong of the attempts that have ended since, in
   * milliVcpu-milliseconds: it is settled with the next second.
   */
  unsettled: number;
  /**
   * The mean of how long its recent attempts held what they held, none of them counting for more
   * than {@link startCountsMsMax}; undefined until one has ended.
   */
  attemptMs: number | undefined;
  /** What its jobs in STARTING and RUNNING hold. */
  milliVcpu: number;
  /** Its jobs that have not ended: single ones, array parents, and children that started. */
  jobs: number;
}

/** A share is active for this much longer than its usage counts: AWS says "plus some minutes". */
const afterglowSeconds = 300;
/**
 * What a share holds counts as if it had held it for so long already as its attempts last lately,
 * so that one pass does not give all to one share: for so long at most, and until one has ended.
 * More would hide what was used.
 */
const startCountsMsMax = 60_000;
/** Jobs that end as they start would else take a whole pass. */
const startCountsMsMin = 1;

/** To the whole milliVcpu-second. */
const settledUsage = ({ usage, unsettled }: Share): bigint => {
  const settled = usage + BigInt(Math.trunc(unsettled / 1000));
  return settled < 0n ? 0n : settled;
};

const usageAt = (share: Share, second: number, windowSeconds: number): bigint =>
  usageAfter(settledUsage(share), share.milliVcpu, second - share.atSecond, windowSeconds);

/** How long a start of the share counts for. */
const countsMs = (share: Share | undefined): number => share?.attemptMs ?? startCountsMsMax;

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
   * The share with the lowest key gives the next job: (usage + what it holds, for as long as its
   * attempts last) x weight.
   */
  keyOf(identifier: string, second: number): bigint {
    const share = this.#shares.get(identifier);
    if (share === undefined) return 0n;
    const { windowSeconds, weightOf } = this.rules;
    const usage = usageAt(share, second, windowSeconds) * 1000n;
    const held = BigInt(share.milliVcpu * countsMs(share));
    return (usage + held) * BigInt(weightOf(identifier));
  }

  /** By how much a start that takes so much raises the share's key. */
  keyOfStart(identifier: string, milliVcpu: number): bigint {
    const share = this.#shares.get(identifier);
    return BigInt(milliVcpu * countsMs(share)) * BigInt(this.rules.weightOf(identifier));
  }

  /** Whether it holds anything, or did within the window. */
  hasUsed(share: Share, second: number): boolean {
    return (
      share.milliVcpu > 0 ||
      (settledUsage(share) > 0n && second - share.atSecond <= this.rules.windowSeconds)
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
      this.#shares.set(identifier, { ...noUsage, identifier, milliVcpu: 0, jobs: 1 });
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
   * From then on the share holds so much more, or less; `sinceMs`: an attempt is over that held it
   * from there on. Gives what has to be stored: at most once for each second, so that many short
   * jobs cost no more rows than a few long ones.
   */
  weigh(
    identifier: string,
    milliVcpu: number,
    atMs: number,
    sinceMs?: number,
  ): ShareUsage | undefined {
    const share = this.#known(identifier);
    // Reports may come late, and clocks jump: time never goes back here.
    const passed = Math.max(0, secondOf(atMs) - share.atSecond);
    if (passed > 0) {
      share.usage = usageAt(share, share.atSecond + passed, this.rules.windowSeconds);
      share.unsettled %= 1000;
      share.atSecond += passed;
    }
    share.milliVcpu += milliVcpu;
    this.#milliVcpu += milliVcpu;
    assert(share.milliVcpu >= 0, 'a share gives back what it took');
    const isFirst = sinceMs !== undefined && share.attemptMs === undefined;
    if (sinceMs !== undefined) {
      share.unsettled -= milliVcpu * ((atMs % 1000) - (sinceMs % 1000));
      share.attemptMs = meanWith(share.attemptMs, atMs - sinceMs);
    }
    return passed > 0 || isFirst ? this.#usageOf(share) : undefined;
  }

  /** Usage that lies further back than the window counts no more. Gives what was forgotten. */
  forgetInactive(second: number): ShareUsage[] {
    const forgotten = [...this.#shares.values()].filter((share) => !this.isActive(share, second));
    for (const { identifier } of forgotten) this.#shares.delete(identifier);
    this.#counted = undefined;
    return forgotten.map((share) => this.#usageOf(share));
  }

  /** What the store kept. */
  restore({ shareIdentifier: identifier, usage, atSecond, attemptMs }: ShareUsage): void {
    const share = { identifier, usage, atSecond, unsettled: 0, attemptMs };
    this.#shares.set(identifier, { ...share, milliVcpu: 0, jobs: 0 });
  }

  #known(identifier: string): Share {
    return must(this.#shares.get(identifier), 'a share is known while it has jobs');
  }

  #usageOf({ identifier, usage, atSecond, attemptMs }: Share): ShareUsage {
    return { queueArn: this.queueArn, shareIdentifier: identifier, usage, atSecond, attemptMs };
  }
}

const noUsage = { usage: 0n, atSecond: 0, unsettled: 0, attemptMs: undefined } as const;

/**
 * The mean after one more attempt, which counts by how long it lasted: what a share holds is mostly
 * held by its long ones. One as long as the mean moves it by a quarter.
 */
function meanWith(meanMs: number | undefined, lastedMs: number): number {
  const lasted = Math.min(startCountsMsMax, Math.max(startCountsMsMin, lastedMs));
  if (meanMs === undefined) return lasted;
  const by = ((lasted - meanMs) * lasted) / Math.max(2 * lasted, lasted + 3 * meanMs);
  return meanMs + (by < 0 ? Math.floor(by) : Math.ceil(by));
}

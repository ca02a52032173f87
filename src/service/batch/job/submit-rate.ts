// How fast an account may submit, where the operator bounds it (AWS: 50 a second). A bucket of one
// second's submissions a scope: a burst of that size passes, and then as many a second. It protects
// nothing of ours and is off unless it is asked for.

import type { Scope } from '../../../base/ids.ts';
import type { Clock } from '../../../port/clock.ts';
import { throttled } from '../../../wire/error-catalogue.ts';

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Accounts are names that anybody can make up; beyond so many all begin anew. */
const mostBuckets = 10_000;

export class SubmitRate {
  readonly #perSecond: number;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #buckets = new Map<Scope, Bucket>();

  /** `perSecond` is a whole number from 1. */
  constructor(perSecond: number, clock: Pick<Clock, 'now'>) {
    this.#perSecond = perSecond;
    this.#clock = clock;
  }

  /**
   * Counts one submission; throws TooManyRequestsException, 429, which clients wait and try again
   * on.
   */
  take(scope: Scope): void {
    const nowMs = this.#clock.now();
    const bucket = this.#bucket(scope, nowMs);
    // A clock that is set back gives nothing and takes nothing.
    bucket.tokens = Math.min(
      this.#perSecond,
      bucket.tokens + (Math.max(0, nowMs - bucket.atMs) * this.#perSecond) / 1000,
    );
    bucket.atMs = nowMs;
    if (bucket.tokens < 1) throw throttled();
    bucket.tokens--;
  }

  #bucket(scope: Scope, nowMs: number): Bucket {
    let bucket = this.#buckets.get(scope);
    if (bucket === undefined) {
      if (this.#buckets.size >= mostBuckets) this.#buckets.clear();
      this.#buckets.set(scope, (bucket = { tokens: this.#perSecond, atMs: nowMs }));
    }
    return bucket;
  }
}

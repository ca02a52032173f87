// How fast an account may submit, where the operator bounds it (AWS: 50 a second). It protects
// nothing of ours and is off unless it is asked for.

import type { Scope } from '../../../base/ids.ts';
import { TokenBuckets } from '../../../base/token-buckets.ts';
import type { Clock } from '../../../port/clock.ts';
import { throttled } from '../../../wire/error-catalogue.ts';

export class SubmitRate {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #buckets: TokenBuckets;

  /** `perSecond` is a whole number from 1. */
  constructor(perSecond: number, clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
    this.#buckets = new TokenBuckets(perSecond);
  }

  /**
   * Counts one submission; throws TooManyRequestsException, 429, which clients wait and try again
   * on.
   */
  take(scope: Scope): void {
    if (!this.#buckets.take(scope, this.#clock.now())) throw throttled();
  }
}

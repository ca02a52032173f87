// How fast somebody may go, for each of many: a bucket of one second's tokens a key, so that a
// burst of that size passes, and then as many a second. The caller brings the time.

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Keys may be names that anybody can make up; beyond so many all begin anew. */
const mostBuckets = 10_000;

export class TokenBuckets {
  readonly #perSecond: number;
  readonly #buckets = new Map<string, Bucket>();

  /** `perSecond` is a whole number from 1. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Takes one token; false: there is none. */
  take(key: string, nowMs: number): boolean {
    const bucket = this.#bucket(key, nowMs);
    // A clock that is set back gives nothing and takes nothing.
    bucket.tokens = Math.min(
      this.#perSecond,
      bucket.tokens + (Math.max(0, nowMs - bucket.atMs) * this.#perSecond) / 1000,
    );
    bucket.atMs = nowMs;
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }

  #bucket(key: string, nowMs: number): Bucket {
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      if (this.#buckets.size >= mostBuckets) this.#buckets.clear();
      this.#buckets.set(key, (bucket = { tokens: this.#perSecond, atMs: nowMs }));
    }
    return bucket;
  }
}

// A map of what was used of late, of a bounded size: what nobody asks for goes when room is needed.

export class RecentMap<K, V> {
  readonly #most: number;
  #young = new Map<K, V>();
  /** What was young before the last time that the room was full. */
  #old = new Map<K, V>();

  /** The `most` that were used last are kept for sure, and no more than twice as many. */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: K): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: K, value: V): void {
    if (this.#young.size >= this.#most && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}

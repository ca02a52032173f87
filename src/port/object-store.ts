// The object store port: a bucket, or a directory that takes a bucket's place. Interfaces only.
// Keys are as S3 has them: texts with slashes, without one at the beginning.

interface StoredObject {
  readonly key: string;
  readonly bytes: number;
}

/** All of it rejects with what went wrong, in words that hold no secret and no path of the host. */
export interface ObjectStore {
  /** All whose keys begin so, in no order that could be relied on. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<StoredObject>;
  read(key: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /**
   * Rejects where something stands against putting objects whose keys begin so; nothing is seen of
   * the attempt.
   */
  probe(prefix: string, signal: AbortSignal): Promise<void>;
  /** A plain file of this machine; another object under the key gives way, as a whole. */
  put(key: string, path: string, signal: AbortSignal): Promise<void>;
}

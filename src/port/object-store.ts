// The object store port: a bucket, or a directory that takes a bucket's place. Interfaces only.
// Keys are as S3 has them: texts with slashes, without one at the beginning.

interface StoredObject {
  readonly key: string;
  readonly bytes: number;
}

/** What is to be stored; it is open. */
export interface FileContent {
  readonly bytes: number;
  /** So many bytes; rejects where it has become shorter. */
  piece(at: number, bytes: number): Promise<Uint8Array>;
  /** Rejects where it is another than when it was opened: nothing may be seen of it then. */
  confirm(): Promise<void>;
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
  /** Another object under the key gives way, as a whole. */
  put(key: string, file: FileContent, signal: AbortSignal): Promise<void>;
}

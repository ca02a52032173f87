// Where files of trails go: buckets of an S3-compatible store, or folders of the operator's that
// stand for them. What is in a file is nothing to it.

export interface TrailPlace {
  /** Whether files can be put into it. Rejects where that cannot be said just now. */
  has(bucket: string): Promise<boolean>;
  /**
   * Durable when it resolves; another file under the key gives way. `metadata` is told of the file,
   * by names in lower case. Rejects with what went wrong, in words that hold no secret.
   */
  put(
    bucket: string,
    key: string,
    bytes: Uint8Array,
    metadata: Readonly<Record<string, string>>,
  ): Promise<void>;
}

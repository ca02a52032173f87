// How far a reader of a container's log may lie behind its writer, in bytes, as far as a reader can
// tell: by the stamps of what he reads, how much was written in how much time. Arithmetic only.

import type { LogBatch } from '../../port/engine.ts';

/** What an entry takes in the log's file besides its text. */
const entryBytes = 32;
/** The stretch of the writer's time over which its speed is taken. */
const windowMs = 200;

export class LogLag {
  readonly #fileBytes: number;
  /** How much was read of the log from its beginning. */
  #readBytes: number;
  #windowBeganAtMs: number | undefined;
  #windowBytes = 0;
  #bytesPerMs = 0;

  /**
   * `fileBytes`: where the log changes to another file. `fromBeginning`: reading began at the log's
   * first entry.
   */
  constructor(fileBytes: number, fromBeginning: boolean) {
    this.#fileBytes = fileBytes;
    this.#readBytes = fromBeginning ? 0 : Number.POSITIVE_INFINITY;
  }

  /** Notes a batch that was read. */
  read({ lines }: LogBatch): void {
    let bytes = 0;
    for (const line of lines) bytes += line.message.length + entryBytes;
    const lastMs = lines.at(-1)?.timestampMs ?? 0;
    this.#readBytes += bytes;
    this.#windowBytes += bytes;
    this.#windowBeganAtMs ??= lines[0]?.timestampMs ?? lastMs;
    const passedMs = lastMs - this.#windowBeganAtMs;
    // A burst within one window counts as if it had taken all of it; a stamp of the past begins
    // anew.
    if (passedMs >= 0)
      this.#bytesPerMs = Math.max(
        passedMs < windowMs ? this.#bytesPerMs : 0,
        this.#windowBytes / Math.max(passedMs, windowMs),
      );
    if (passedMs < 0 || passedMs >= windowMs) {
      this.#windowBeganAtMs = lastMs;
      this.#windowBytes = 0;
    }
  }

  /**
   * Whether what was written in the last `behindMs` could fill so much of a file that the writer
   * may soon be a whole one ahead. While the log cannot have filled its first file, nobody is too
   * far behind.
   */
  isTooFar(behindMs: number): boolean {
    const behindBytes = Math.max(0, behindMs) * this.#bytesPerMs;
    return (
      behindBytes > this.#fileBytes / 4 && this.#readBytes + behindBytes > (this.#fileBytes * 3) / 4
    );
  }
}

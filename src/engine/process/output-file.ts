// Reads the file that a job writes its output to: lines from a byte offset, in bounded batches, and
// the wait for more. It holds no file open while nothing is read, and no timer while nobody waits.

import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { LogBatch, LogLine } from '../../port/engine.ts';

export const maxBatchLines = 1000;
/** The most of a batch, and of a line: a longer one is passed on in pieces. */
export const maxBatchBytes = 1024 * 1024;
/**
 * Small, because all lines of one read are cut in one stretch: ten thousand of the shortest that
 * occur.
 */
const firstReadBytes = 64 * 1024;
const lineFeed = 10;

/**
 * The lines between two offsets, as batches whose position is the offset after them. Where `toEnd`
 * is false, what follows the last line feed is left for later. Files have no times of their own: a
 * line's is that of its reading. A file that is gone is empty.
 */
export async function* readLines(
  path: string,
  from: number,
  to: number,
  toEnd: boolean,
): AsyncGenerator<LogBatch> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return;
  try {
    let offset = from;
    let want = firstReadBytes;
    while (offset < to) {
      const asked = Math.min(want, to - offset);
      // A new buffer each time: the lines are views of it, and belong to the reader.
      const { bytesRead, buffer } = await file.read(
        Buffer.allocUnsafeSlow(asked),
        0,
        asked,
        offset,
      );
      if (bytesRead === 0) return;
      const chunk = buffer.subarray(0, bytesRead);
      const atEnd = offset + bytesRead >= to;
      let used = 0;
      for (const batch of batches(chunk, offset, (atEnd && toEnd) || bytesRead >= maxBatchBytes)) {
        used = Number(batch.position) - offset;
        yield batch;
      }
      offset += used;
      // Not one whole line: it is either still being written, or longer than what was read.
      if (used === 0 && atEnd) return;
      want = used === 0 ? maxBatchBytes : firstReadBytes;
    }
  } finally {
    await file.close();
  }
}

/** `restToo`: what follows the last line feed is a line as well. */
function* batches(chunk: Buffer, offset: number, restToo: boolean): Generator<LogBatch> {
  const timestampMs = Date.now();
  let lines: LogLine[] = [];
  let from = 0;
  for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, from)) {
    lines.push({ timestampMs, message: chunk.subarray(from, end) });
    from = end + 1;
    if (lines.length === maxBatchLines) {
      yield { lines, position: String(offset + from) };
      lines = [];
    }
  }
  // A chunk with line feeds in it is read on from the last of them: only one long line is cut.
  if (restToo && from < chunk.length && (from === 0 || chunk.length < maxBatchBytes)) {
    lines.push({ timestampMs, message: chunk.subarray(from) });
    from = chunk.length;
  }
  if (lines.length > 0) yield { lines, position: String(offset + from) };
}

export const sizeOf = (path: string): number =>
  statSync(path, { throwIfNoEntry: false })?.size ?? 0;

const lookEveryMs = 100;

interface Wait {
  readonly path: string;
  readonly size: number;
  readonly wake: () => void;
}

/**
 * Looks after all files that are waited for, with one timer. A look costs two microseconds; a watch
 * of the system's would cost more for every short job, and a call for every write of a chatty one.
 */
export class GrowthWatch {
  readonly #waiting = new Set<Wait>();
  #timer: NodeJS.Timeout | undefined;

  /** Resolves when the file is longer than `size`, or when `orSooner` is called back. */
  async grown(
    path: string,
    size: number,
    orSooner: (wake: () => void) => () => void,
  ): Promise<void> {
    let waiting: Wait | undefined;
    let forget: (() => void) | undefined;
    await new Promise<void>((resolve) => {
      waiting = { path, size, wake: resolve };
      this.#waiting.add(waiting);
      this.#timer ??= setTimeout(this.#look, lookEveryMs);
      forget = orSooner(resolve);
    });
    forget?.();
    if (waiting) this.#waiting.delete(waiting);
    if (this.#waiting.size === 0) this.#stop();
  }

  readonly #look = (): void => {
    this.#timer = setTimeout(this.#look, lookEveryMs);
    for (const { path, size, wake } of this.#waiting) if (sizeOf(path) > size) wake();
  };

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

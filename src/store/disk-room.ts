// How much room the disk of the data directory has, and what it is kept for. Below the reserve
// output is not taken and nothing new is begun; a balloon, a file of no use, is given up when the
// database itself finds no room, so that the commit in hand is finished. It decides nothing of
// jobs.

import { randomFillSync } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';

const mib = 2 ** 20;
const lookEveryMs = 1_000;
const balloonMostBytes = 16 * mib;

export interface DiskFacts {
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Below it output waits and nothing new is begun. */
  readonly reserveBytes: number;
  readonly low: boolean;
}

interface DiskRoomOptions {
  readonly directory: string;
  /** Absent: by the size of the disk. */
  readonly reserveBytes?: number | undefined;
  /** Told when it becomes low, and when there is room again. */
  readonly onChange: (facts: DiskFacts) => void;
}

/** A twentieth of the disk, and 1 GiB at the most; of a small one 32 MiB, or a quarter. */
const usualReserve = (totalBytes: number): number =>
  Math.floor(Math.max(Math.min(totalBytes / 20, 1024 * mib), Math.min(32 * mib, totalBytes / 4)));

export class DiskRoom {
  readonly #options: DiskRoomOptions;
  readonly #balloon: string;
  readonly #totalBytes: number;
  readonly #reserveBytes: number;
  #freeBytes: number;
  /** Since `freeBytes` was looked up. */
  #takenBytes = 0;
  #low = false;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: DiskRoomOptions) {
    this.#options = options;
    this.#balloon = join(options.directory, 'reserve');
    const { bavail, blocks, bsize } = statfsSync(options.directory);
    this.#totalBytes = blocks * bsize;
    this.#freeBytes = bavail * bsize;
    this.#reserveBytes = options.reserveBytes ?? usualReserve(this.#totalBytes);
    // What opens a database writes: one that was stopped by a full disk comes up again.
    if (this.#freeBytes < mib && this.giveUpBalloon())
      this.#freeBytes = statfsSync(options.directory).bavail * bsize;
    this.#judge();
    this.#again();
  }

  get facts(): DiskFacts {
    return {
      freeBytes: Math.max(0, this.#freeBytes - this.#takenBytes),
      totalBytes: this.#totalBytes,
      reserveBytes: this.#reserveBytes,
      low: this.#low,
    };
  }

  /** Whether so much may be written that can as well wait. */
  take(bytes: number): boolean {
    if (this.#low) return false;
    this.#takenBytes += bytes;
    if (this.#freeBytes - this.#takenBytes >= this.#reserveBytes) return true;
    this.#judge();
    return false;
  }

  /** The database found no room; answers whether there is some now. */
  giveUpBalloon(): boolean {
    const had = statSync(this.#balloon, { throwIfNoEntry: false })?.size ?? 0;
    rmSync(this.#balloon, { force: true });
    return had > 0;
  }

  #again(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      statfs(this.#options.directory)
        .then(
          ({ bavail, bsize }) => {
            this.#freeBytes = bavail * bsize;
            this.#takenBytes = 0;
            this.#judge();
          },
          () => undefined,
        )
        .finally(() => this.#again());
    }, lookEveryMs).unref();
  }

  #judge(): void {
    if (this.#closed) return;
    const freeBytes = this.#freeBytes - this.#takenBytes;
    // There must be somewhat more again before it counts as room, so that the two do not take
    // turns.
    const low = freeBytes < this.#reserveBytes * (this.#low ? 1.1 : 1);
    if (!low) this.#blowUp(freeBytes);
    if (low === this.#low) return;
    this.#low = low;
    this.#options.onChange(this.facts);
  }

  /** It is filled with bytes that no file system makes smaller. */
  #blowUp(freeBytes: number): void {
    const bytes = Math.min(balloonMostBytes, Math.floor(this.#totalBytes / 16));
    if (
      freeBytes < this.#reserveBytes + 2 * bytes ||
      (statSync(this.#balloon, { throwIfNoEntry: false })?.size ?? 0) >= bytes
    )
      return;
    try {
      const file = openSync(this.#balloon, 'w', 0o600);
      try {
        const chunk = Buffer.alloc(Math.min(mib, bytes));
        for (let at = 0; at < bytes; at += chunk.length)
          writeSync(file, randomFillSync(chunk), 0, Math.min(chunk.length, bytes - at));
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      this.#takenBytes += bytes;
    } catch {
      // Somebody else has taken the room meanwhile; a part is better than none.
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
}

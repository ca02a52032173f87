// Reads and writes at a place in a file, whole, and makes files and directories survive a power
// loss.

import { constants, fdatasync, fstat, ftruncate, read, write, type Stats } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const readSome = promisify(read);
const writeSome = promisify(write);

export const makeDurable = promisify(fdatasync);
export const statOpen: (descriptor: number) => Promise<Stats> = promisify(fstat);
export const cutAt = promisify(ftruncate);
export const readOnly = constants.O_RDONLY;
export const readWrite = constants.O_RDWR;
export const makeNew = constants.O_RDWR | constants.O_CREAT;

/** The bytes from `start` to `end`; fewer where the file ends. */
export async function readRange(descriptor: number, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(Math.max(0, end - start));
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await readSome(
      descriptor,
      bytes,
      filled,
      bytes.length - filled,
      start + filled,
    );
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

export async function writeAt(descriptor: number, bytes: Buffer, offset: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += (
      await writeSome(descriptor, bytes, written, bytes.length - written, offset + written)
    ).bytesWritten;
  }
}

export const isMissing = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).code === 'ENOENT';

/** Makes the directory with those above it; new ones survive a power loss. */
export async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let at = path; ; at = dirname(at)) {
    await syncDirectory(dirname(at));
    if (at === first) return;
  }
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Makes directory entries durable. Those who wait for the same directory share one sync, which
 * began after they came.
 */
export class DirectorySync {
  readonly #running = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();

  sync(path: string): Promise<void> {
    const running = this.#running.get(path);
    if (running === undefined) return this.#run(path);
    let next = this.#next.get(path);
    if (next === undefined) {
      next = running
        .catch(() => undefined)
        .then(() => {
          this.#next.delete(path);
          return this.#run(path);
        });
      this.#next.set(path, next);
    }
    return next;
  }

  #run(path: string): Promise<void> {
    const run = syncDirectory(path).finally(() => {
      if (this.#running.get(path) === run) this.#running.delete(path);
    });
    this.#running.set(path, run);
    return run;
  }
}

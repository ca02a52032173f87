// Objects come into a directory, several at a time: each whole or not at all, all within a budget.
// What is there already is not asked for again. It decides nothing of where they may come from.

import { chmod, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from '../../port/object-store.ts';
import { RefusedPlace, shown } from './object-path.ts';

const atOnce = 8;
/** A connection may break within an object. */
const tries = 3;
/** Objects of an attempt. */
export const mostObjects = 100_000;

export interface Wanted {
  readonly store: ObjectStore;
  readonly key: string;
  readonly bytes: number;
  /** Below the directory. */
  readonly path: readonly string[];
}

/** What an attempt may still take. */
export class Budget {
  #bytes: number;
  #objects = mostObjects;
  readonly #volumeSizeGib: number;
  readonly #hasRoom: (bytes: number) => boolean;

  constructor(volumeSizeGib: number, hasRoom: (bytes: number) => boolean) {
    this.#volumeSizeGib = volumeSizeGib;
    this.#bytes = volumeSizeGib * 2 ** 30;
    this.#hasRoom = hasRoom;
  }

  count(): void {
    if (--this.#objects < 0) throw new RefusedPlace(`there are more than ${mostObjects} objects`);
  }

  take(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#bytes < 0)
      throw new RefusedPlace(
        `there is more than the ${this.#volumeSizeGib} GiB of ResourceConfig.VolumeSizeInGB`,
      );
    if (!this.#hasRoom(bytes)) throw new RefusedPlace("the server's disk has no room for it");
  }
}

interface Into {
  /** It is there. */
  readonly directory: string;
  /** On the same file system; what is not whole yet. */
  readonly partial: string;
  readonly budget: Budget;
}

export class Download {
  readonly #into: Into;
  readonly #taken = new Set<string>();
  readonly #directories = new Set<string>();
  #parts = 0;

  constructor(into: Into) {
    this.#into = into;
  }

  /** Resolves or rejects when nothing is under way any more. */
  async all(wanted: AsyncIterable<Wanted>, signal: AbortSignal): Promise<number> {
    const iterator = wanted[Symbol.asyncIterator]();
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    const failures: unknown[] = [];
    let count = 0;
    const work = async (): Promise<void> => {
      try {
        for (;;) {
          const next = await iterator.next();
          if (next.done === true) return;
          count++;
          await this.#one(next.value, either);
        }
      } catch (error) {
        failures.push(error);
        failed.abort();
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    if (failures.length > 0) throw failures[0];
    return count;
  }

  async #one(wanted: Wanted, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { directory, budget } = this.#into;
    const path = join(directory, ...wanted.path);
    if (this.#taken.has(path))
      throw new RefusedPlace(`${shown(wanted.key)} and another object would be the same file`);
    this.#taken.add(path);
    budget.take(wanted.bytes);
    if ((await sizeOf(path)) === wanted.bytes) return;
    await this.#makeDirectories(wanted.path.slice(0, -1));
    for (let tried = 1; ; tried++)
      try {
        return await this.#fetch(wanted, path, signal);
      } catch (error) {
        if (tried === tries || signal.aborted || error instanceof RefusedPlace) throw error;
      }
  }

  async #fetch({ store, key, bytes }: Wanted, path: string, signal: AbortSignal): Promise<void> {
    const part = join(this.#into.partial, String(this.#parts++));
    try {
      const file = await open(part, 'w', 0o644);
      try {
        let got = 0;
        for await (const chunk of await store.read(key, signal)) {
          got += chunk.length;
          if (got > bytes) break;
          await file.writeFile(chunk);
        }
        if (got !== bytes) throw new Error(`${shown(key)} has another size than was said`);
        // Whoever the container's user is.
        await file.chmod(0o666);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(part, path);
    } finally {
      await rm(part, { force: true });
    }
  }

  async #makeDirectories(parts: readonly string[]): Promise<void> {
    let path = this.#into.directory;
    for (const part of parts) {
      path = join(path, part);
      if (this.#directories.has(path)) continue;
      await openDirectory(path);
      this.#directories.add(path);
    }
  }
}

/** In which anybody may write, whatever the process' umask; the directory of all is closed. */
export async function openDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (!(await lstat(path)).isDirectory()) throw new RefusedPlace('an object is a folder, too');
  }
  await chmod(path, 0o777);
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await lstat(path);
    return found.isFile() ? found.size : undefined;
  } catch {
    return undefined;
  }
}

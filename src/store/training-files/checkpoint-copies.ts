// Which checkpoints of an attempt are where they are to go, so that each goes there when it is
// written and not again. What its container may still be writing waits until it rests. It removes
// nothing anywhere.

import { mostObjects } from './download.ts';
import { ChangedFile, LeftFile, plainFiles, stampAt } from './left-files.ts';
import { storeFile, type Place } from './places.ts';

export class CheckpointCopies {
  /** Of the attempt. */
  readonly #directory: string;
  readonly #stored = new Map<string, string>();
  /** What the last look found. */
  #seen: ReadonlyMap<string, string> = new Map();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** What is there came from where it would go. */
  async know(): Promise<void> {
    for await (const path of this.#paths()) {
      const stamp = await stampAt(this.#directory, path);
      if (stamp !== undefined) this.#stored.set(nameOf(path), stamp);
    }
  }

  /** Stores what the last look found as it is now; what is written to meanwhile is for the next. */
  async storeWhatRests(place: Place, signal: AbortSignal): Promise<void> {
    const seen = new Map<string, string>();
    for await (const path of this.#paths()) {
      signal.throwIfAborted();
      if (seen.size === mostObjects) break;
      const name = nameOf(path);
      const stamp = await stampAt(this.#directory, path);
      if (stamp === undefined) continue;
      seen.set(name, stamp);
      if (this.#seen.get(name) !== stamp || this.#stored.get(name) === stamp) continue;
      await this.#store(place, path, signal, stamp).catch((error: unknown) => {
        if (!(error instanceof ChangedFile)) throw error;
      });
    }
    this.#seen = seen;
  }

  /** Nobody writes any more. */
  async storeAll(place: Place, signal: AbortSignal): Promise<void> {
    for await (const path of this.#paths()) await this.#store(place, path, signal);
  }

  /** As it is, or not where it is another than what `rests`. */
  async #store(
    place: Place,
    path: readonly string[],
    signal: AbortSignal,
    rests?: string,
  ): Promise<void> {
    await using file = await LeftFile.open(this.#directory, path);
    if (file === undefined || file.stamp !== (rests ?? file.stamp)) return;
    const name = nameOf(path);
    if (this.#stored.get(name) === file.stamp) return;
    await storeFile(place, path.slice(1), file, signal);
    this.#stored.set(name, file.stamp);
  }

  #paths(): AsyncIterable<readonly string[]> {
    return plainFiles(this.#directory, ['checkpoints']);
  }
}

const nameOf = (path: readonly string[]): string => path.join('/');

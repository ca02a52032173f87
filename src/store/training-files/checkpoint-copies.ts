// Which checkpoints of an attempt are where they are to go, so that each goes there when it is
// written and not again. What its container may still be writing waits until it rests. It removes
// nothing anywhere.

import { mostObjects } from './download.ts';
import { ChangedFile, LeftFile, plainFiles } from './left-files.ts';
import { storeFile } from './places.ts';
import type { Place } from './places.ts';

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
    for await (const { name, file } of this.#files()) this.#stored.set(name, file.stamp);
  }

  /** Stores what the last look found as it is now; what is written to meanwhile is for the next. */
  async storeWhatRests(place: Place, signal: AbortSignal): Promise<void> {
    const seen = new Map<string, string>();
    for await (const { name, path, file } of this.#files()) {
      if (seen.size === mostObjects) break;
      seen.set(name, file.stamp);
      if (this.#seen.get(name) !== file.stamp) continue;
      await this.#store(place, { name, path, file }, signal).catch((error: unknown) => {
        if (!(error instanceof ChangedFile)) throw error;
      });
    }
    this.#seen = seen;
  }

  /** Nobody writes any more. */
  async storeAll(place: Place, signal: AbortSignal): Promise<void> {
    for await (const each of this.#files()) await this.#store(place, each, signal);
  }

  async #store(place: Place, { name, path, file }: Checkpoint, signal: AbortSignal): Promise<void> {
    if (this.#stored.get(name) === file.stamp) return;
    await storeFile(place, path, file, signal);
    this.#stored.set(name, file.stamp);
  }

  /** Each is open until the next. */
  async *#files(): AsyncGenerator<Checkpoint> {
    for await (const path of plainFiles(this.#directory, ['checkpoints'])) {
      await using file = await LeftFile.open(this.#directory, path);
      const below = path.slice(1);
      if (file !== undefined) yield { name: below.join('/'), path: below, file };
    }
  }
}

interface Checkpoint {
  readonly name: string;
  readonly path: readonly string[];
  readonly file: LeftFile;
}

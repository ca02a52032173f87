// A bounded number of open files for an unbounded number of streams: files are opened when they are used, and the one that
// was not used for longest is closed. It knows paths, not what is in them.

import { close, open } from 'node:fs';
import { promisify } from 'node:util';

const openFile = promisify(open);
const closeFile = promisify(close);

interface Entry {
  readonly opened: Promise<number>;
  users: number;
  /** Forgotten while in use: closed by its last user. */
  forgotten: boolean;
}

export class DescriptorPool {
  readonly #most: number;
  /** In order of last use. */
  readonly #entries = new Map<string, Entry>();

  /** Keeps up to `most` files open; more only while more are in use at once. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Runs `act` with a descriptor that stays open until it ends. Rejects with ENOENT and the like if it cannot be opened. */
  async use<T>(path: string, flags: number, act: (descriptor: number) => Promise<T>): Promise<T> {
    const entry = this.#entries.get(path) ?? { opened: openFile(path, flags, 0o600), users: 0, forgotten: false };
    this.#entries.delete(path);
    this.#entries.set(path, entry);
    entry.users++;
    try {
      return await act(await this.#opened(path, entry));
    } finally {
      entry.users--;
      if (entry.forgotten) await closeUnused(entry);
      else if (this.#entries.size > this.#most) await this.#closeOldest();
    }
  }

  async #opened(path: string, entry: Entry): Promise<number> {
    try {
      return await entry.opened;
    } catch (error) {
      if (this.#entries.get(path) === entry) this.#entries.delete(path);
      entry.forgotten = true;
      throw error;
    }
  }

  async #closeOldest(): Promise<void> {
    for (const [path, entry] of this.#entries) {
      if (entry.users > 0) continue;
      await this.forget(path);
      return;
    }
  }

  /** The path's file is opened anew at its next use. */
  async forget(path: string): Promise<void> {
    const entry = this.#entries.get(path);
    if (entry === undefined) return;
    this.#entries.delete(path);
    entry.forgotten = true;
    await closeUnused(entry);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((path) => this.forget(path)));
  }
}

async function closeUnused(entry: Entry): Promise<void> {
  if (entry.users > 0) return;
  const descriptor = await entry.opened.catch(() => undefined);
  if (descriptor !== undefined) await closeFile(descriptor);
}

// A bounded number of open files for an unbounded number of streams: files are opened when they are
// used, and the one that was not used for longest is closed. Who finds all of them in use waits for
// one. It knows paths, not what is in them.

import { close, open } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { SinkBusy } from '../../port/log-sink.ts';

const openFile = promisify(open);
const closeFile = promisify(close);

/**
 * How often, and after what pause, a file is tried again of which the process, or the machine, has
 * too many open.
 */
const tries = 20;
const triesAfterMs = 100;
const isTooMany = (error: unknown): boolean =>
  ['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '');

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
  /** Uses that are under way, and those that wait. */
  #using = 0;
  readonly #waiting: (() => void)[] = [];

  /** Keeps up to `most` files open. */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Runs `act`, which uses others of the pool by {@link useBeside} alone, with a descriptor that
   * stays open until it ends. Rejects with ENOENT and the like if it cannot be opened, and with
   * {@link SinkBusy} where too many files are open beside the pool's.
   */
  async use<T>(path: string, flags: number, act: (descriptor: number) => Promise<T>): Promise<T> {
    if (this.#using >= this.#most)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#using++;
    try {
      return await this.#use(path, flags, act);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#using--;
      else next();
    }
  }

  /** For whoever uses a file of the pool already: a second one, for which nobody waits. */
  useBeside<T>(path: string, flags: number, act: (descriptor: number) => Promise<T>): Promise<T> {
    return this.#use(path, flags, act);
  }

  async #use<T>(path: string, flags: number, act: (descriptor: number) => Promise<T>): Promise<T> {
    const entry = this.#entries.get(path) ?? {
      opened: this.#open(path, flags),
      users: 0,
      forgotten: false,
    };
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

  async #open(path: string, flags: number): Promise<number> {
    for (let tried = 1; ; tried++) {
      if (this.#entries.size > this.#most) await this.#closeOldest();
      try {
        return await openFile(path, flags, 0o600);
      } catch (error) {
        if (!isTooMany(error)) throw error;
        if (tried === tries) throw new SinkBusy('too many files are open');
        await this.#closeOldest();
        await pause(triesAfterMs);
      }
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

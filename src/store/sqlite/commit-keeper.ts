// What keeps committed work safe beside the transactions themselves: the note of how many commits
// there were, and checkpoints while nothing is committed, so that little rests on the write-ahead
// log alone. It writes no row.

import type { DatabaseSync } from 'node:sqlite';
import { CommitMark, OlderDatabase, type Commits } from './commit-mark.ts';

/**
 * How far the note may be behind while commits come, and after how long without one the log goes
 * into the database.
 */
const markEveryMs = 1_000;
const idleMs = 2_000;

export class CommitKeeper {
  readonly #database: DatabaseSync;
  readonly #mark: CommitMark;
  #commits: Commits;
  /** All is in the database itself, and noted. */
  #settled = true;
  #markedAtMs = 0;
  #committedAtMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * Throws {@link OlderDatabase} where the note says more than the database knows, unless that is
   * accepted.
   */
  constructor(
    database: DatabaseSync,
    path: string,
    known: Commits,
    { acceptOlder }: { readonly acceptOlder: boolean },
  ) {
    this.#database = database;
    this.#commits = known;
    this.#mark = new CommitMark(`${path}-mark`);
    const noted = this.#mark.read();
    if (noted !== undefined && noted.count > known.count && !acceptOlder) {
      this.#mark.close();
      throw new OlderDatabase(known.count, noted);
    }
    this.#settle();
  }

  /** A commit has become durable. */
  committed(atMs: number): void {
    this.#commits = { count: this.#commits.count + 1, atMs: Math.max(this.#commits.atMs, atMs) };
    this.#committedAtMs = performance.now();
    // The first one behind a checkpoint is noted at once: what is lost with the log is seen to be
    // lost.
    if (this.#settled || this.#committedAtMs - this.#markedAtMs >= markEveryMs) this.#note();
    this.#settled = false;
    this.#timer ??= setTimeout(this.#look, idleMs).unref();
  }

  #note(): void {
    this.#markedAtMs = performance.now();
    try {
      this.#mark.write(this.#commits);
    } catch {
      // A disk that is full: the note stays behind, which is no lie.
    }
  }

  readonly #look = (): void => {
    const idleForMs = performance.now() - this.#committedAtMs;
    this.#timer =
      idleForMs < idleMs ? setTimeout(this.#look, idleMs - idleForMs + 1).unref() : undefined;
    if (this.#timer === undefined) this.#settle();
  };

  /**
   * The log's file keeps its size: where the disk is full, what it has is what the next commits are
   * written into.
   */
  #settle(): void {
    try {
      this.#database.exec('PRAGMA wal_checkpoint(RESTART)');
      this.#settled = true;
    } catch {
      // No room in the database for what the log holds: it stays there.
    }
    this.#note();
  }

  /** Before the database is closed, which takes the log in. */
  close(): void {
    clearTimeout(this.#timer);
    this.#note();
    this.#mark.close();
  }
}

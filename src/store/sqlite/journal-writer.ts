// Writes the journal: what a commit changed of jobs' statuses, in the commit itself, and trims it.
// Who follows it, and how long a row is kept, others decide.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Commit, JournalRow } from '../../port/store.ts';
import type { TableWrite } from '../../port/table.ts';

/** Who follows is mostly not farther behind, and need not have them read. */
const mostRecent = 1_000;

export class JournalWriter {
  /** The last rows that are durable, without a gap. */
  #recent: JournalRow[] = [];
  /** Those of the commit under way. */
  #written: JournalRow[] = [];
  readonly #sql: ReturnType<typeof prepare>;

  constructor(database: DatabaseSync) {
    this.#sql = prepare(database);
  }

  keep({ atMs, transitions, journal }: Commit): void {
    this.#written = [];
    if (journal === 'ends') this.#insert(atMs, undefined);
    if (journal === 'on') for (const transition of transitions) this.#insert(atMs, transition);
  }

  #insert(atMs: number, transition: JournalRow['transition']): void {
    const body = transition === undefined ? null : JSON.stringify(transition);
    const { lastInsertRowid } = this.#sql.insert.run(atMs, body);
    this.#written.push({ number: Number(lastInsertRowid), atMs, transition });
  }

  /** What was kept last is durable. */
  committed(): void {
    this.#recent.push(...this.#written);
    this.#written = [];
    if (this.#recent.length > 2 * mostRecent) this.#recent = this.#recent.slice(-mostRecent);
  }

  /** The rows above a number, where all of them are at hand; undefined: they are to be read. */
  recentAbove(number: number, limit: number): readonly JournalRow[] | undefined {
    const first = this.#recent[0]?.number;
    if (first === undefined || number + 1 < first) return undefined;
    return this.#recent.slice(number + 1 - first, number + 1 - first + limit);
  }

  /** Answers whether any was removed. */
  trim({ upTo, beforeMs, maxRows }: TableWrite & { table: 'journal' }): boolean {
    const isTrimmed = this.#sql.trim.run(maxRows, upTo, beforeMs).changes > 0;
    if (isTrimmed) this.#recent = [];
    return isTrimmed;
  }
}

function prepare(database: DatabaseSync) {
  const sql = (text: string): StatementSync => database.prepare(text);
  return {
    insert: sql('INSERT INTO journal (at, body) VALUES (?, ?)'),
    trim: sql(
      `DELETE FROM journal WHERE number IN (
        SELECT number FROM (SELECT number, at FROM journal ORDER BY number LIMIT ?) WHERE number <= ? OR at < ?
      ) AND number < (SELECT max(number) FROM journal)`,
    ),
  };
}

// Writes the journal: what a commit changed of jobs' statuses, in the commit itself, and trims it.
// Who follows it, and how long a row is kept, others decide.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Commit } from '../../port/store.ts';
import type { TableWrite } from '../../port/table.ts';

export class JournalWriter {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(database: DatabaseSync) {
    this.#sql = prepare(database);
  }

  keep({ atMs, transitions, journal }: Commit): void {
    if (journal === 'ends') this.#sql.insert.run(atMs, null);
    if (journal !== 'on') return;
    for (const transition of transitions) this.#sql.insert.run(atMs, JSON.stringify(transition));
  }

  /** Answers whether any was removed. */
  trim({ upTo, beforeMs, maxRows }: TableWrite & { table: 'journal' }): boolean {
    return this.#sql.trim.run(maxRows, upTo, beforeMs).changes > 0;
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

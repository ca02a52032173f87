// Writes events into archives, with how many they are and how large, and removes the oldest. It
// runs inside the store's transaction and knows no rule.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { NewArchivedEvent } from '../../port/archive.ts';
import type { TableWrite } from '../../port/table.ts';

/** Archives whose numbers are remembered; others' are looked up. */
const mostArchives = 1_000;

export class ArchiveWriter {
  readonly #sql: ReturnType<typeof prepare>;
  /** Numbers of archives, by their ids. */
  readonly #numbers = new Map<string, number>();

  constructor(database: DatabaseSync) {
    this.#sql = prepare(database);
  }

  keep(events: readonly NewArchivedEvent[]): void {
    for (const [archive, kept] of Map.groupBy(events, (event) => event.archive)) {
      const number = this.#number(archive);
      let bytes = 0;
      for (const { atMs, body } of kept) {
        this.#sql.add.run(number, atMs, body);
        bytes += Buffer.byteLength(body);
      }
      this.#sql.count.run(kept.length, bytes, number);
    }
  }

  #number(archive: string): number {
    const known = this.#numbers.get(archive);
    if (known !== undefined) return known;
    const row = this.#sql.find.get(archive) as { number: number } | undefined;
    const number = row?.number ?? Number(this.#sql.make.run(archive).lastInsertRowid);
    if (this.#numbers.size >= mostArchives) this.#numbers.clear();
    this.#numbers.set(archive, number);
    return number;
  }

  /** Answers whether anything was removed. */
  trim({ archive, beforeMs, maxRows }: TableWrite & { table: 'archive' }): boolean {
    const { number } = (this.#sql.find.get(archive) ?? {}) as { number?: number };
    if (number === undefined) return false;
    const removed = this.#sql.trim.all(
      number,
      beforeMs ?? Number.MAX_SAFE_INTEGER,
      maxRows,
    ) as unknown as { bytes: number }[];
    const bytes = removed.reduce((sum, row) => sum + row.bytes, 0);
    this.#sql.count.run(-removed.length, -bytes, number);
    if (removed.length > 0) return true;
    if (beforeMs !== undefined) return false;
    this.#sql.forget.run(number);
    this.#numbers.delete(archive);
    return true;
  }

  /** A transaction was given up: what was given a number in it has none. */
  forgetAll(): void {
    this.#numbers.clear();
  }
}

function prepare(database: DatabaseSync) {
  const sql = (text: string): StatementSync => database.prepare(text);
  return {
    find: sql('SELECT number FROM archive WHERE id = ?'),
    make: sql('INSERT INTO archive (id, events, bytes) VALUES (?, 0, 0)'),
    count: sql('UPDATE archive SET events = events + ?, bytes = bytes + ? WHERE number = ?'),
    forget: sql('DELETE FROM archive WHERE number = ?'),
    add: sql('INSERT INTO archived_event (archive, at, body) VALUES (?, ?, ?)'),
    trim: sql(
      `DELETE FROM archived_event WHERE number IN (
        SELECT number FROM archived_event WHERE archive = ? AND at < ? ORDER BY at, number LIMIT ?
      ) RETURNING octet_length(body) AS bytes`,
    ),
  };
}

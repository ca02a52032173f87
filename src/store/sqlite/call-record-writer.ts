// Writes the records of calls: those of changes in the commit of the change, and in batches what is
// told of them later, and all others. Runs inside the commit that it is part of. What a record
// says, and when it may go, others decide.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { CallRecord } from '../../base/call-record.ts';
import type { Commit } from '../../port/store.ts';
import type { TableWrite } from '../../port/table.ts';

export class CallRecordWriter {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(database: DatabaseSync) {
    this.#sql = prepare(database);
  }

  /** The numbers that the records have as soon as the commit is durable. */
  keep({ atMs, entries }: Commit): ReadonlyMap<CallRecord, number> {
    const numbers = new Map<CallRecord, number>();
    for (const { record } of entries) {
      if (record === undefined || record.number !== undefined || numbers.has(record)) continue;
      const { lastInsertRowid } = this.#sql.insert.run(record.scope, atMs, record.text());
      numbers.set(record, Number(lastInsertRowid));
    }
    return numbers;
  }

  add({ records, outcomes }: TableWrite & { write: 'add' }): void {
    for (const { scope, atMs, call } of records) this.#sql.insert.run(scope, atMs, call);
    for (const { number, outcome } of outcomes) this.#sql.complete.run(number, outcome);
  }

  /** Answers whether any was removed. */
  expire({ beforeMs, maxRows }: TableWrite & { table: 'call-record'; write: 'expire' }): boolean {
    const sql = this.#sql;
    // By number: those of a clock that was set back go with the older ones around them.
    const rows = sql.oldest.all(maxRows) as { number: number; at: number }[];
    const kept = rows.findIndex(({ at }) => at >= beforeMs);
    const last = rows.at(kept === -1 ? -1 : kept - 1);
    if (kept === 0 || last === undefined) return false;
    sql.removeOutcomes.run(last.number);
    sql.remove.run(last.number);
    return true;
  }
}

function prepare(database: DatabaseSync) {
  const sql = (text: string): StatementSync => database.prepare(text);
  return {
    insert: sql('INSERT INTO call_record (scope, at, call) VALUES (?, ?, ?)'),
    complete: sql(
      'INSERT INTO call_outcome (number, outcome) VALUES (?, ?) ON CONFLICT (number) DO NOTHING',
    ),
    oldest: sql('SELECT number, at FROM call_record ORDER BY number LIMIT ?'),
    remove: sql('DELETE FROM call_record WHERE number <= ?'),
    removeOutcomes: sql('DELETE FROM call_outcome WHERE number <= ?'),
  };
}

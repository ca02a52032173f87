// Lists of the records of calls: newest first, as many as match, of so many that are looked at. It
// knows nothing of what a record says.

import { limit } from '../../core/limit.ts';
import type { RecordListQuery, RecordReader } from '../../port/reader.ts';
import type { CallRecordPlace, CallRecordReader, CallRecordRow } from '../../port/store.ts';
import type { Sliced, Slices } from './slices.ts';

type RecordPage = Awaited<ReturnType<RecordReader['list']>>;

export class StoredRecordReader implements RecordReader {
  readonly #store: Pick<CallRecordReader, 'callRecord' | 'lastCallRecord' | 'newestCallRecords'>;
  readonly #slices: Slices;

  constructor(store: CallRecordReader, slices: Slices) {
    this.#store = store;
    this.#slices = slices;
  }

  one(number: number): CallRecordRow | undefined {
    return this.#store.callRecord(number);
  }

  last(): number {
    return this.#store.lastCallRecord();
  }

  list(query: RecordListQuery): Promise<RecordPage> {
    return this.#slices.run(this.#page(query));
  }

  *#page({ matches, limit: most, ...query }: RecordListQuery): Sliced<RecordPage> {
    const found: CallRecordRow[] = [];
    let after: CallRecordPlace | undefined = query.after;
    for (let lookedAt = 0; lookedAt < limit.recordsLookedAt; lookedAt += limit.recordsPerSlice) {
      if (lookedAt > 0) yield;
      const rows = this.#store.newestCallRecords({
        ...query,
        after,
        limit: limit.recordsPerSlice,
      });
      for (const row of rows) {
        // Only where there is one more is there a next page.
        if (matches(row)) {
          if (found.length === most) return { rows: found, next: after };
          found.push(row);
        }
        after = { atMs: row.atMs, number: row.number };
      }
      if (rows.length < limit.recordsPerSlice) return { rows: found };
    }
    return { rows: found, next: after };
  }
}

// What every store must do with the records of calls: a part of the suite of stores.

import assert from 'node:assert/strict';
import { must } from '../../../src/base/assert.ts';
import type { CallRecord } from '../../../src/base/call-record.ts';
import { scopeOf } from '../../../src/base/ids.ts';
import type { Store } from '../../../src/port/store.ts';
import type { TableWrite, TableWriteOutcome } from '../../../src/port/table.ts';
import { commitOf } from '../commit.ts';

/** A test over a store that is empty, and can be opened anew. */
export type WithStore = (title: string, body: (store: Store, reopen: () => Store) => void) => void;

const scope = scopeOf('000000000000', 'us-east-1');
const other = scopeOf('111111111111', 'us-east-1');

export function callRecordContract(withStore: WithStore): void {
  withStore(
    'a record is written once with the first change, and has a number then',
    (store, reopen) => {
      const record: CallRecord = { scope, number: undefined, text: () => '{"call":1}' };
      const entry = { envelope: { part: 'test' }, command: 'test', record };
      store.commit(commitOf({ atMs: 5, entries: [entry, entry] }));
      const number = must(record.number, 'a record that is durable has a number');
      store.commit(commitOf({ atMs: 6, entries: [entry] }));
      const { reader } = reopen();
      assert.deepEqual(reader.callRecordsAbove(0, 10), [
        { number, scope, atMs: 5, call: '{"call":1}', outcome: undefined },
      ]);
    },
  );

  withStore(
    'records are completed once, listed newest first, and removed oldest first',
    (store) => {
      const { reader } = store;
      const add = (atMs: number, call: string, of = scope) => ({ scope: of, atMs, call });
      const write = (tableWrite: TableWrite): TableWriteOutcome | undefined =>
        store.commit(commitOf({ tableWrites: [tableWrite] }))[0];
      assert.equal(reader.firstCallRecordAtMs(), undefined);
      write({
        table: 'call-record',
        write: 'add',
        records: [add(10, 'a'), add(20, 'b'), add(20, 'c'), add(15, 'd', other), add(30, 'e')],
        outcomes: [],
      });
      const [first] = reader.callRecordsAbove(0, 1);
      const { number } = must(first, 'a record was written');
      for (const outcome of ['is', 'is not'])
        write({ table: 'call-record', write: 'add', records: [], outcomes: [{ number, outcome }] });
      assert.deepEqual(reader.callRecord(number), {
        number,
        scope,
        atMs: 10,
        call: 'a',
        outcome: 'is',
      });
      const calls = (query: Partial<Parameters<typeof reader.newestCallRecords>[0]> = {}): string =>
        reader
          .newestCallRecords({ scope, limit: 10, ...query })
          .map(({ call }) => call)
          .join('');
      assert.equal(calls(), 'ecba');
      assert.equal(calls({ limit: 2 }), 'ec');
      assert.equal(calls({ fromMs: 20, toMs: 20 }), 'cb');
      assert.equal(calls({ after: { atMs: 20, number: number + 2 } }), 'ba');
      assert.equal(calls({ scope: other }), 'd');
      assert.equal(
        reader
          .callRecordsAbove(number + 1, 2)
          .map(({ call }) => call)
          .join(''),
        'cd',
      );
      const expire = (beforeMs: number, maxRows = 10): TableWriteOutcome | undefined =>
        write({ table: 'call-record', write: 'expire', beforeMs, maxRows });
      assert.equal(expire(10), 'absent');
      assert.equal(reader.firstCallRecordAtMs(), 10);
      assert.equal(expire(21, 2), 'done');
      assert.equal(calls(), 'ec');
      assert.equal(reader.callRecord(number), undefined);
      assert.equal(expire(31), 'done');
      assert.equal(expire(31), 'absent');
      write({ table: 'call-record', write: 'add', records: [add(40, 'f')], outcomes: [] });
      // No number is given twice.
      assert.deepEqual(
        reader.callRecordsAbove(0, 10).map((row) => row.number - number),
        [5],
      );
    },
  );
}

// What every store must do with archives of events: a part of the suite of stores.

import assert from 'node:assert/strict';
import type { NewArchivedEvent } from '../../../src/port/archive.ts';
import type { Store } from '../../../src/port/store.ts';
import type { TableWriteOutcome } from '../../../src/port/table.ts';
import { commitOf } from '../commit.ts';
import type { WithStore } from './call-record-contract.ts';

const keep = (store: Store, ...archived: NewArchivedEvent[]): void =>
  void store.commit(commitOf({ tableWrites: [{ table: 'outbox', write: 'change', archived }] }));

const trim = (
  store: Store,
  archive: string,
  maxRows: number,
  beforeMs?: number,
): TableWriteOutcome | undefined =>
  store.commit(
    commitOf({ tableWrites: [{ table: 'archive', write: 'trim', archive, beforeMs, maxRows }] }),
  )[0];

const event = (archive: string, atMs: number, body: string): NewArchivedEvent => ({
  archive,
  atMs,
  body,
});

const all = { fromMs: 0, toMs: 1_000, limit: 100, bytes: 1_000 };

export function archiveContract(withStore: WithStore): void {
  withStore('archives have their events in the order of time, and of coming', (store, reopen) => {
    keep(store, event('a', 20, '1'), event('b', 15, 'b'), event('a', 10, '2'));
    keep(store, event('a', 20, '3'), event('a', 30, 'é'));
    const { archives } = reopen().reader;
    const bodies = (more: object): string[] =>
      archives.archivedEvents({ archive: 'a', ...all, ...more }).map(({ body }) => body);
    assert.deepEqual(bodies({}), ['2', '1', '3', 'é']);
    assert.deepEqual(bodies({ fromMs: 20, toMs: 30 }), ['1', '3']);
    assert.deepEqual(bodies({ limit: 2 }), ['2', '1']);
    assert.deepEqual(bodies({ bytes: 2 }), ['2', '1'], 'no more than have so many bytes');
    assert.deepEqual(bodies({ bytes: 0 }), ['2'], 'one at least');
    const [first, second] = archives.archivedEvents({ archive: 'a', ...all });
    assert.equal(first?.atMs, 10);
    assert.deepEqual(bodies({ after: first }), ['1', '3', 'é']);
    assert.deepEqual(bodies({ after: second }), ['3', 'é']);
    assert.deepEqual(archives.archivedEvents({ archive: 'none', ...all }), []);
    assert.deepEqual(archives.archives(), [
      { archive: 'a', firstAtMs: 10 },
      { archive: 'b', firstAtMs: 15 },
    ]);
  });

  withStore('archives know how many events they have, and how large', (store, reopen) => {
    keep(store, event('a', 10, 'xé'), event('a', 20, 'x'), event('a', 30, 'x'));
    const size = (of: Store) => of.reader.archives.archiveSize('a');
    assert.deepEqual(size(store), { events: 3, bytes: 5 });
    assert.deepEqual(store.reader.archives.archiveSize('none'), { events: 0, bytes: 0 });
    assert.equal(trim(store, 'a', 10, 20), 'done');
    assert.deepEqual(size(reopen()), { events: 2, bytes: 2 });
  });

  withStore('archives lose their oldest events, some at a time, and go with the last', (store) => {
    const { archives } = store.reader;
    keep(store, event('a', 10, '1'), event('a', 20, '2'), event('a', 30, '3'), event('b', 1, 'b'));
    const left = (): string[] =>
      archives.archivedEvents({ archive: 'a', ...all }).map(({ body }) => body);
    assert.equal(trim(store, 'a', 1, 30), 'done');
    assert.deepEqual(left(), ['2', '3']);
    assert.equal(trim(store, 'a', 5, 30), 'done');
    assert.equal(trim(store, 'a', 5, 30), 'absent');
    assert.deepEqual(left(), ['3']);
    assert.equal(trim(store, 'a', 5), 'done');
    assert.deepEqual(archives.archives(), [
      { archive: 'a', firstAtMs: undefined },
      { archive: 'b', firstAtMs: 1 },
    ]);
    assert.equal(trim(store, 'a', 5), 'done');
    assert.equal(trim(store, 'a', 5), 'absent');
    assert.deepEqual(archives.archives(), [{ archive: 'b', firstAtMs: 1 }]);
    keep(store, event('a', 5, 'new'));
    assert.deepEqual(left(), ['new']);
  });
}

// What every store must do with the journal: a part of the suite of stores.

import assert from 'node:assert/strict';
import { arn, jobId, scopeOf } from '../../../src/base/ids.ts';
import type { Transition } from '../../../src/core/turn/transition.ts';
import type { Store } from '../../../src/port/store.ts';
import type { TableWriteOutcome } from '../../../src/port/table.ts';
import { commitOf } from '../commit.ts';
import type { WithStore } from './call-record-contract.ts';

const id = jobId('j');
const queueArn = arn('arn:aws:batch:us-east-1:000000000000:job-queue/q');
const of = (atMs: number): Transition => ({
  jobId: id,
  from: 'STARTING',
  to: 'FAILED',
  atMs,
  reason: 'why',
  job: {
    id,
    scope: scopeOf('000000000000', 'us-east-1'),
    queueArn,
    terms: { needs: { milliVcpu: 1_000, memoryMib: 64, gpus: 0 } },
    createdAtMs: 1,
    sequence: 1,
    attempts: [],
    status: 'FAILED',
    stoppedAtMs: atMs,
    statusReason: 'why',
  },
});

export function journalContract(withStore: WithStore): void {
  const told = ({ reader }: Store, number = 0, limit = 10): (number | undefined)[] =>
    reader.journalAbove(number, limit).map((row) => row.transition?.atMs);

  withStore('changes are in the journal where it is on, in their order', (store, reopen) => {
    const commit = (journal: 'on' | 'ends' | 'off', ...atMs: number[]) =>
      store.commit(commitOf({ atMs: atMs[0] ?? 0, journal, transitions: atMs.map(of) }));
    commit('off', 1);
    assert.equal(store.reader.journalEnds(), undefined);
    commit('on', 2, 3);
    commit('on', 4);
    // The mark of the end stands for what is not told.
    commit('ends', 5);
    commit('off', 6);
    commit('on', 7);
    const again = reopen();
    assert.deepEqual(told(again), [2, 3, 4, undefined, 7]);
    const [first, ...rest] = again.reader.journalAbove(0, 10);
    assert.deepEqual(first, { number: first?.number, atMs: 2, transition: of(2) });
    assert.deepEqual(
      rest.map(({ number }) => number - (first?.number ?? 0)),
      [1, 2, 3, 4],
    );
    assert.deepEqual(told(again, first?.number, 2), [3, 4]);
    const ends = again.reader.journalEnds();
    assert.deepEqual([ends?.first.atMs, ends?.last.atMs], [2, 7]);
  });

  withStore('the journal is trimmed from its beginning, never its last row', (store) => {
    const transitions = [10, 20, 30, 40];
    for (const atMs of transitions)
      store.commit(commitOf({ atMs, journal: 'on', transitions: [of(atMs)] }));
    const last = store.reader.journalEnds()?.last.number ?? 0;
    const trim = (upTo: number, beforeMs: number, maxRows = 10): TableWriteOutcome | undefined =>
      store.commit(
        commitOf({ tableWrites: [{ table: 'journal', write: 'trim', upTo, beforeMs, maxRows }] }),
      )[0];
    assert.equal(trim(0, 10), 'absent');
    assert.equal(trim(last - 2, 0, 1), 'done');
    assert.deepEqual(told(store), [20, 30, 40]);
    assert.equal(trim(0, 21), 'done');
    assert.deepEqual(told(store), [30, 40]);
    assert.equal(trim(last, 1_000), 'done');
    assert.deepEqual(told(store), [40]);
    assert.equal(trim(last, 1_000), 'absent');
    store.commit(commitOf({ atMs: 50, journal: 'on', transitions: [of(50)] }));
    assert.equal(store.reader.journalEnds()?.last.number, last + 1);
  });
}

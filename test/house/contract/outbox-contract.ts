// What every store must do with what is on its way: a part of the suite of stores.

import assert from 'node:assert/strict';
import { scopeOf } from '../../../src/base/ids.ts';
import type { Lane, NewBusEvent, StoredDelivery } from '../../../src/port/delivery.ts';
import type { Store } from '../../../src/port/store.ts';
import type { OutboxChange } from '../../../src/port/table.ts';
import { commitOf } from '../commit.ts';
import type { WithStore } from './call-record-contract.ts';

const scope = scopeOf('000000000000', 'us-east-1');
const elsewhere = scopeOf('000000000000', 'eu-west-1');
const lane: Lane = { kind: 'rule-target', id: 'default/rule/1' };

const change = (store: Store, what: OutboxChange): void => {
  const outcomes = store.commit(
    commitOf({ tableWrites: [{ table: 'outbox', write: 'change', ...what }] }),
  );
  assert.deepEqual(outcomes, ['done']);
};

const delivery = (number: number, more: Partial<StoredDelivery> = {}): StoredDelivery => ({
  number,
  scope,
  lane,
  key: undefined,
  sinceMs: 1_000 + number,
  body: `{"number":${number}}`,
  ...more,
});

const busEvent = (id: string): NewBusEvent => ({ scope, bus: 'default', atMs: 5, event: { id } });

export function outboxContract(withStore: WithStore): void {
  withStore(
    'deliveries wait in their lanes, in their order, until they are removed',
    (store, reopen) => {
      const other = delivery(2, { lane: { ...lane, id: 'default/rule/2' }, key: 'job' });
      const foreign = delivery(3, { scope: elsewhere });
      change(store, { addDeliveries: [delivery(1), other, foreign, delivery(4), delivery(5)] });
      const { outbox } = reopen().reader;
      assert.equal(outbox.lastDelivery(), 5);
      assert.equal(outbox.countDeliveries(), 5);
      assert.deepEqual(outbox.waitingLanes(), [
        { scope, lane },
        { scope, lane: other.lane },
        { scope: elsewhere, lane },
      ]);
      const above = (number: number, limit = 10) =>
        outbox.deliveriesAbove({ scope, lane, number, limit });
      assert.deepEqual(above(0), [delivery(1), delivery(4), delivery(5)]);
      assert.deepEqual(above(1, 1), [delivery(4)]);
      assert.deepEqual(outbox.delivery(2), other);
      assert.equal(outbox.delivery(6), undefined);
      assert.deepEqual(
        outbox.deliveriesAbove({ scope, lane: { kind: 'x', id: 'y' }, number: 0, limit: 9 }),
        [],
      );
    },
  );

  withStore('what is large is read some at a time, and not kept in memory', (store, reopen) => {
    const body = 'x'.repeat(1_000_000);
    const large = { scope, bus: 'default', atMs: 5, event: { body } };
    for (let number = 1; number <= 50; number++)
      change(store, {
        addDeliveries: [delivery(number, { body })],
        putEvents: [{ atMs: 5, what: { event: large } }],
      });
    const all = (read: (above: number) => readonly { readonly number: number }[]): number => {
      let above = 0;
      for (let page = read(0); page.length > 0; page = read(above)) {
        assert.ok(page.length < 40, `${page.length} at a time`);
        above = page.at(-1)?.number ?? 0;
      }
      return above;
    };
    for (const open of [() => store, reopen]) {
      const { outbox } = open().reader;
      assert.equal(
        all((number) => outbox.deliveriesAbove({ scope, lane, number, limit: 50 })),
        50,
      );
      assert.equal(
        all((number) => outbox.busEventsAbove(number, 50)),
        50,
      );
    }
  });

  withStore('what has arrived goes, with what goes out instead, and its lane', (store, reopen) => {
    change(store, { addDeliveries: [delivery(1), delivery(2)] });
    const letter = delivery(3, { lane: { kind: 'dead-letter', id: 'queue' } });
    change(store, { removeDeliveries: [1, 2, 99], addDeliveries: [letter] });
    const again = reopen();
    assert.deepEqual(again.reader.outbox.waitingLanes(), [{ scope, lane: letter.lane }]);
    change(again, { removeDeliveries: [3], addDeliveries: [delivery(4)] });
    assert.deepEqual(again.reader.outbox.waitingLanes(), [{ scope, lane }]);
  });

  withStore('events wait for rules, in the order of their commits', (store, reopen) => {
    const ids = ({ reader }: Store, above = 0, limit = 10) =>
      reader.outbox
        .busEventsAbove(above, limit)
        .map(({ what }) => 'event' in what && (what.event.event as { id: string }).id);
    store.commit(commitOf({ busEvents: [{ atMs: 5, what: { event: busEvent('a') } }] }));
    change(store, { putEvents: [{ atMs: 6, what: { event: busEvent('b') } }] });
    store.commit(commitOf({ busEvents: [{ atMs: 7, what: { event: busEvent('c') } }] }));
    assert.deepEqual(ids(store), ['a', 'b', 'c']);
    const again = reopen();
    assert.deepEqual(ids(again), ['a', 'b', 'c']);
    const [first, second] = again.reader.outbox.busEventsAbove(0, 10);
    assert.deepEqual(first, { number: first?.number, atMs: 5, what: { event: busEvent('a') } });
    assert.deepEqual(ids(again, first?.number, 1), ['b']);
    change(again, { putEvents: [{ atMs: 8, what: { event: busEvent('d') } }] });
    assert.deepEqual(ids(again, second?.number), ['c', 'd']);
    change(again, { removeEvents: [first?.number ?? 0, second?.number ?? 0] });
    assert.deepEqual(ids(again), ['c', 'd']);
    assert.deepEqual(ids(reopen()), ['c', 'd']);
  });

  withStore('schedules have fired up to a time, until their mark goes', (store, reopen) => {
    change(store, {
      marks: [
        { schedule: 'one', firedUpToMs: 10 },
        { schedule: 'two', firedUpToMs: 20 },
      ],
    });
    change(store, { marks: [{ schedule: 'one', firedUpToMs: 30 }] });
    change(store, { marks: [{ schedule: 'two', firedUpToMs: undefined }] });
    const { outbox } = reopen().reader;
    assert.equal(outbox.firedUpToMs('one'), 30);
    assert.equal(outbox.firedUpToMs('two'), undefined);
  });
}

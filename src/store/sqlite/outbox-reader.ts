// Reads of what is on its way: events of buses, deliveries by lane, and how far schedules have
// fired. Changes nothing.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Scope } from '../../base/ids.ts';
import type { BusEventRow, StoredDelivery } from '../../port/delivery.ts';
import type { OutboxReader } from '../../port/store.ts';
import type { OutboxWriter } from './outbox-writer.ts';

/** No page goes on beyond so many. */
const pageCharacters = 8_000_000;

interface DeliveryRow {
  number: number;
  scope: Scope;
  kind: string;
  name: string;
  key: string | null;
  since: number;
  body: string;
}

interface EventRow {
  number: number;
  at: number;
  body: string;
}

export class SqliteOutboxReader implements OutboxReader {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #writer: Pick<OutboxWriter, 'recentAbove'>;

  constructor(database: DatabaseSync, writer: Pick<OutboxWriter, 'recentAbove'>) {
    this.#writer = writer;
    this.#sql = prepare(database);
  }

  busEventsAbove(number: number, most: number): readonly BusEventRow[] {
    const recent = this.#writer.recentAbove(number, most);
    if (recent !== undefined) return recent;
    const rows = this.#sql.busEvents.iterate(number, most) as Iterable<EventRow>;
    return untilLarge(rows).map(({ number: of, at, body }) => ({
      number: of,
      atMs: at,
      what: JSON.parse(body) as BusEventRow['what'],
    }));
  }

  lastDelivery(): number {
    const { last } = this.#sql.last.get() as { last: number | null };
    return last ?? 0;
  }

  countDeliveries(): number {
    return (this.#sql.count.get() as { count: number }).count;
  }

  waitingLanes(): ReturnType<OutboxReader['waitingLanes']> {
    const rows = this.#sql.lanes.all() as { scope: Scope; kind: string; name: string }[];
    return rows.map(({ scope, kind, name }) => ({ scope, lane: { kind, id: name } }));
  }

  deliveriesAbove({
    scope,
    lane,
    number,
    limit: most,
  }: Parameters<OutboxReader['deliveriesAbove']>[0]): readonly StoredDelivery[] {
    const rows = this.#sql.deliveries.iterate(scope, lane.kind, lane.id, number, most);
    return untilLarge(rows as Iterable<unknown> as Iterable<DeliveryRow>).map(stored);
  }

  delivery(number: number): StoredDelivery | undefined {
    const row = this.#sql.delivery.get(number) as DeliveryRow | undefined;
    return row && stored(row);
  }

  firedUpToMs(schedule: string): number | undefined {
    return (this.#sql.firing.get(schedule) as { upTo: number } | undefined)?.upTo;
  }
}

/** No more once they are large together. */
function untilLarge<Row extends { readonly body: string }>(rows: Iterable<Row>): Row[] {
  const read: Row[] = [];
  let left = pageCharacters;
  for (const row of rows) {
    read.push(row);
    left -= row.body.length;
    if (left <= 0) break;
  }
  return read;
}

const stored = ({ number, scope, kind, name, key, since, body }: DeliveryRow): StoredDelivery => ({
  number,
  scope,
  lane: { kind, id: name },
  key: key ?? undefined,
  sinceMs: since,
  body,
});

const rows =
  'SELECT number, scope, kind, name, key, since, body FROM lane CROSS JOIN delivery ON delivery.lane = lane.id';

function prepare(database: DatabaseSync) {
  const sql = (text: string): StatementSync => database.prepare(text);
  return {
    busEvents: sql(
      'SELECT number, at, body FROM bus_event WHERE number > ? ORDER BY number LIMIT ?',
    ),
    count: sql('SELECT count(*) AS count FROM delivery'),
    last: sql('SELECT max(number) AS last FROM delivery'),
    lanes: sql(
      'SELECT scope, kind, name FROM lane WHERE EXISTS (SELECT 1 FROM delivery WHERE lane = lane.id) ORDER BY id',
    ),
    deliveries: sql(
      `${rows} WHERE scope = ? AND kind = ? AND name = ? AND number > ? ORDER BY number LIMIT ?`,
    ),
    delivery: sql(
      'SELECT number, scope, kind, name, key, since, body FROM delivery CROSS JOIN lane ON lane.id = delivery.lane WHERE number = ?',
    ),
    firing: sql('SELECT up_to AS upTo FROM firing WHERE schedule = ?'),
  };
}

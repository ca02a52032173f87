// Writes what is on its way: events of buses, deliveries by lane, and how far schedules have fired.
// It runs inside the store's transaction and knows no rule.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BusEventRow, NewBusEventRow, NewDelivery } from '../../port/delivery.ts';
import type { Commit } from '../../port/store.ts';
import type { OutboxChange } from '../../port/table.ts';

/** Whoever holds events against rules is mostly not farther behind. */
const mostRecent = 2_000;
/** Lanes whose numbers are remembered; others' are looked up. */
const mostLanes = 10_000;

export class OutboxWriter {
  readonly #sql: ReturnType<typeof prepare>;
  /** Numbers of lanes, by all that names them. */
  readonly #lanes = new Map<string, number>();
  #lastEvent: number;
  /** The last events that are durable, without a gap; and those of the commit under way. */
  #recent: BusEventRow[] = [];
  #written: BusEventRow[] = [];
  /** The highest that the commit under way removes. */
  #removedUpTo = 0;

  constructor(database: DatabaseSync) {
    this.#sql = prepare(database);
    const { last } = this.#sql.lastEvent.get() as { last: number | null };
    this.#lastEvent = last ?? 0;
    // Rules and subscriptions come and go; their lanes are named no more.
    database.exec(
      'DELETE FROM lane WHERE NOT EXISTS (SELECT 1 FROM delivery WHERE lane = lane.id)',
    );
  }

  keep({ busEvents }: Commit): void {
    for (const row of busEvents) this.#put(row);
  }

  change(change: OutboxChange): void {
    const sql = this.#sql;
    for (const row of change.putEvents ?? []) this.#put(row);
    for (const number of change.removeEvents ?? []) {
      sql.removeEvent.run(number);
      this.#removedUpTo = Math.max(this.#removedUpTo, number);
    }
    for (const each of change.addDeliveries ?? [])
      sql.add.run(each.number, this.#lane(each), each.key ?? null, each.sinceMs, each.body);
    for (const number of change.removeDeliveries ?? []) sql.remove.run(number);
    for (const { schedule, firedUpToMs } of change.marks ?? []) {
      if (firedUpToMs === undefined) sql.unmark.run(schedule);
      else sql.mark.run(schedule, firedUpToMs);
    }
  }

  #put(row: NewBusEventRow): void {
    const number = ++this.#lastEvent;
    this.#sql.putEvent.run(number, row.atMs, JSON.stringify(row.what));
    this.#written.push({ ...row, number });
  }

  /** What was written last is durable. */
  committed(): void {
    if (this.#removedUpTo > 0)
      this.#recent = this.#recent.filter(({ number }) => number > this.#removedUpTo);
    this.#removedUpTo = 0;
    this.#recent.push(...this.#written);
    this.#written = [];
    if (this.#recent.length > 2 * mostRecent) this.#recent = this.#recent.slice(-mostRecent);
  }

  /** The events above a number, where all of them are at hand; undefined: they are to be read. */
  recentAbove(number: number, limit: number): readonly BusEventRow[] | undefined {
    const first = this.#recent[0]?.number;
    if (first === undefined || number + 1 < first) return undefined;
    return this.#recent.slice(number + 1 - first, number + 1 - first + limit);
  }

  #lane({ scope, lane: { kind, id } }: NewDelivery): number {
    const name = `${scope} ${kind} ${id}`;
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const row = this.#sql.lane.get(scope, kind, id) as { id: number } | undefined;
    const number = row?.id ?? Number(this.#sql.addLane.run(scope, kind, id).lastInsertRowid);
    if (this.#lanes.size >= mostLanes) this.#lanes.clear();
    this.#lanes.set(name, number);
    return number;
  }

  /** A transaction was given up: what was given a number in it has none. */
  forgetAll(): void {
    this.#lanes.clear();
    this.#lastEvent -= this.#written.length;
    this.#written = [];
    this.#removedUpTo = 0;
  }
}

function prepare(database: DatabaseSync) {
  const sql = (text: string): StatementSync => database.prepare(text);
  return {
    lastEvent: sql('SELECT max(number) AS last FROM bus_event'),
    putEvent: sql('INSERT INTO bus_event (number, at, body) VALUES (?, ?, ?)'),
    removeEvent: sql('DELETE FROM bus_event WHERE number = ?'),
    lane: sql('SELECT id FROM lane WHERE scope = ? AND kind = ? AND name = ?'),
    addLane: sql('INSERT INTO lane (scope, kind, name) VALUES (?, ?, ?)'),
    add: sql('INSERT INTO delivery (number, lane, key, since, body) VALUES (?, ?, ?, ?, ?)'),
    remove: sql('DELETE FROM delivery WHERE number = ?'),
    mark: sql(
      'INSERT INTO firing (schedule, up_to) VALUES (?, ?) ON CONFLICT (schedule) DO UPDATE SET up_to = excluded.up_to',
    ),
    unmark: sql('DELETE FROM firing WHERE schedule = ?'),
  };
}

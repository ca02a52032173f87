// Writes what is on its way: events of buses, deliveries by lane, and how far schedules have fired.
// It runs inside the store's transaction and knows no rule.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BusEventRow, NewBusEventRow, NewDelivery } from '../../port/delivery.ts';
import type { Commit } from '../../port/store.ts';
import type { OutboxChange } from '../../port/table.ts';

/** Whoever holds events against rules is mostly not farther behind. */
const mostRecent = 4_000;
const mostRecentCharacters = 32_000_000;
/** Lanes whose numbers are remembered; others' are looked up. */
const mostLanes = 10_000;

interface Recent {
  readonly row: BusEventRow;
  readonly characters: number;
}

export class OutboxWriter {
  readonly #sql: ReturnType<typeof prepare>;
  /** Numbers of lanes, by all that names them. */
  readonly #lanes = new Map<string, number>();
  #lastEvent: number;
  /** The last events that are durable, without a gap; and those of the commit under way. */
  #recent: Recent[] = [];
  #written: Recent[] = [];
  /** Of the recent ones together. */
  #characters = 0;
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
    const body = JSON.stringify(row.what);
    this.#sql.putEvent.run(number, row.atMs, body);
    this.#written.push({ row: { ...row, number }, characters: body.length });
  }

  /** What was written last is durable. */
  committed(): void {
    this.#recent.push(...this.#written);
    for (const { characters } of this.#written) this.#characters += characters;
    this.#written = [];
    const upTo = this.#removedUpTo;
    this.#removedUpTo = 0;
    let gone = 0;
    for (const { row, characters } of this.#recent) {
      const isMany =
        this.#recent.length - gone > mostRecent || this.#characters > mostRecentCharacters;
      if (row.number > upTo && !isMany) break;
      this.#characters -= characters;
      gone++;
    }
    if (gone > 0) this.#recent.splice(0, gone);
  }

  /** The events above a number, where all of them are at hand; undefined: they are to be read. */
  recentAbove(number: number, most: number): readonly BusEventRow[] | undefined {
    const first = this.#recent[0]?.row.number;
    if (first === undefined || number + 1 < first) return undefined;
    const from = number + 1 - first;
    return this.#recent.slice(from, from + most).map(({ row }) => row);
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

// Events on their way to the rules of their buses: what commits and callers bring, stored until
// somebody has held it against the rules. It says which changes of jobs are worth storing, by what
// rules want, and knows no rule itself.

import type { Scope } from '../../base/ids.ts';
import type { Happening } from '../../core/turn/happening.ts';
import type { Transition } from '../../core/turn/transition.ts';
import type { CommandBus, Envelope } from '../../port/command-bus.ts';
import type { BusEventRow, NewBusEvent, NewBusEventRow, NewDelivery } from '../../port/delivery.ts';
import type { BusEvents, EventIntake, EventInterest } from '../../port/outbox.ts';
import type { OutboxReader } from '../../port/store.ts';
import type { Outbox } from './outbox.ts';

interface BusIntakeParts {
  readonly bus: Pick<CommandBus, 'write'>;
  readonly reader: OutboxReader;
  readonly outbox: Pick<Outbox, 'change'>;
  /** Absent: no rule wants anything. */
  readonly interest: EventInterest | undefined;
}

const envelope: Envelope = { part: 'rules' };
const nothing: readonly NewBusEventRow[] = [];
const nowhere: ReadonlySet<Scope> = new Set();

export class BusIntake implements EventIntake, BusEvents {
  readonly #parts: BusIntakeParts;
  #taken = 0;
  #isMore = false;
  #onMore: () => void = () => undefined;

  constructor(parts: BusIntakeParts) {
    this.#parts = parts;
  }

  /** Those of a commit's changes that are to be stored with it. */
  wanted(
    changes: readonly Transition[],
    happenings: readonly Happening[],
    nowMs: number,
  ): readonly NewBusEventRow[] {
    const { interest } = this.#parts;
    if (interest === undefined || changes.length + happenings.length === 0) return nothing;
    const rows: NewBusEventRow[] = [];
    for (const change of changes)
      // The first change of a job is its submission, of which no event is sent.
      if (change.from !== undefined && interest.wants(change))
        rows.push({ atMs: nowMs, what: { change } });
    for (const happening of happenings)
      if (interest.wantsBeside(happening)) rows.push({ atMs: nowMs, what: { happening } });
    if (rows.length > 0) this.#isMore = true;
    return rows;
  }

  /** Where rules want to be told of every queue that is blocked. */
  get blockedQueues(): ReadonlySet<Scope> {
    return this.#parts.interest?.blockedQueues ?? nowhere;
  }

  /** What was wanted of the commit before is durable. */
  committed(): void {
    if (!this.#isMore) return;
    this.#isMore = false;
    this.#onMore();
  }

  async put(events: readonly NewBusEvent[], by: Envelope): Promise<void> {
    const putEvents = events.map((event) => ({ atMs: event.atMs, what: { event } }));
    await this.#parts.bus.write({ table: 'outbox', write: 'change', putEvents }, by);
    this.#onMore();
  }

  take(most: number): readonly BusEventRow[] {
    const rows = this.#parts.reader.busEventsAbove(this.#taken, most);
    this.#taken = rows.at(-1)?.number ?? this.#taken;
    return rows;
  }

  onMore(listener: () => void): void {
    this.#onMore = listener;
  }

  routedInPart(deliveries: readonly NewDelivery[]): Promise<void> {
    return this.#parts.outbox.change(deliveries, {}, envelope);
  }

  routed(rows: readonly BusEventRow[], deliveries: readonly NewDelivery[]): Promise<void> {
    const removeEvents = rows.map(({ number }) => number);
    return this.#parts.outbox.change(deliveries, { removeEvents }, envelope);
  }
}

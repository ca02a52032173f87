// The outbox: deliveries from the commit that adds them until they have arrived or are given up. It
// hands each to the sender of its lane's kind and writes down what became of it, many at a time. It
// knows nothing of what it delivers, and never waits for a lane.

import type { Scope } from '../../base/ids.ts';
import { limit } from '../../core/limit.ts';
import type { Clock } from '../../port/clock.ts';
import type { CommandBus, Envelope } from '../../port/command-bus.ts';
import type { FiringMark, Lane, NewDelivery, Sender, StoredDelivery } from '../../port/delivery.ts';
import type { Deliveries } from '../../port/outbox.ts';
import type { DeliveryCounts } from '../../port/reader.ts';
import type { OutboxReader } from '../../port/store.ts';
import type { OutboxChange } from '../../port/table.ts';
import { Alarm } from '../alarm.ts';
import { BodyRoom } from './body-room.ts';
import { DeliveryLane } from './delivery-lane.ts';

/** By the kind of lanes that each serves. */
export type Senders = Readonly<Record<string, Sender>>;

interface OutboxParts {
  readonly bus: Pick<CommandBus, 'write'>;
  readonly reader: OutboxReader;
  readonly clock: Clock;
  /** Of ours, with a delivery: it is tried again. */
  readonly onProblem: (what: string, error: unknown) => void;
}

const envelope: Envelope = { part: 'outbox' };

export class Outbox implements Deliveries {
  readonly #parts: OutboxParts;
  readonly #lanes = new Map<string, DeliveryLane>();
  readonly #bodies = new Bodies();
  readonly #room = new BodyRoom({
    large: limit.outbox.largeBody,
    most: limit.outbox.largeUnderWay,
  });
  readonly #abort = new AbortController();
  readonly #counts = { delivered: 0, failedAttempts: 0, givenUp: 0, underWay: 0 };
  #waiting: number;
  #senders: Senders | undefined;
  #last: number;
  /** Arrived or given up, and not written down yet; and what goes out instead. */
  readonly #ended: number[] = [];
  readonly #instead: NewDelivery[] = [];
  readonly #note: Alarm;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#note = new Alarm(parts.clock, () => this.#noteEnded());
    this.#last = parts.reader.lastDelivery();
    this.#waiting = parts.reader.countDeliveries();
  }

  get counts(): DeliveryCounts {
    const { delivered, failedAttempts, givenUp } = this.#counts;
    return { waiting: this.#waiting, delivered, failedAttempts, givenUp };
  }

  /** From here on it delivers. */
  open(senders: Senders): void {
    this.#senders = senders;
    for (const { scope, lane } of this.#parts.reader.waitingLanes())
      this.#lane(scope, lane, false)?.pump();
  }

  add(
    deliveries: readonly NewDelivery[],
    by: Envelope,
    marks: readonly FiringMark[] = [],
  ): Promise<void> {
    return this.change(deliveries, { marks }, by);
  }

  firedUpToMs(schedule: string): number | undefined {
    return this.#parts.reader.firedUpToMs(schedule);
  }

  /** Adds deliveries together with other changes; durable when it resolves. */
  async change(
    deliveries: readonly NewDelivery[],
    change: Omit<OutboxChange, 'addDeliveries'>,
    by: Envelope,
  ): Promise<void> {
    const addDeliveries = deliveries.map((each) => ({ ...each, number: ++this.#last }));
    await this.#parts.bus.write({ table: 'outbox', write: 'change', ...change, addDeliveries }, by);
    this.#waiting += addDeliveries.length - (change.removeDeliveries?.length ?? 0);
    if (this.#senders === undefined || this.#abort.signal.aborted) return;
    const lanes = new Set<DeliveryLane>();
    for (const each of addDeliveries) {
      const lane = this.#lane(each.scope, each.lane, true);
      if (lane === undefined) continue;
      if (lane.offer(each)) this.#bodies.keep(each);
      lanes.add(lane);
    }
    for (const lane of lanes) lane.pump();
  }

  /**
   * `isNew`: nothing waits in it but what is being added, unless it is there already. Undefined:
   * nobody serves lanes of its kind, and what is in them waits for a server that does.
   */
  #lane(scope: Scope, lane: Lane, isNew: boolean): DeliveryLane | undefined {
    const name = `${scope} ${lane.kind} ${lane.id}`;
    const there = this.#lanes.get(name);
    if (there !== undefined) return there;
    const sender = this.#senders?.[lane.kind];
    if (sender === undefined) return undefined;
    const { reader, clock, onProblem } = this.#parts;
    const made = new DeliveryLane({
      clock,
      sender,
      id: lane.id,
      scope,
      isNew,
      signal: this.#abort.signal,
      counts: this.#counts,
      room: this.#room,
      read: (number) => this.#bodies.take(number) ?? reader.delivery(number),
      readAbove: (number, most) => {
        const page = reader.deliveriesAbove({ scope, lane, number, limit: most });
        for (const each of page) this.#bodies.keep(each);
        return page;
      },
      ended: (number, instead) => this.#end(number, instead),
      onFault: (error) => onProblem(`a delivery of kind ${lane.kind} could not be sent`, error),
      onIdle: () => this.#lanes.delete(name),
    });
    this.#lanes.set(name, made);
    return made;
  }

  #end(number: number, instead: NewDelivery | undefined): void {
    this.#bodies.take(number);
    this.#ended.push(number);
    if (instead !== undefined) this.#instead.push(instead);
    // Many are noted together, and a lone one at once.
    if (this.#ended.length >= limit.outbox.endedAtOnce) this.#noteEnded();
    else if (this.#counts.underWay === 0) this.#note.setIn(0);
    else if (!this.#note.isSet) this.#note.setIn(limit.outbox.endedWithinMs);
  }

  #noteEnded(): void {
    this.#note.cancel();
    const removeDeliveries = this.#ended.splice(0);
    if (removeDeliveries.length === 0) return;
    // A write is refused only where the server ends; what is not written down goes out again.
    this.change(this.#instead.splice(0), { removeDeliveries }, envelope).catch(() => undefined);
  }

  /** What is under way is cut off, and goes out again after the next start. */
  close(): void {
    this.#noteEnded();
    this.#abort.abort();
    for (const lane of this.#lanes.values()) lane.close();
  }
}

/** What is likely to be wanted soon, as long as there is room for it. */
class Bodies {
  readonly #kept = new Map<number, StoredDelivery>();
  #room: number = limit.outbox.bodyCharacters;

  keep(delivery: StoredDelivery): void {
    if (delivery.body.length > this.#room || this.#kept.has(delivery.number)) return;
    this.#room -= delivery.body.length;
    this.#kept.set(delivery.number, delivery);
  }

  take(number: number): StoredDelivery | undefined {
    const delivery = this.#kept.get(number);
    if (delivery === undefined) return undefined;
    this.#room += delivery.body.length;
    this.#kept.delete(number);
    return delivery;
  }
}

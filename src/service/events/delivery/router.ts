// Holds events against the rules of their bus, in the order in which they came, and hands on what
// matches: a delivery for each target, and the event itself for each archive. An event that came is
// held against the rules as they are by then. It sends nothing itself, and waits for no target.

import type { Scope } from '../../../base/ids.ts';
import { jsonFields } from '../../../core/event-pattern/fields.ts';
import { limit } from '../../../core/limit.ts';
import type { Clock } from '../../../port/clock.ts';
import type { BusEventRow } from '../../../port/delivery.ts';
import type { BusEvents } from '../../../port/outbox.ts';
import type { HistoryReader } from '../../../port/reader.ts';
import {
  happeningEvent,
  keyOfHappening,
  scopeOfHappening,
  type HappeningSources,
} from '../happening-event.ts';
import { jobStateChange } from '../job-event.ts';
import { defaultBus } from '../resources.ts';
import { ruleTargetLane, targetLane, type RuleBook } from '../rule/rule-book.ts';
import { deliveryBody, type Hops } from '../target/hops.ts';
import { Brought } from './brought.ts';

interface RouterParts {
  readonly events: BusEvents;
  readonly rules: Pick<RuleBook, 'match'>;
  readonly history: Pick<HistoryReader, 'changesOf'>;
  readonly sources: HappeningSources;
  readonly clock: Pick<Clock, 'soon'>;
  /** A fault of ours: what it was about is passed over. */
  readonly onProblem: (what: string, error: unknown) => void;
}

/** An event at its bus, and what its deliveries have from it. */
interface Arrived {
  readonly scope: Scope;
  readonly bus: string;
  /** Made when it is looked at; undefined: it can no longer be told. */
  readonly event: () => object | undefined;
  /** Its deliveries stay in order among those of the same. */
  readonly key?: string | undefined;
  readonly atMs: number;
  readonly onlyRules?: readonly string[] | undefined;
  readonly hops?: Hops | undefined;
}

export class Router {
  readonly #parts: RouterParts;
  #isRunning = false;
  #isMore = false;

  constructor(parts: RouterParts) {
    this.#parts = parts;
  }

  /** Begins with what waits from before. */
  open(): void {
    this.#parts.events.onMore(() => this.#wake());
    this.#wake();
  }

  #wake(): void {
    this.#isMore = true;
    // It is cut off only where the server ends; what it had in hand is held against rules again.
    if (!this.#isRunning) void this.#run().catch(() => undefined);
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#isMore) {
      this.#isMore = false;
      for (let rows = this.#take(); rows.length > 0; rows = this.#take()) await this.#route(rows);
    }
    this.#isRunning = false;
  }

  #take(): readonly BusEventRow[] {
    return this.#parts.events.take(limit.outbox.eventsAtOnce);
  }

  /** Together with the events that are done with goes all that they bring about. */
  async #route(rows: readonly BusEventRow[]): Promise<void> {
    const { events, clock } = this.#parts;
    const brought = new Brought();
    const done: BusEventRow[] = [];
    let seen = 0;
    for (const row of rows) {
      for (const arrived of this.#eventsToldOf(row)) {
        this.#tryToBring(arrived, brought);
        if (++seen % limit.outbox.eventsAtOnce === 0)
          await new Promise<void>((resolve) => clock.soon(resolve));
        // One alone may be more than a transaction is to hold, and so may an array's children be.
        while (brought.isMuch) {
          const { deliveries, archived } = brought.takeSome();
          await events.routed(brought.isEmpty ? done.splice(0) : [], deliveries, archived);
        }
      }
      done.push(row);
    }
    const { deliveries, archived } = brought.takeSome();
    await events.routed(done, deliveries, archived);
  }

  /** One that cannot be told would else keep back all that come behind it, at each start anew. */
  *#eventsToldOf(row: BusEventRow): Generator<Arrived> {
    try {
      yield* this.#eventsOf(row);
    } catch (error) {
      this.#parts.onProblem('telling an event that waited for rules', error);
    }
  }

  *#eventsOf({ number, what }: BusEventRow): Generator<Arrived> {
    if ('event' in what) {
      const { event, ...arrived } = what.event;
      yield { ...arrived, event: () => event };
      return;
    }
    if ('happening' in what) {
      const { happening } = what;
      const event = () => happeningEvent(`${number}`, happening, this.#parts.sources);
      const scope = scopeOfHappening(happening);
      const key = keyOfHappening(happening);
      yield { scope, bus: defaultBus, event, key, atMs: happening.atMs };
      return;
    }
    const { scope } = what.change.job;
    for (const change of this.#parts.history.changesOf(what.change) ?? [])
      yield {
        scope,
        bus: defaultBus,
        event: () => jobStateChange(change),
        key: change.view.id,
        atMs: change.atMs,
      };
  }

  /** One that no rule can be held against would else keep back all that come behind it. */
  #tryToBring(arrived: Arrived, brought: Brought): void {
    try {
      this.#bring(arrived, brought);
    } catch (error) {
      this.#parts.onProblem(`holding an event of bus ${arrived.bus} against its rules`, error);
    }
  }

  #bring(arrived: Arrived, brought: Brought): void {
    const { scope, bus, key, atMs, onlyRules, hops } = arrived;
    const event = arrived.event();
    if (event === undefined) return;
    const matched = this.#parts.rules.match(scope, bus, jsonFields(event));
    if (matched.length === 0) return;
    const text = JSON.stringify(event);
    const body = deliveryBody(text, hops);
    for (const rule of matched) {
      if (onlyRules !== undefined && !onlyRules.includes(rule.arn)) continue;
      if (rule.archive !== undefined)
        brought.keep({ archive: rule.archive, atMs: timeOf(event) ?? atMs, body: text });
      for (const { id } of rule.targets)
        brought.send({
          scope,
          lane: { kind: ruleTargetLane, id: targetLane(rule, id) },
          key,
          sinceMs: atMs,
          body,
        });
    }
  }
}

/** When it happened, as it says itself: by that it is found in archives. */
function timeOf(event: object): number | undefined {
  const atMs = 'time' in event ? Date.parse(String(event.time)) : Number.NaN;
  return Number.isFinite(atMs) ? atMs : undefined;
}

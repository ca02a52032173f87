// Brings firings of schedules about when they are due: what each sends is handed over together with
// a mark of how far the schedule has fired, in one transaction, so that a crash loses no firing and
// doubles none. One alarm waits for the next of all; none is looked at before it is due. Of firings
// that were missed, because no server ran or the clock was set, the latest alone is made up for. It
// sends nothing itself, and knows of no kind of schedule.

import { createHash } from 'node:crypto';
import { must } from '../../base/assert.ts';
import { StandingHeap, type Standing } from '../../base/standing-heap.ts';
import { limit } from '../../core/limit.ts';
import { lastFiring, nextFiring } from '../../core/schedule-expression/next-firing.ts';
import type { Clock } from '../../port/clock.ts';
import type { Envelope } from '../../port/command-bus.ts';
import type { FiringMark, NewDelivery } from '../../port/delivery.ts';
import type { Deliveries } from '../../port/outbox.ts';
import type { Firing, Timetable, TimetableSource } from '../../port/timetable.ts';
import { Alarm } from '../alarm.ts';

interface RunnerParts {
  readonly clock: Clock;
  readonly deliveries: Pick<Deliveries, 'add' | 'firedUpToMs'>;
  /** Where schedules are. */
  readonly sources: readonly TimetableSource[];
}

interface Entry extends Standing {
  timetable: Timetable;
  /** The last firing that was brought about or skipped, or when the first may be. */
  doneUpToMs: number;
  /** Of the next firing. */
  dueMs: number;
  /** Its firing is being written. */
  isUnderWay: boolean;
}

const envelope: Envelope = { part: 'schedules' };

export class ScheduleRunner {
  readonly #parts: RunnerParts;
  readonly #entries = new Map<string, Entry>();
  /** Those that have a firing to come. */
  readonly #line = new StandingHeap<Entry>((a, b) =>
    a.dueMs === b.dueMs ? a.timetable.name < b.timetable.name : a.dueMs < b.dueMs,
  );
  readonly #alarm: Alarm;
  /** Whose marks are no use any more. */
  readonly #gone = new Set<string>();
  #state: 'new' | 'open' | 'closed' = 'new';
  #underWay: Promise<void> | undefined;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.#alarm = new Alarm(parts.clock, () => this.#wake());
    for (const source of parts.sources)
      source.watch((name, timetable) => {
        this.#set(name, timetable);
        this.#arm();
      });
  }

  /** Begins with what fell due while no server ran. */
  async open(): Promise<void> {
    const { clock, sources } = this.#parts;
    let read = 0;
    for (const source of sources)
      for (const timetable of source.all()) {
        this.#set(timetable.name, timetable);
        if (++read % limit.schedule.readPerSlice === 0)
          await new Promise<void>((resolve) => clock.soon(resolve));
      }
    if (this.#state === 'closed') return;
    this.#state = 'open';
    this.#arm();
  }

  /** When the firings in hand are written. */
  async close(): Promise<void> {
    this.#state = 'closed';
    this.#alarm.cancel();
    await this.#underWay;
  }

  #set(name: string, timetable: Timetable | undefined): void {
    const entry = this.#entries.get(name);
    if (timetable === undefined) {
      if (entry === undefined) return;
      this.#line.remove(entry);
      this.#entries.delete(name);
      this.#gone.add(name);
      return;
    }
    this.#gone.delete(name);
    if (entry === undefined) {
      const doneUpToMs = this.#parts.deliveries.firedUpToMs(name) ?? -Infinity;
      const made = { timetable, doneUpToMs, dueMs: 0, isUnderWay: false, heapIndex: -1 };
      this.#entries.set(name, made);
      this.#plan(made);
    } else {
      entry.timetable = timetable;
      if (!entry.isUnderWay) this.#plan(entry);
    }
  }

  /** Lines it up for its next firing. */
  #plan(entry: Entry): void {
    const { timetable } = entry;
    const scheduledMs = nextFiring(timetable.times, doneBy(entry));
    if (scheduledMs === undefined) {
      this.#line.remove(entry);
      return;
    }
    entry.dueMs = dueMs(timetable, scheduledMs);
    this.#line.put(entry);
  }

  #arm(): void {
    if (this.#state !== 'open' || this.#underWay !== undefined) return;
    const { clock } = this.#parts;
    const next = this.#line.peek()?.dueMs;
    if (this.#gone.size > 0) this.#alarm.set(clock.now());
    // A timer goes on while somebody sets the clock: so that is looked at now and then.
    else if (next === undefined) this.#alarm.cancel();
    else this.#alarm.set(Math.min(next, clock.now() + limit.schedule.lookEveryMs));
  }

  #wake(): void {
    this.#underWay = this.#fireDue().finally(() => {
      this.#underWay = undefined;
      this.#arm();
    });
  }

  async #fireDue(): Promise<void> {
    while (this.#state === 'open') {
      const fired: Entry[] = [];
      const deliveries: NewDelivery[] = [];
      const marks = this.#takeGone();
      const nowMs = this.#parts.clock.now();
      while (marks.length + deliveries.length < limit.schedule.marksPerWrite) {
        const entry = this.#line.peek();
        if (entry === undefined || entry.dueMs > nowMs) break;
        this.#line.remove(entry);
        const firing = firingOf(entry, nowMs);
        deliveries.push(...entry.timetable.deliveriesOf(firing));
        marks.push({ schedule: entry.timetable.name, firedUpToMs: firing.scheduledMs });
        entry.doneUpToMs = firing.scheduledMs;
        entry.isUnderWay = true;
        fired.push(entry);
      }
      if (marks.length === 0) return;
      try {
        await this.#parts.deliveries.add(deliveries, envelope, marks);
      } catch {
        // It was not written: the server is about to end, and the next one finds it due.
        this.#state = 'closed';
        return;
      }
      for (const entry of fired) {
        entry.isUnderWay = false;
        if (this.#entries.get(entry.timetable.name) === entry) this.#plan(entry);
      }
    }
  }

  #takeGone(): FiringMark[] {
    const gone = [...this.#gone].slice(0, limit.schedule.marksPerWrite);
    for (const name of gone) this.#gone.delete(name);
    return gone.map((schedule) => ({ schedule, firedUpToMs: undefined }));
  }
}

const doneBy = ({ timetable, doneUpToMs }: Entry): number =>
  Math.max(doneUpToMs, timetable.sinceMs);

/** The latest that is due by now, of an entry of which one is. */
function firingOf(entry: Entry, nowMs: number): Firing {
  const { timetable } = entry;
  const { times } = timetable;
  const doneMs = doneBy(entry);
  let scheduledMs = must(lastFiring(times, doneMs, nowMs), 'a firing that is due');
  // The last whose time has come may be waiting for its moment, and then the one before is due.
  if (dueMs(timetable, scheduledMs) > nowMs)
    scheduledMs = must(lastFiring(times, doneMs, scheduledMs - 1), 'a firing that is due');
  const due = dueMs(timetable, scheduledMs);
  return {
    scheduledMs,
    dueMs: due,
    isLast: nextFiring(times, scheduledMs) === undefined,
    lateMs: nowMs - due,
  };
}

/**
 * At which moment of its window a firing is brought about: always the same, whoever asks and
 * however often. Before the next one is due at the earliest, so that they stay in order.
 */
function dueMs({ name, times, windowMs }: Timetable, scheduledMs: number): number {
  if (windowMs === 0) return scheduledMs;
  const nextMs = nextFiring(times, scheduledMs) ?? Infinity;
  const within = Math.min(windowMs, nextMs - scheduledMs);
  const hash = createHash('sha256').update(`${name} ${scheduledMs}`).digest();
  return scheduledMs + Math.floor((hash.readUInt32BE() / 2 ** 32) * within);
}

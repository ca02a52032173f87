// The journal of what becomes of jobs: kept while somebody follows it and a while longer, so that
// who was cut off can go on where they were. It says which commits keep it, wakes its followers and
// trims it; it never waits for one of them. What a change says is nothing to it.

import { limit } from '../../core/limit.ts';
import type { Clock } from '../../port/clock.ts';
import type { CommandBus, Envelope } from '../../port/command-bus.ts';
import type { Following, Journal } from '../../port/journal.ts';
import type { Commit, JournalReader } from '../../port/store.ts';
import { Alarm } from '../alarm.ts';

interface JournalParts {
  readonly bus: Pick<CommandBus, 'write'>;
  readonly reader: JournalReader;
  readonly clock: Clock;
}

const envelope: Envelope = { part: 'journal' };

export class JobJournal implements Journal {
  readonly #parts: JournalParts;
  readonly #trim: Alarm;
  /** Those who wait for more. */
  readonly #waiting = new Set<(what: 'more' | 'over') => void>();
  #followers = 0;
  /** Nobody follows any more, and it is kept until then all the same. */
  #keptUntilMs = 0;
  /** The store holds every change since its first row. */
  #isOn = false;
  #isOver = false;

  constructor(parts: JournalParts) {
    this.#parts = parts;
    const { clock, reader } = parts;
    // A write is refused only where the server ends, and then there is nothing more to do.
    this.#trim = new Alarm(clock, () => void this.#run().catch(() => undefined));
    const last = reader.journalEnds()?.last;
    if (last === undefined) return;
    const [row] = reader.journalAbove(last.number - 1, 1);
    if (row?.transition === undefined) return;
    // Somebody followed when the server ended, or just before.
    this.#isOn = true;
    this.#keptUntilMs = clock.now() + limit.journalLingersMs;
  }

  open(): void {
    this.#trim.setIn(0);
  }

  /** Whether a commit of so many changes keeps them. */
  keeps(changes: number, nowMs: number): Commit['journal'] {
    if (changes === 0) return 'off';
    if (this.#followers > 0 || nowMs < this.#keptUntilMs) {
      this.#isOn = true;
      return 'on';
    }
    const wasOn = this.#isOn;
    this.#isOn = false;
    return wasOn ? 'ends' : 'off';
  }

  /** Changes are durable. */
  committed(): void {
    this.#wake('more');
  }

  follow(): Following | undefined {
    if (this.#followers >= limit.followers || this.#isOver) return undefined;
    this.#followers++;
    let hasEnded = false;
    const { clock } = this.#parts;
    const untilMs = clock.now() + limit.followingMs;
    const isOver = (): boolean => this.#isOver || clock.now() >= untilMs;
    return {
      get isOver() {
        return isOver();
      },
      more: (withinMs) => (isOver() ? Promise.resolve('over') : this.#more(withinMs)),
      end: () => {
        if (hasEnded) return;
        hasEnded = true;
        this.#followers--;
        this.#keptUntilMs = clock.now() + limit.journalLingersMs;
      },
    };
  }

  #more(withinMs: number): Promise<'more' | 'quiet' | 'over'> {
    const { clock } = this.#parts;
    return new Promise((resolve) => {
      const wake = (what: 'more' | 'over'): void => {
        cancel();
        resolve(what);
      };
      const cancel = clock.at(clock.now() + withinMs, () => {
        this.#waiting.delete(wake);
        resolve('quiet');
      });
      this.#waiting.add(wake);
    });
  }

  #wake(what: 'more' | 'over'): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake(what);
  }

  /** Writes only where something has fallen due: a look costs no transaction. */
  async #run(): Promise<void> {
    const { bus, clock } = this.#parts;
    const due = this.#due();
    if (due !== undefined)
      await bus.write(
        { table: 'journal', write: 'trim', ...due, maxRows: limit.journalRowsPerTrim },
        envelope,
      );
    if (!this.#isOver)
      this.#trim.set(
        clock.now() +
          (due !== undefined && this.#due() ? limit.expiryPauseMs : limit.journalTrimPeriodMs),
      );
  }

  #due(): { readonly upTo: number; readonly beforeMs: number } | undefined {
    const { reader, clock } = this.#parts;
    const ends = reader.journalEnds();
    if (ends === undefined || ends.first.number === ends.last.number) return undefined;
    const beforeMs = clock.now() - limit.journalKeptMs;
    const upTo = ends.last.number - limit.journalRows;
    return ends.first.number <= upTo || ends.first.atMs < beforeMs ? { upTo, beforeMs } : undefined;
  }

  close(): void {
    this.#isOver = true;
    this.#trim.cancel();
    this.#wake('over');
  }
}

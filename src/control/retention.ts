// Retention: removes jobs that ended longer ago than the operator wants to keep them, and forgets
// long after that that they ever were. Works in small writes with pauses between, so that nobody
// waits for it; what is left when the server ends is found again by the next. It touches no log:
// those are kept as their log group says.

import { limit } from '../core/limit.ts';
import type { Clock } from '../port/clock.ts';
import type { CommandBus, Envelope } from '../port/command-bus.ts';
import type { StoreReader } from '../port/store.ts';
import { Alarm } from './alarm.ts';

interface RetentionParts {
  /** How long a job is kept after its end. */
  readonly retainMs: number;
  readonly bus: Pick<CommandBus, 'write'>;
  readonly reader: Pick<StoreReader, 'firstEnds'>;
  readonly clock: Clock;
}

const envelope: Envelope = { part: 'retention' };

export class Retention {
  readonly #parts: RetentionParts;
  readonly #next: Alarm;
  #closed = false;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
    // A write is refused only where the server ends, and then there is nothing more to do.
    this.#next = new Alarm(parts.clock, () => void this.#run().catch(() => undefined));
  }

  /** Begins with what fell due while no server ran. */
  open(): void {
    this.#next.setIn(0);
  }

  close(): void {
    this.#closed = true;
    this.#next.cancel();
  }

  /** Writes only where something has fallen due: a look costs no transaction. */
  async #run(): Promise<void> {
    const { bus, clock, retainMs } = this.#parts;
    const maxRows = limit.expiredRowsPerWrite;
    const nowMs = clock.now();
    const { expireAtMs, forgetAtMs } = this.#dueAt(nowMs);
    await Promise.all([
      ...(expireAtMs <= nowMs
        ? [
            bus.write(
              { table: 'job', write: 'expire', endedBeforeMs: nowMs - retainMs, maxRows },
              envelope,
            ),
          ]
        : []),
      ...(forgetAtMs <= nowMs
        ? [
            bus.write(
              {
                table: 'remembered-job',
                write: 'forget',
                endedBeforeMs: nowMs - retainMs * (1 + limit.rememberedTimes),
                maxRows,
              },
              envelope,
            ),
          ]
        : []),
    ]);
    if (!this.#closed) this.#next.set(this.#nextAtMs());
  }

  /** What ends from now on falls due later than all that has. */
  #dueAt(nowMs: number): { readonly expireAtMs: number; readonly forgetAtMs: number } {
    const { reader, retainMs } = this.#parts;
    const { kept = nowMs, remembered = nowMs } = reader.firstEnds();
    return {
      expireAtMs: kept + retainMs + 1,
      forgetAtMs: remembered + retainMs * (1 + limit.rememberedTimes) + 1,
    };
  }

  #nextAtMs(): number {
    const nowMs = this.#parts.clock.now();
    const { expireAtMs, forgetAtMs } = this.#dueAt(nowMs);
    const dueAtMs = Math.min(expireAtMs, forgetAtMs);
    if (dueAtMs <= nowMs) return nowMs + limit.expiryPauseMs;
    // Not for each job alone, and not later than a clock that is set forward would have it.
    return Math.min(
      Math.max(dueAtMs, nowMs + limit.expiryPeriodMinMs),
      nowMs + limit.expiryPeriodMaxMs,
    );
  }
}

// Retention of records of calls: removes those that are older than the operator wants to keep them.
// Works in small writes with pauses between, so that nobody waits for it; what is left when the
// server ends is found again by the next. What a record says is nothing to it.

import { limit } from '../../core/limit.ts';
import type { Clock } from '../../port/clock.ts';
import type { CommandBus, Envelope } from '../../port/command-bus.ts';
import type { CallRecordReader } from '../../port/store.ts';
import { Alarm } from '../alarm.ts';

interface RecordRetentionParts {
  /** How long a record is kept. */
  readonly retainMs: number;
  readonly bus: Pick<CommandBus, 'write'>;
  readonly reader: Pick<CallRecordReader, 'firstCallRecordAtMs'>;
  readonly clock: Clock;
}

const envelope: Envelope = { part: 'retention' };

export class RecordRetention {
  readonly #parts: RecordRetentionParts;
  readonly #next: Alarm;
  #closed = false;

  constructor(parts: RecordRetentionParts) {
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
    const { bus, clock, reader, retainMs } = this.#parts;
    const beforeMs = clock.now() - retainMs;
    const isDue = (): boolean => (reader.firstCallRecordAtMs() ?? beforeMs) < beforeMs;
    if (isDue())
      await bus.write(
        { table: 'call-record', write: 'expire', beforeMs, maxRows: limit.expiredRowsPerWrite },
        envelope,
      );
    if (!this.#closed)
      this.#next.setIn(isDue() ? limit.expiryPauseMs : limit.recordRetentionPeriodMs);
  }
}

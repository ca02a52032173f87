// Records of calls that wait to be written: of reads and of what was refused, and what was answered
// to changes, whose records are in the store already. They are written together, within a moment.
// It holds no more than so much: what is over is counted and said, and no request ever waits for
// its record or fails with it. It knows nothing of what a record says.

import { limit } from '../../core/limit.ts';
import type { Clock } from '../../port/clock.ts';
import type { CommandBus, Envelope } from '../../port/command-bus.ts';
import type { CallOutcome, NewCallRecord } from '../../port/table.ts';
import { Alarm } from '../alarm.ts';
import { unlessStopped } from '../turn/stopped.ts';

interface RecordKeeperParts {
  readonly bus: Pick<CommandBus, 'write'>;
  readonly clock: Clock;
  /** The disk is nearly full: only records of changes are written. */
  readonly isDiskLow?: (() => boolean) | undefined;
  readonly onProblem: (what: string, error: unknown) => void;
}

const envelope: Envelope = { part: 'records' };

export class RecordKeeper {
  readonly #parts: RecordKeeperParts;
  readonly #next: Alarm;
  #records: NewCallRecord[] = [];
  #outcomes: CallOutcome[] = [];
  /** Of both, about; characters. */
  #size = 0;
  #strangers = 0;
  /** Writes that are under way: what they hold counts, too. */
  #writing = 0;
  #lost = 0;

  constructor(parts: RecordKeeperParts) {
    this.#parts = parts;
    this.#next = new Alarm(parts.clock, () => this.#flush());
  }

  /**
   * A record to which nothing is to be added. Of callers whom nobody knows, few are kept at a time:
   * whoever reaches the port could else fill the disk.
   */
  keep(record: NewCallRecord, isStranger: boolean): void {
    const isKept =
      this.#parts.isDiskLow?.() !== true &&
      this.#hasRoom(record.call.length) &&
      !(isStranger && this.#strangers >= limit.strangersRecorded);
    if (isKept) {
      if (isStranger) this.#strangers++;
      this.#records.push(record);
    } else this.#lost++;
    this.#wake();
  }

  /** What was answered to a call whose record is in the store. */
  complete(outcome: CallOutcome): void {
    if (this.#hasRoom(outcome.outcome.length)) this.#outcomes.push(outcome);
    else this.#lost++;
    this.#wake();
  }

  #hasRoom(size: number): boolean {
    const count = this.#records.length + this.#outcomes.length;
    if (
      this.#writing >= limit.recordWrites ||
      count >= limit.recordsWaiting ||
      this.#size + size > limit.recordCharactersWaiting
    )
      return false;
    this.#size += size;
    return true;
  }

  #wake(): void {
    if (!this.#next.isSet) this.#next.setIn(limit.recordsWithinMs);
  }

  #flush(): void {
    const { bus, onProblem } = this.#parts;
    const [records, outcomes, lost] = [this.#records, this.#outcomes, this.#lost];
    this.#records = [];
    this.#outcomes = [];
    this.#size = this.#strangers = this.#lost = 0;
    if (lost > 0)
      onProblem(
        'writing down calls',
        new Error(`${lost} records of calls, or of their answers, are not kept: too many at once`),
      );
    if (records.length + outcomes.length === 0) return;
    this.#writing++;
    bus
      .write({ table: 'call-record', write: 'add', records, outcomes }, envelope)
      .catch(unlessStopped(onProblem, 'writing down calls'))
      .finally(() => void this.#writing--);
  }

  /** What waits is written with what is committed last. */
  close(): void {
    this.#next.cancel();
    this.#flush();
  }
}

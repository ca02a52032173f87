// Joins lines of output to events of several lines, as Docker's awslogs driver does (moby,
// daemon/logger/awslogs, collectBatch): a line that the expression matches begins an event, what
// follows belongs to it, each line with its end; an event that grows too large, or is older than
// five seconds, is closed. What is stored says how many lines it stands for, so that after a
// restart the lines of an event that was open are read again, and no other.

import type { LinePattern } from '../../base/line-pattern/line-pattern.ts';
import { limit } from '../../core/limit.ts';
import type { LogBatch, LogLine, LogPosition } from '../../port/engine.ts';
import { MAX_MESSAGE_BYTES } from '../../port/log-sink.ts';

interface JoinParts {
  readonly pattern: LinePattern;
  /** Where what was stored last ended; undefined: nothing was. */
  readonly position: LogPosition | undefined;
  readonly read: (from: LogPosition | undefined) => AsyncIterable<LogBatch>;
  readonly append: (batch: LogBatch) => Promise<void>;
  readonly now: () => number;
  /** Calls back after so long; answers how not to. */
  readonly after: (delayMs: number, task: () => void) => () => void;
  /** An event could not be stored just now, and will be tried again. */
  readonly onFailure: (error: Error) => void;
  /** Nothing more is to be stored: what is open is found again at the next start. */
  readonly isClosed: () => boolean;
}

interface OpenEvent {
  readonly timestampMs: number;
  /** When it is closed, whatever comes. */
  dueAtMs: number;
  readonly pieces: Uint8Array[];
  bytes: number;
  lines: number;
}

const lineEnd = Uint8Array.of(10);

/** Ends when all was read and stored; rejects where something could not be read or stored. */
export async function carryJoined(parts: JoinParts): Promise<void> {
  const joiner = new EventJoiner(parts);
  await joiner.run();
}

class EventJoiner {
  readonly #parts: JoinParts;
  readonly #decoder = new TextDecoder();
  /** The engine's position behind which {@link #stored} lines are in events that are stored. */
  #base: LogPosition | undefined;
  #stored: number;
  /** Batches behind the base, of which not every line is in a stored event. */
  #batches: { readonly position: LogPosition; readonly lines: number }[] = [];
  #open: OpenEvent | undefined;

  constructor(parts: JoinParts) {
    this.#parts = parts;
    const [, stored, base] = /^(\d+)\+(.*)$/s.exec(parts.position ?? '') ?? [];
    this.#stored = Number(stored ?? 0);
    this.#base = base === '' ? undefined : base;
  }

  async run(): Promise<void> {
    let skip = this.#stored;
    const batches = this.#parts.read(this.#base)[Symbol.asyncIterator]();
    let coming: Promise<IteratorResult<LogBatch>> | undefined;
    try {
      for (;;) {
        coming ??= batches.next();
        if (this.#open !== undefined && !(await this.#comesInTime(coming, this.#open))) {
          await this.#closeAged(this.#open);
          continue;
        }
        const { done, value } = await coming;
        coming = undefined;
        if (done) break;
        await this.#take(value, skip);
        skip = Math.max(0, skip - value.lines.length);
      }
    } catch (error) {
      // What is still being waited for ends when it comes.
      const ended = batches.return?.();
      if (coming === undefined) await ended;
      else ended?.catch(() => undefined);
      throw error;
    }
    if (!this.#parts.isClosed()) await this.#store([], true);
  }

  /** Whether it comes before the open event is too old. */
  #comesInTime(coming: Promise<unknown>, { dueAtMs }: OpenEvent): Promise<boolean> {
    const leftMs = dueAtMs - this.#parts.now();
    if (leftMs <= 0) return Promise.resolve(false);
    return new Promise((resolve) => {
      const cancel = this.#parts.after(leftMs, () => resolve(false));
      const come = (): void => {
        cancel();
        resolve(true);
      };
      coming.then(come, come);
    });
  }

  async #closeAged(open: OpenEvent): Promise<void> {
    try {
      await this.#store([], true);
    } catch (error) {
      // Reading goes on meanwhile: leaving it here would leave a reader behind at each try.
      this.#parts.onFailure(error as Error);
      open.dueAtMs = this.#parts.now() + limit.engineRetryMs;
    }
  }

  async #take(batch: LogBatch, skip: number): Promise<void> {
    this.#batches.push({ position: batch.position, lines: batch.lines.length });
    const closed: OpenEvent[] = [];
    let workBefore = this.#parts.pattern.work;
    for (const line of batch.lines.slice(skip)) {
      const open = this.#open;
      if (
        open !== undefined &&
        (open.bytes + line.message.length > MAX_MESSAGE_BYTES || this.#begins(line))
      ) {
        closed.push(open);
        this.#open = undefined;
      }
      this.#add(line);
      if (this.#parts.pattern.work - workBefore > limit.patternStepsInARow) {
        await new Promise<void>((resolve) => void this.#parts.after(limit.patternPauseMs, resolve));
        workBefore = this.#parts.pattern.work;
      }
    }
    if (closed.length > 0) await this.#store(closed, false);
  }

  #begins(line: LogLine): boolean {
    return this.#parts.pattern.test(this.#decoder.decode(line.message));
  }

  #add({ timestampMs, message }: LogLine): void {
    this.#open ??= {
      timestampMs,
      dueAtMs: this.#parts.now() + limit.openEventMs,
      pieces: [],
      bytes: 0,
      lines: 0,
    };
    this.#open.pieces.push(message);
    if (message.length < MAX_MESSAGE_BYTES) this.#open.pieces.push(lineEnd);
    this.#open.bytes += message.length + 1;
    this.#open.lines++;
  }

  /** Nothing counts as stored that was not: what fails is whole at the next try. */
  async #store(closed: readonly OpenEvent[], withOpen: boolean): Promise<void> {
    const open = withOpen ? this.#open : undefined;
    const events = open === undefined ? closed : [...closed, open];
    if (events.length === 0) return;
    let [stored, base, whole] = [
      events.reduce((sum, { lines }) => sum + lines, this.#stored),
      this.#base,
      0,
    ];
    for (const { position, lines } of this.#batches) {
      if (stored < lines) break;
      stored -= lines;
      base = position;
      whole++;
    }
    await this.#parts.append({ lines: events.map(eventOf), position: `${stored}+${base ?? ''}` });
    [this.#stored, this.#base] = [stored, base];
    this.#batches = this.#batches.slice(whole);
    if (open !== undefined) this.#open = undefined;
  }
}

const eventOf = ({ timestampMs, pieces, bytes }: OpenEvent): LogLine => {
  const message = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    message.set(piece, at);
    at += piece.length;
  }
  return { timestampMs, message: message.subarray(0, at) };
};

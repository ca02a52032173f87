// Where reading a container's output stopped, so that reading again loses nothing and repeats
// nothing. Docker can begin at a time stamp and nothing else, and stamps are no order: both
// streams' stamps slip past each other, and all pieces of one line bear the stamp of its first,
// which may be hours old. It knows stamps and counts only, no bytes.
//
// A position is a stamp and, for either stream, how many entries at or after that stamp were passed
// on. The stamp is chosen well behind the newest, so that no entry still to come bears an older
// one; resuming asks for entries since the stamp and drops the first so many of either stream.
// Within a stream the order of entries never changes.

import { isBefore, type Stamp } from '../log-stamp.ts';

const after = ({ seconds, nanos }: Stamp): Stamp =>
  nanos < 999_999_999 ? { seconds, nanos: nanos + 1 } : { seconds: seconds + 1, nanos: 0 };

/**
 * How late an entry may come, by the daemon's clock; also how much is read again on resuming, at
 * most twice.
 */
const slackSeconds = 1;

/** Docker's numbers of the streams in its frames. */
export type StreamNumber = 1 | 2;
type Counts = { 1: number; 2: number };

/** `passed` counts entries stamped at or after `since`. */
interface Mark {
  readonly since: Stamp;
  readonly passed: Counts;
}

const theBeginning: Stamp = { seconds: 0, nanos: 0 };

export class LogPositions {
  /** What a position is written from. */
  #mark: Mark;
  /**
   * Takes the mark's place when it is old enough. It begins after all that was read, so nothing is
   * counted twice or missed.
   */
  #next: Mark | undefined;
  /**
   * Entries passed on since the container's start: what remains to go by where its clock was set
   * back.
   */
  readonly #all: Counts;
  #newest: Stamp = theBeginning;
  /**
   * The stamp of either stream's line that is not complete yet: more of the same stamp will come.
   */
  readonly #open: { 1: Stamp | undefined; 2: Stamp | undefined } = { 1: undefined, 2: undefined };

  /** A text that is no position of ours reads as the beginning. */
  constructor(position: string | undefined) {
    const parts = /^1:(\d+)\.(\d+):(\d+):(\d+):(\d+):(\d+)$/
      .exec(position ?? '')
      ?.slice(1)
      .map(Number);
    const [seconds = 0, nanos = 0, out = 0, err = 0, allOut = 0, allErr = 0] = parts ?? [];
    this.#mark = { since: { seconds, nanos }, passed: { 1: out, 2: err } };
    this.#all = { 1: allOut, 2: allErr };
  }

  /** Behind the last entry that was passed on. */
  text(): string {
    const { since, passed } = this.#mark;
    return `1:${since.seconds}.${since.nanos}:${passed[1]}:${passed[2]}:${this.#all[1]}:${this.#all[2]}`;
  }

  /**
   * Begins to read anew from the position: what to ask for, and how many entries of either stream
   * to drop then.
   */
  resume(): { readonly since: string | undefined; readonly drop: Counts } {
    this.#open[1] = this.#open[2] = undefined;
    const { since, passed } = this.#mark;
    return {
      since:
        since.seconds === 0
          ? undefined
          : `${since.seconds}.${String(since.nanos).padStart(9, '0')}`,
      drop: { ...passed },
    };
  }

  /** An entry came, be it to drop or to pass on. `complete`: its line ends with it. */
  read(stream: StreamNumber, stamp: Stamp, complete: boolean): void {
    const begins = this.#open[stream] === undefined;
    this.#open[stream] = complete ? undefined : (this.#open[stream] ?? stamp);
    if (begins && stamp.seconds < this.#newest.seconds - slackSeconds) this.#clockWasSetBack();
    if (isBefore(this.#newest, stamp)) this.#newest = stamp;
  }

  /**
   * Entries of one line, and so of one stamp, are passed on. Lines of a stream are passed on in
   * their order.
   */
  pass(stream: StreamNumber, stamp: Stamp, entries: number): void {
    this.#all[stream] += entries;
    if (!isBefore(stamp, this.#mark.since)) this.#mark.passed[stream] += entries;
    if (this.#next === undefined) {
      this.#next = { since: after(this.#newest), passed: { 1: 0, 2: 0 } };
      return;
    }
    if (!isBefore(stamp, this.#next.since)) this.#next.passed[stream] += entries;
    if (
      this.#newest.seconds <= this.#next.since.seconds + slackSeconds ||
      this.#isOpenBefore(this.#next.since)
    )
      return;
    this.#mark = this.#next;
    this.#next = undefined;
  }

  #isOpenBefore(stamp: Stamp): boolean {
    return [this.#open[1], this.#open[2]].some(
      (open) => open !== undefined && isBefore(open, stamp),
    );
  }

  /** Stamps say nothing until the clock has passed where it was: count from the beginning. */
  #clockWasSetBack(): void {
    this.#next = undefined;
    if (this.#mark.since.seconds > 0)
      this.#mark = { since: theBeginning, passed: { ...this.#all } };
  }
}

// What a kubelet sends of a container's output becomes lines, and a place to go on from. Pure
// bytes: lines are split and never decoded, and memory is bounded.
//
// A kubelet begins to read at a second and nothing finer, and stamps are no order: those of the two
// streams slip past each other by a little. The order of lines in the log never changes. So a place
// is a line, known by its stamp (the greatest up to there), and how many came after it; going on
// asks for what came since a second before, and passes over all up to there.
//
// A kubelet gives out the newest file of a log alone, and begins another after some 10 MiB: where
// the line of a place is not found, that has happened. It also leaves out whole files while it is
// followed, where it comes behind (seen with 1.34), and says nothing. Such a file is known by what
// is missing: it took at least ten seconds to fill, and they pass here in no time.

import type { LogBatch, LogLine, LogPosition } from '../../port/engine.ts';
import { isBefore, StampReader, type Stamp } from '../log-stamp.ts';

/** What is handed on at once. */
const batchLines = 1_000;
const batchBytes = 1024 * 1024;
/** A longer line is handed on in parts of this size; CloudWatch's own limit is far below. */
const lineBytes = 1024 * 1024;
/** How far stamps slip past each other; further back, the node's clock was set. */
const slackSeconds = 1;
/** What comes at least before a kubelet begins another file, and how long one lasts at least. */
const fileBytes = 8 * 1024 * 1024;
const fileMs = 8_000;
/** What a runtime writes of each line beside its text. */
const prefixBytes = 45;
/** What a kubelet says in place of output. */
const mostWordsBytes = 2_000;
const newline = 10;

/** Behind the last line that was passed on. */
interface Place {
  readonly stamp: Stamp;
  /** How many lines came after that of the stamp. */
  after: number;
  /** The greatest stamp of all; another than `stamp` only where the clock was set back. */
  readonly greatest: Stamp;
  /** How much of the last of these lines was passed on; undefined: all. */
  bytes: number | undefined;
}

const isSame = (a: Stamp, b: Stamp): boolean => a.seconds === b.seconds && a.nanos === b.nanos;

export class PodLogLines {
  #place: Place | undefined;
  readonly #stamps = new StampReader();
  /** Bytes of a line whose end has not come. */
  #rest: Buffer[] = [];
  #restBytes = 0;
  /** A line of which a part was taken, and whether it is passed on. */
  #open: { readonly stamp: Stamp; readonly isOurs: boolean } | undefined;
  /** Looks for the line of the place. */
  #seeks = false;
  /** Lines yet to be passed over behind that. */
  #over = 0;
  /** Bytes yet to be passed over of the line behind those. */
  #overBytes = 0;
  #words = '';
  #isTorn = false;
  /** When what is fed came. */
  #nowMs = 0;
  /** The line before: its own time, and when it came. */
  #before = { timestampMs: Number.POSITIVE_INFINITY, nowMs: 0 };
  /** What came since a file may have begun. */
  #fileBytes = 0;
  #lines: LogLine[] = [];
  #bytes = 0;
  readonly #full: LogBatch[] = [];

  /** A text that is no position of ours reads as the beginning. */
  constructor(position: LogPosition | undefined) {
    this.#place = placeOf(position);
  }

  /** Begins to read anew, from the place: what to ask the kubelet for; undefined: all. */
  resume(): string | undefined {
    this.#rest = [];
    this.#restBytes = 0;
    this.#open = undefined;
    this.#words = '';
    this.#isTorn = false;
    this.#over = this.#overBytes = 0;
    const place = this.#place;
    this.#seeks = place !== undefined;
    if (place === undefined) return undefined;
    return `${new Date((place.stamp.seconds - slackSeconds) * 1000).toISOString().slice(0, 19)}Z`;
  }

  get position(): LogPosition {
    const place = this.#place;
    if (place === undefined) return '';
    const { stamp, after, greatest, bytes } = place;
    return `1:${stampText(stamp)}:${after}:${stampText(greatest)}:${bytes ?? ''}`;
  }

  /** Whether a batch is full: time to stop feeding. */
  get isFull(): boolean {
    return this.#full.length > 0;
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0 && this.#full.length === 0;
  }

  /** What the kubelet said in place of output, at the end of what it sent. */
  get words(): string | undefined {
    const words = this.#words.trim();
    return words === '' ? undefined : words;
  }

  feed(chunk: Buffer, nowMs: number): void {
    this.#nowMs = nowMs;
    let at = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, at)) {
      this.#take(this.#joined(chunk.subarray(at, end)), true);
      at = end + 1;
    }
    if (at === chunk.length) return;
    this.#rest.push(chunk.subarray(at));
    this.#restBytes += chunk.length - at;
    if (this.#restBytes >= lineBytes) this.#take(this.#joined(), false);
  }

  /**
   * The stream has ended. What has no line end is the container's last line where `isAll`, and else
   * half a line that will come again; or it is what the kubelet says.
   */
  finish(isAll: boolean): void {
    const rest = this.#joined();
    if (rest.length === 0) return;
    const isWords = this.#open === undefined && !this.#isStamped(rest);
    if (isWords || isAll) this.#take(rest, true);
  }

  /** What can be handed on now; undefined: nothing. */
  take(): LogBatch | undefined {
    if (this.#full.length === 0 && this.#lines.length > 0) this.#seal();
    return this.#full.shift();
  }

  #joined(last?: Buffer): Buffer {
    if (this.#rest.length === 0) return last ?? Buffer.alloc(0);
    if (last !== undefined) this.#rest.push(last);
    const whole = this.#rest.length === 1 ? (this.#rest[0] as Buffer) : Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restBytes = 0;
    return whole;
  }

  #isStamped(data: Buffer): boolean {
    this.#stamps.read(data, 0, data.length);
    return this.#stamps.end > 0;
  }

  /** A line, or a part of one. */
  #take(data: Buffer, isWhole: boolean): void {
    let body = data;
    if (this.#open === undefined) {
      const stamp = this.#stamps.read(data, 0, data.length);
      if (this.#stamps.end === 0) {
        // The rest of a line that began before what was asked for, or the kubelet's words.
        this.#words = data.toString('utf8', 0, mostWordsBytes);
        this.#open = { stamp, isOurs: false };
      } else {
        this.#words = '';
        body = data.subarray(this.#stamps.end);
        this.#open = { stamp, isOurs: this.#begins(stamp) };
      }
    }
    const { stamp, isOurs } = this.#open;
    if (isOurs) this.#pass(stamp, body, isWhole);
    if (isWhole) this.#open = undefined;
  }

  /** Whether a line that begins is to be passed on; the place is then behind it. */
  #begins(stamp: Stamp): boolean {
    const place = this.#place;
    if (place !== undefined && this.#seeks) {
      if (isSame(stamp, place.stamp)) {
        this.#seeks = false;
        this.#over = place.after;
        return this.#isLastHalf(place);
      }
      if (!isBefore(place.greatest, stamp)) return false;
      this.#seeks = false;
      this.#isTorn = true;
    } else if (place !== undefined && this.#over > 0) {
      this.#over--;
      return this.#isLastHalf(place);
    }
    this.#place = moved(place, stamp);
    return true;
  }

  /** Of the last line that was passed on a part may be missing. */
  #isLastHalf({ bytes }: Place): boolean {
    if (this.#over > 0 || bytes === undefined) return false;
    this.#overBytes = bytes;
    return true;
  }

  #pass(stamp: Stamp, body: Buffer, isWhole: boolean): void {
    const place = this.#place as Place;
    const over = Math.min(this.#overBytes, body.length);
    this.#overBytes -= over;
    const timestampMs = stamp.seconds * 1000 + Math.floor(stamp.nanos / 1e6);
    if (this.#isTorn || this.#isJump(timestampMs)) {
      this.#isTorn = false;
      this.#fileBytes = 0;
      this.#push(timestampMs, Buffer.from(tornNotice));
    }
    if (over < body.length || (over === 0 && isWhole && place.bytes === undefined))
      this.#push(timestampMs, body.subarray(over));
    this.#fileBytes += body.length + prefixBytes;
    place.bytes = isWhole ? undefined : (place.bytes ?? 0) + body.length - over;
    if (this.#lines.length >= batchLines || this.#bytes >= batchBytes) this.#seal();
  }

  /** Whether a file may be missing between the line before and this one. */
  #isJump(timestampMs: number): boolean {
    const jumpMs = timestampMs - this.#before.timestampMs;
    const passedMs = this.#nowMs - this.#before.nowMs;
    this.#before = { timestampMs, nowMs: this.#nowMs };
    return this.#fileBytes >= fileBytes && jumpMs >= fileMs && passedMs < jumpMs / 2;
  }

  #push(timestampMs: number, message: Uint8Array): void {
    this.#lines.push({ timestampMs, message });
    this.#bytes += message.length;
  }

  #seal(): void {
    this.#full.push({ lines: this.#lines, position: this.position });
    this.#lines = [];
    this.#bytes = 0;
  }
}

const tornNotice =
  'longshore: the node began another log file before all of the last was read; lines may be missing here';

function moved(place: Place | undefined, stamp: Stamp): Place {
  if (place === undefined) return { stamp, after: 0, greatest: stamp, bytes: undefined };
  const greatest = isBefore(place.greatest, stamp) ? stamp : place.greatest;
  const isBack = stamp.seconds < place.stamp.seconds - slackSeconds;
  return isBefore(place.stamp, stamp) || isBack
    ? { stamp, after: 0, greatest, bytes: undefined }
    : { stamp: place.stamp, after: place.after + 1, greatest, bytes: undefined };
}

const stampText = ({ seconds, nanos }: Stamp): string => `${seconds}.${nanos}`;

function placeOf(position: LogPosition | undefined): Place | undefined {
  const parts = /^1:(\d{1,11})\.(\d+):(\d+):(\d{1,11})\.(\d+):(\d*)$/
    .exec(position ?? '')
    ?.slice(1);
  if (parts === undefined) return undefined;
  const [seconds = 0, nanos = 0, after = 0, mostSeconds = 0, mostNanos = 0] = parts.map(Number);
  return {
    stamp: { seconds, nanos },
    after,
    greatest: { seconds: mostSeconds, nanos: mostNanos },
    bytes: parts[5] === '' ? undefined : Number(parts[5]),
  };
}

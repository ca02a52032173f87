// Docker's log stream becomes lines: frames of either stream are taken apart, time stamps are read
// and stripped, and the 16 KiB pieces that Docker makes of long lines are rejoined. Pure bytes: it
// waits for nothing, and its memory is bounded.

import type { LogBatch, LogLine, LogPosition } from '../../port/engine.ts';
import { StampReader, type Stamp } from '../log-stamp.ts';
import type { LogPositions, StreamNumber } from './log-position.ts';

/** What is handed on at once. */
const batchLines = 1_000;
const batchBytes = 1024 * 1024;
/** A longer line is handed on in parts of this size; CloudWatch's own limit is far below. */
const lineBytes = 1024 * 1024;

const headerBytes = 8;
const newline = 10;

/**
 * Docker's pieces are exactly this long. The `local` driver of older daemons leaves the line end
 * off a line's last piece, so a shorter piece ends its line, whatever it ends in. Podman marks ends
 * truly and its pieces have other lengths: 0.
 */
export const dockerPieceBytes = 16_384;

export interface LogEntry {
  readonly stream: StreamNumber;
  readonly stamp: Stamp;
  readonly piece: Uint8Array;
  /** Its line ends with it. */
  readonly complete: boolean;
}

/**
 * Whether two are the same entry of one log: no other of its stream bears its stamp but the pieces
 * of its own line.
 */
export const isSameEntry = (a: LogEntry, b: LogEntry): boolean =>
  a.stream === b.stream &&
  a.complete &&
  b.complete &&
  a.stamp.seconds === b.stamp.seconds &&
  a.stamp.nanos === b.stamp.nanos &&
  Buffer.compare(a.piece, b.piece) === 0;

/** A line that is still coming. */
interface Unfinished {
  readonly stamp: Stamp;
  pieces: Uint8Array[];
  bytes: number;
}

export class LogLines {
  readonly #positions: LogPositions;
  readonly #pieceBytes: number;
  readonly #drop: { 1: number; 2: number };
  readonly #unfinished: { 1: Unfinished | undefined; 2: Unfinished | undefined } = {
    1: undefined,
    2: undefined,
  };
  readonly #stamps = new StampReader();
  /** The beginning of a frame whose rest has not come. */
  #rest: Buffer | undefined;
  #lines: LogLine[] = [];
  #bytes = 0;
  readonly #full: LogBatch[] = [];
  /** The last entry that came, dropped or not. */
  last: LogEntry | undefined;
  /** What the daemon has to say of trouble with reading; the output ends here. */
  failure: string | undefined;

  /** `drop`: how many entries of either stream were passed on before. */
  constructor(positions: LogPositions, drop: { 1: number; 2: number }, pieceBytes: number) {
    this.#positions = positions;
    this.#drop = drop;
    this.#pieceBytes = pieceBytes;
  }

  /** Whether a batch is full: time to stop feeding. */
  get isFull(): boolean {
    return this.#full.length > 0;
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0 && this.#full.length === 0;
  }

  /** Behind the last line that was taken or is to be taken. */
  get position(): LogPosition {
    return this.#positions.text();
  }

  feed(chunk: Buffer): void {
    const data = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (at + headerBytes <= data.length) {
      const end = at + headerBytes + data.readUInt32BE(at + 4);
      if (end > data.length) break;
      this.#entry(data[at] ?? 0, data, at + headerBytes, end);
      at = end;
    }
    this.#rest = at < data.length ? data.subarray(at) : undefined;
  }

  /** No more will come: what is unfinished is a line too. */
  finish(): void {
    this.#flush(1);
    this.#flush(2);
  }

  /** What can be handed on now; undefined: nothing. */
  take(): LogBatch | undefined {
    if (this.#full.length === 0 && this.#lines.length > 0) this.#seal();
    return this.#full.shift();
  }

  #seal(): void {
    this.#full.push({ lines: this.#lines, position: this.position });
    this.#lines = [];
    this.#bytes = 0;
  }

  #entry(stream: number, data: Buffer, from: number, end: number): void {
    if (stream !== 1 && stream !== 2) {
      this.failure = data.toString('utf8', from, end).trim();
      return;
    }
    const stamp = this.#stamps.read(data, from, end);
    const start = this.#stamps.end;
    const hasEnd = end > start && data[end - 1] === newline;
    const complete = hasEnd || end - start < this.#pieceBytes;
    const piece = data.subarray(start, hasEnd ? end - 1 : end);
    this.#positions.read(stream, stamp, complete);
    this.last = { stream, stamp, piece, complete };
    if (this.#drop[stream] > 0) {
      this.#drop[stream]--;
      return;
    }
    const unfinished = this.#unfinished[stream];
    if (complete && unfinished === undefined) {
      this.#pass(stream, stamp, piece, 1);
      return;
    }
    if (unfinished === undefined) {
      this.#unfinished[stream] = { stamp, pieces: [piece], bytes: piece.length };
      return;
    }
    unfinished.pieces.push(piece);
    unfinished.bytes += piece.length;
    if (complete || unfinished.bytes >= lineBytes) this.#flush(stream);
  }

  #flush(stream: StreamNumber): void {
    const unfinished = this.#unfinished[stream];
    if (unfinished === undefined) return;
    this.#unfinished[stream] = undefined;
    this.#pass(
      stream,
      unfinished.stamp,
      Buffer.concat(unfinished.pieces, unfinished.bytes),
      unfinished.pieces.length,
    );
  }

  #pass(stream: StreamNumber, stamp: Stamp, message: Uint8Array, entries: number): void {
    this.#positions.pass(stream, stamp, entries);
    this.#lines.push({
      timestampMs: stamp.seconds * 1000 + Math.floor(stamp.nanos / 1e6),
      message,
    });
    this.#bytes += message.length;
    if (this.#lines.length >= batchLines || this.#bytes >= batchBytes) this.#seal();
  }
}

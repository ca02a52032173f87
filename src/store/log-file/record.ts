// The bytes of a stream's file: a header that says whose it is, then one frame a batch (several for
// a very large one). A frame carries its length and checksum, so that a tail torn by a power loss
// is found. Pure: it touches no file.
//
//   header  magic 8 | length u32 | crc u32 | id 12 | JSON [scope, group, stream]
//   frame   magic u32 | crc u32 | length u32 | events u32 | ingestion f64 | least f64
//           | greatest f64 | position length u32 | position
//           | events: length u32, timestamp f64, message
//
// Little-endian. The frame's checksum begins from the file's id, so that no message can pass for a
// frame of its file.

import { crc32 } from 'node:zlib';
import type { Scope } from '../../base/ids.ts';
import type { LogLine, LogPosition } from '../../port/engine.ts';
import type { LogStreamKey } from '../../port/log-sink.ts';

const fileMagic = Buffer.from('LSLOG\0\0\x01', 'latin1');
export const idBytes = 12;
export const idOffset = 16;
const fixedHeaderBytes = idOffset + idBytes;
/** Two names of 512 characters, escaped, are far below it. */
export const maxHeaderBytes = 16_384;

const frameMagic = 0x4c_53_42_46;
export const frameHeaderBytes = 44;
export const eventHeaderBytes = 12;
/**
 * A batch above this is written as several frames, so that a page never reads much more than it
 * answers.
 */
const frameBodyBytes = 1_048_576;
/** No frame is longer: its body, and its position, which is a few hundred bytes. */
export const maxFrameBytes = frameHeaderBytes + frameBodyBytes + 65_536;
/**
 * In place of a position's length: the batch goes on in the next frame, and this one alone is
 * nothing.
 */
const continued = 0xffff_ffff;
/** In place of a position's length: nothing of the stream came from an engine yet. */
const noPosition = 0xffff_fffe;

export interface FileHeader {
  /** Random: tells a file from a later one of the same stream. */
  readonly id: Buffer;
  /** Where the first frame begins. */
  readonly bytes: number;
  readonly key: LogStreamKey;
}

export function encodeHeader(key: LogStreamKey, id: Buffer): Buffer {
  const name = Buffer.from(JSON.stringify([key.scope, key.group, key.stream]));
  const header = Buffer.alloc(fixedHeaderBytes + name.length);
  fileMagic.copy(header);
  header.writeUInt32LE(header.length, 8);
  id.copy(header, 16, 0, idBytes);
  name.copy(header, fixedHeaderBytes);
  header.writeUInt32LE(crc32(header.subarray(16)), 12);
  return header;
}

/** Undefined: not one of our files, or torn before its first batch was whole. */
export function decodeHeader(bytes: Buffer): FileHeader | undefined {
  if (bytes.length < fixedHeaderBytes || !bytes.subarray(0, fileMagic.length).equals(fileMagic))
    return undefined;
  const length = bytes.readUInt32LE(8);
  if (length < fixedHeaderBytes || length > Math.min(bytes.length, maxHeaderBytes))
    return undefined;
  if (crc32(bytes.subarray(16, length)) !== bytes.readUInt32LE(12)) return undefined;
  const [scope, group, stream] = JSON.parse(bytes.toString('utf8', fixedHeaderBytes, length)) as [
    Scope,
    string,
    string,
  ];
  return {
    id: Buffer.from(bytes.subarray(16, 16 + idBytes)),
    bytes: length,
    key: { scope, group, stream },
  };
}

export interface Frame {
  readonly offset: number;
  readonly bytes: number;
  readonly events: number;
  readonly ingestionTimeMs: number;
  /** Infinity and -Infinity where there are no events. */
  readonly leastMs: number;
  readonly greatestMs: number;
  /** Where the first event begins. */
  readonly eventsOffset: number;
  /** The batch ends here. */
  readonly final: boolean;
  readonly position: LogPosition | undefined;
}

/**
 * All frames of a batch in one buffer. No line may be empty; `position` is what to read on from
 * after the last one.
 */
export function encodeFrames(
  lines: readonly LogLine[],
  position: LogPosition | undefined,
  ingestionTimeMs: number,
  id: Buffer,
): Buffer {
  const positionBytes = position === undefined ? undefined : Buffer.from(position);
  const cuts: number[] = [];
  let body = 0;
  let total = 0;
  for (let at = 0; at < lines.length; at++) {
    const size = eventHeaderBytes + (lines[at] as LogLine).message.length;
    if (body > 0 && body + size > frameBodyBytes) {
      cuts.push(at);
      total += frameHeaderBytes + body;
      body = 0;
    }
    body += size;
  }
  cuts.push(lines.length);
  total += frameHeaderBytes + body + (positionBytes?.length ?? 0);
  const bytes = Buffer.allocUnsafeSlow(total);
  const seed = crc32(id);
  let from = 0;
  let start = 0;
  for (const to of cuts) {
    const final = to === lines.length;
    const end = writeFrame(
      bytes,
      start,
      lines,
      from,
      to,
      final ? positionBytes : undefined,
      final ? (positionBytes?.length ?? noPosition) : continued,
      ingestionTimeMs,
    );
    bytes.writeUInt32LE(crc32(bytes.subarray(start + 8, end), seed), start + 4);
    from = to;
    start = end;
  }
  return bytes;
}

/** Answers where the frame ends. */
function writeFrame(
  bytes: Buffer,
  start: number,
  lines: readonly LogLine[],
  from: number,
  to: number,
  position: Buffer | undefined,
  positionLength: number,
  ingestionTimeMs: number,
): number {
  let at = start + frameHeaderBytes;
  if (position !== undefined) at += position.copy(bytes, at);
  let least = Infinity;
  let greatest = -Infinity;
  for (let line = from; line < to; line++) {
    const { message } = lines[line] as LogLine;
    const timestampMs = Math.trunc((lines[line] as LogLine).timestampMs);
    if (timestampMs < least) least = timestampMs;
    if (timestampMs > greatest) greatest = timestampMs;
    at = bytes.writeUInt32LE(message.length, at);
    at = bytes.writeDoubleLE(timestampMs, at);
    bytes.set(message, at);
    at += message.length;
  }
  bytes.writeUInt32LE(frameMagic, start);
  bytes.writeUInt32LE(at - start, start + 8);
  bytes.writeUInt32LE(to - from, start + 12);
  bytes.writeDoubleLE(ingestionTimeMs, start + 16);
  bytes.writeDoubleLE(least, start + 24);
  bytes.writeDoubleLE(greatest, start + 32);
  bytes.writeUInt32LE(positionLength, start + 40);
  return at;
}

const magicBytes = Buffer.alloc(4);
magicBytes.writeUInt32LE(frameMagic);

/** Where a frame may begin, at `from` or behind it; -1: nowhere. */
export const nextMagic = (bytes: Buffer, from: number): number => bytes.indexOf(magicBytes, from);

/**
 * The length that a frame at `at` claims; undefined where no frame begins, or none of this length,
 * or its fixed part is cut off.
 */
export function frameLength(bytes: Buffer, at: number): number | undefined {
  if (at + frameHeaderBytes > bytes.length || bytes.readUInt32LE(at) !== frameMagic)
    return undefined;
  const length = bytes.readUInt32LE(at + 8);
  return length < frameHeaderBytes || length > maxFrameBytes ? undefined : length;
}

/** Whether the whole frame at `at`, of the length it claims, is as it was written. */
export function isIntact(bytes: Buffer, at: number, length: number, id: Buffer): boolean {
  return crc32(bytes.subarray(at + 8, at + length), crc32(id)) === bytes.readUInt32LE(at + 4);
}

/**
 * Reads the fixed part of an intact frame; `base` is the file offset of the buffer's first byte.
 */
export function decodeFrame(bytes: Buffer, at: number, base: number): Frame {
  const positionLength = bytes.readUInt32LE(at + 40);
  const has = positionLength < noPosition;
  const positionAt = at + frameHeaderBytes;
  return {
    offset: base + at,
    bytes: bytes.readUInt32LE(at + 8),
    events: bytes.readUInt32LE(at + 12),
    ingestionTimeMs: bytes.readDoubleLE(at + 16),
    leastMs: bytes.readDoubleLE(at + 24),
    greatestMs: bytes.readDoubleLE(at + 32),
    eventsOffset: base + positionAt + (has ? positionLength : 0),
    final: positionLength !== continued,
    position: has ? bytes.toString('utf8', positionAt, positionAt + positionLength) : undefined,
  };
}

/**
 * Walks the events of frames, one after another, without allocating for each. After `next()`
 * answered true the fields describe one event. A frame that is not as it was written is left out.
 */
export class EventCursor {
  readonly #bytes: Buffer;
  readonly #base: number;
  readonly #id: Buffer;
  #at = 0;
  #frameEnd = 0;
  readonly #onDamage: ((bytes: number) => void) | undefined;
  /** File offsets of this event's record and of the one after it. */
  offset = 0;
  nextOffset = 0;
  timestampMs = 0;
  ingestionTimeMs = 0;
  messageBytes = 0;
  #messageAt = 0;

  /** `base` is the file offset of the first byte. */
  constructor(bytes: Buffer, base: number, id: Buffer, onDamage?: (bytes: number) => void) {
    this.#onDamage = onDamage;
    this.#id = id;
    this.#bytes = bytes;
    this.#base = base;
  }

  next(): boolean {
    const bytes = this.#bytes;
    while (this.#at >= this.#frameEnd) {
      if (!this.#toIntact()) return false;
      const frame = decodeFrame(bytes, this.#frameEnd, 0);
      this.#at = frame.eventsOffset;
      this.#frameEnd += frame.bytes;
      this.ingestionTimeMs = frame.ingestionTimeMs;
    }
    this.offset = this.#base + this.#at;
    this.messageBytes = bytes.readUInt32LE(this.#at);
    this.timestampMs = bytes.readDoubleLE(this.#at + 4);
    this.#messageAt = this.#at + eventHeaderBytes;
    this.#at = this.#messageAt + this.messageBytes;
    this.nextOffset = this.#base + this.#at;
    return true;
  }

  /** Whether there is one: the next frame that is as it was written. */
  #toIntact(): boolean {
    const bytes = this.#bytes;
    for (let at = this.#frameEnd; at >= 0 && at < bytes.length; at = nextMagic(bytes, at + 1)) {
      const length = frameLength(bytes, at);
      if (
        length === undefined ||
        at + length > bytes.length ||
        !isIntact(bytes, at, length, this.#id)
      )
        continue;
      this.#skipTo(at);
      return true;
    }
    this.#skipTo(Math.max(bytes.length, this.#frameEnd));
    return false;
  }

  #skipTo(at: number): void {
    if (at > this.#frameEnd) this.#onDamage?.(at - this.#frameEnd);
    this.#frameEnd = at;
  }

  /** The message's bytes as they were written; a view that lives as long as the block. */
  raw(): Buffer {
    return this.#bytes.subarray(this.#messageAt, this.#messageAt + this.messageBytes);
  }

  /** Invalid UTF-8 is replaced here, by U+FFFD. */
  message(): string {
    return this.#bytes.toString('utf8', this.#messageAt, this.#messageAt + this.messageBytes);
  }
}

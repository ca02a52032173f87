// Finding what is still whole in a stream's file that is damaged: the next intact frame behind
// bytes that are none, and whose file it is when its header cannot be read. Only a checksum proves
// a frame, so that what a job prints passes for none. It only reads.

import { crc32 } from 'node:zlib';
import type { LogStreamKey } from '../../port/log-sink.ts';
import { readRange } from './file-io.ts';
import {
  decodeFrame,
  encodeHeader,
  eventHeaderBytes,
  frameLength,
  idBytes,
  idOffset,
  isIntact,
  maxFrameBytes,
  nextMagic,
  type FileHeader,
  type Frame,
} from './record.ts';

const windowBytes = 4_194_304;
/**
 * What all checksums of one search may read: output that looks like frames must not hold a start up
 * for long.
 */
const budgetBytes = 1_073_741_824;
/**
 * Where the header is damaged: how far in the first frames are looked for, and how many are tried.
 */
const headerSearchBytes = 2 * maxFrameBytes;
const headerCandidates = 64;

interface Damage {
  /** Whole frames before it that belong to a batch of which more was lost. */
  readonly before: readonly Frame[];
  /** Where the next intact frame begins; undefined where it took too much to look for one. */
  readonly to: number | undefined;
}

/**
 * What to do about bytes at `start` that are no whole batch; undefined: nothing intact follows, so
 * they are a torn tail.
 */
export async function damageAt(
  descriptor: number,
  start: number,
  size: number,
  id: Buffer,
): Promise<Damage | undefined> {
  const before: Frame[] = [];
  let at = start;
  for (;;) {
    const bytes = await readRange(descriptor, at, Math.min(size, at + maxFrameBytes));
    const length = frameLength(bytes, 0);
    if (length === undefined || length > bytes.length || !isIntact(bytes, 0, length, id)) break;
    before.push(decodeFrame(bytes, 0, at));
    at += length;
  }
  let budget = budgetBytes;
  for (at += 1; at < size; at += windowBytes) {
    const bytes = await readRange(descriptor, at, Math.min(size, at + windowBytes + maxFrameBytes));
    for (
      let place = nextMagic(bytes, 0);
      place >= 0 && place < windowBytes;
      place = nextMagic(bytes, place + 1)
    ) {
      const length = frameLength(bytes, place);
      if (length === undefined || place + length > bytes.length) continue;
      budget -= length;
      if (budget < 0) return { before, to: undefined };
      if (isIntact(bytes, place, length, id)) return { before, to: at + place };
    }
  }
  return undefined;
}

/**
 * The header of a file in which it is damaged, by the frames that follow; undefined where none is
 * intact.
 */
export async function recoverHeader(
  descriptor: number,
  size: number,
  key: LogStreamKey,
): Promise<FileHeader | undefined> {
  const bytes = await readRange(descriptor, 0, Math.min(size, headerSearchBytes));
  const kept = Buffer.alloc(idBytes);
  bytes.subarray(idOffset, idOffset + idBytes).copy(kept);
  const places: { readonly at: number; readonly length: number }[] = [];
  for (
    let at = nextMagic(bytes, 0);
    at >= 0 && places.length < headerCandidates;
    at = nextMagic(bytes, at + 1)
  ) {
    const length = frameLength(bytes, at);
    if (length !== undefined && at + length <= bytes.length) places.push({ at, length });
  }
  const byId = places.find(({ at, length }) => isIntact(bytes, at, length, kept));
  if (byId !== undefined) return { id: kept, bytes: byId.at, key };
  // The checksum of a frame begins from that of the id, which can be worked out backwards from any
  // frame that is whole.
  const first = places.find(({ at, length }) => isWellFormed(bytes, at, length));
  if (first === undefined) return undefined;
  return {
    id: idFor(
      unwind(
        bytes.readUInt32LE(first.at + 4),
        bytes.subarray(first.at + 8, first.at + first.length),
      ),
      kept,
    ),
    bytes: first.at,
    key,
  };
}

/** Whether the new header fits before the first frame. */
export const fitsBefore = (header: FileHeader): boolean =>
  encodeHeader(header.key, header.id).length <= header.bytes;

/** Whether its events fill it exactly. */
function isWellFormed(bytes: Buffer, at: number, length: number): boolean {
  const { events, eventsOffset } = decodeFrame(bytes, at, 0);
  let place = eventsOffset;
  let count = 0;
  for (; place + eventHeaderBytes <= at + length; count++)
    place += eventHeaderBytes + bytes.readUInt32LE(place);
  return place === at + length && count === events;
}

// ---- CRC-32 backwards ----

const table = Uint32Array.from({ length: 256 }, (_, value) => {
  let rest = value;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest >>> 0;
});
/** By the upper byte, which no two entries share. */
const byUpper = new Uint8Array(256);
table.forEach((entry, value) => (byUpper[entry >>> 24] = value));

/** The checksum to begin from that gives `crc` over the bytes. */
function unwind(crc: number, bytes: Uint8Array): number {
  let state = ~crc >>> 0;
  for (let at = bytes.length - 1; at >= 0; at--) {
    const value = byUpper[state >>> 24] as number;
    state = (((state ^ (table[value] as number)) << 8) | (value ^ (bytes[at] as number))) >>> 0;
  }
  return ~state >>> 0;
}

/** An id with that checksum, as near to what is left of the old one as can be. */
function idFor(seed: number, kept: Buffer): Buffer {
  const id = Buffer.from(kept);
  const last = idBytes - 4;
  id.writeUInt32LE((~crc32(id.subarray(0, last)) ^ ~unwind(seed, new Uint8Array(4))) >>> 0, last);
  return id;
}

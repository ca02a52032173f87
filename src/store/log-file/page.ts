// Reads a page of one stream's events, forward or backward, block by block. Blocks outside the
// asked time are skipped by the index, so that no page costs a scan of the file. An offset may be
// any number: callers get it back from clients.

import type { LogPage, LogRead, StoredLogEvent } from '../../port/log-sink.ts';
import { EventIds } from './event-id.ts';
import { readRange } from './file-io.ts';
import { EventCursor } from './record.ts';
import { eventOverheadBytes, type StreamIndex } from './stream-index.ts';

/** A page of a stream without events: reading goes on at the place that was asked for. */
export function emptyPage(read: LogRead): LogPage {
  const at = read.offset ?? 0;
  return { events: [], forwardOffset: at, backwardOffset: at };
}

/** `onDamage` is told of bytes that were left out because they are not as they were written. */
export async function readPage(
  index: StreamIndex,
  descriptor: number,
  read: LogRead,
  onDamage: (bytes: number) => void,
): Promise<LogPage> {
  const page =
    read.direction === 'forward'
      ? await readForward(index, descriptor, read, onDamage)
      : await readBackward(index, descriptor, read, onDamage);
  const first = page[0];
  const last = page.at(-1);
  if (first === undefined || last === undefined) {
    // Nothing there: the same place is answered again, which is how clients know the end.
    const at = read.offset ?? (read.direction === 'forward' ? 0 : index.end);
    return { events: [], forwardOffset: at, backwardOffset: at };
  }
  return { events: page, forwardOffset: last.nextOffset, backwardOffset: first.offset };
}

async function readForward(
  index: StreamIndex,
  descriptor: number,
  read: LogRead,
  onDamage: (bytes: number) => void,
): Promise<StoredLogEvent[]> {
  const from = read.fromMs ?? -Infinity;
  const to = read.toMs ?? Infinity;
  const offset = read.offset ?? 0;
  const ids = new EventIds(index.header.id);
  const page: StoredLogEvent[] = [];
  let bytes = 0;
  // Appends may add blocks, or widen the last one, while this reads: both are whole batches.
  for (let at = index.blockAt(offset); at < index.blockCount; at++) {
    const block = index.block(at);
    if (block.greatestMs < from || block.leastMs >= to || block.end <= offset) continue;
    const cursor = new EventCursor(
      await readRange(descriptor, block.offset, block.end),
      block.offset,
      index.header.id,
      onDamage,
    );
    while (cursor.next()) {
      if (cursor.offset < offset || cursor.timestampMs < from || cursor.timestampMs >= to) continue;
      bytes += cursor.messageBytes + eventOverheadBytes;
      if (page.length > 0 && bytes > read.maxBytes) return page;
      page.push(eventAt(cursor, ids, read.key.stream));
      if (page.length >= read.maxEvents) return page;
    }
  }
  return page;
}

async function readBackward(
  index: StreamIndex,
  descriptor: number,
  read: LogRead,
  onDamage: (bytes: number) => void,
): Promise<StoredLogEvent[]> {
  const from = read.fromMs ?? -Infinity;
  const to = read.toMs ?? Infinity;
  const end = Math.min(read.offset ?? index.end, index.end);
  const ids = new EventIds(index.header.id);
  const newestFirst: StoredLogEvent[] = [];
  let bytes = 0;
  for (let at = Math.min(index.blockAt(end), index.blockCount - 1); at >= 0; at--) {
    const block = index.block(at);
    if (block.greatestMs < from || block.leastMs >= to || block.offset >= end) continue;
    const data = await readRange(descriptor, block.offset, block.end);
    const fitting = lastFitting(data, block.offset, index.header.id, {
      from,
      to,
      end,
      most: read.maxEvents - newestFirst.length,
      maxBytes: read.maxBytes - bytes,
      atLeastOne: newestFirst.length === 0,
    });
    bytes += fitting.bytes;
    const events: StoredLogEvent[] = [];
    const cursor = new EventCursor(data, block.offset, index.header.id, onDamage);
    for (let seen = 0; events.length < fitting.count && cursor.next();) {
      if (cursor.offset >= end || cursor.timestampMs < from || cursor.timestampMs >= to) continue;
      if (seen++ >= fitting.skip) events.push(eventAt(cursor, ids, read.key.stream));
    }
    for (const event of events.reverse()) newestFirst.push(event);
    if (fitting.full || newestFirst.length >= read.maxEvents) break;
  }
  return newestFirst.reverse();
}

interface Wanted {
  readonly from: number;
  readonly to: number;
  readonly end: number;
  readonly most: number;
  readonly maxBytes: number;
  readonly atLeastOne: boolean;
}

/**
 * Which of a block's wanted events still go onto the page, counted from the block's end, without
 * decoding any.
 */
function lastFitting(
  data: Buffer,
  base: number,
  id: Buffer,
  wanted: Wanted,
): { skip: number; count: number; bytes: number; full: boolean } {
  const sizes: number[] = [];
  const cursor = new EventCursor(data, base, id);
  while (cursor.next()) {
    if (
      cursor.offset >= wanted.end ||
      cursor.timestampMs < wanted.from ||
      cursor.timestampMs >= wanted.to
    )
      continue;
    sizes.push(cursor.messageBytes + eventOverheadBytes);
  }
  let count = 0;
  let bytes = 0;
  while (count < Math.min(sizes.length, wanted.most)) {
    const size = sizes[sizes.length - 1 - count] as number;
    if (bytes + size > wanted.maxBytes && !(wanted.atLeastOne && count === 0))
      return { skip: sizes.length - count, count, bytes, full: true };
    bytes += size;
    count++;
  }
  return { skip: sizes.length - count, count, bytes, full: count >= wanted.most };
}

export function eventAt(cursor: EventCursor, ids: EventIds, stream: string): StoredLogEvent {
  return {
    eventId: ids.of(cursor.timestampMs, cursor.offset),
    timestampMs: cursor.timestampMs,
    ingestionTimeMs: cursor.ingestionTimeMs,
    message: cursor.message(),
    stream,
    offset: cursor.offset,
    nextOffset: cursor.nextOffset,
  };
}

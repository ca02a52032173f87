// Searches many streams' files at once, merged by time; it runs in the search worker. Streams are
// read block by block and only when their turn comes, so that memory does not grow with the number
// of streams that are searched.
//
// The order is by key, then by stream, then by offset. An event's key is its own timestamp or,
// where events did not come in order, the greatest before it in its stream: so each stream is
// ascending, and a place in the merged order can be found again by the token, which is the last
// place that was looked at.

import { statSync } from 'node:fs';
import { Heap } from '../../base/heap.ts';
import {
  SinkBusy,
  type LogSearch,
  type LogSearchPage,
  type LogStreamKey,
  type StoredLogEvent,
} from '../../port/log-sink.ts';
import { DescriptorPool } from './descriptor-pool.ts';
import { EventIds } from './event-id.ts';
import { readOnly, readRange } from './file-io.ts';
import { parseFilterPattern } from './filter-pattern/parse.ts';
import { loadIndex, scan } from './load-index.ts';
import { eventAt } from './page.ts';
import { decodePlace, encodePlace, type SearchPlace } from './search-place.ts';
import { EventCursor } from './record.ts';
import { eventOverheadBytes, type StreamIndex } from './stream-index.ts';
import { groupDirectory, streamPath } from './stream-path.ts';

/** What a stream's turn reads at most at once. */
const readBytes = 262_144;
const mostIndexes = 32_768;
/** How many files are opened at a time. */
const opensAtOnce = 16;
/**
 * A page ends after this time even if it is not full, so that others have their turn; its token
 * goes on.
 */
const longestMs = 1000;
/**
 * No event is later than the last write of its file by more: PutLogEvents takes two hours, and
 * clocks differ.
 */
const futureMs = 3 * 3_600_000;

interface Range {
  readonly from: number;
  readonly to: number;
  readonly after: SearchPlace | undefined;
  readonly needle: Buffer | undefined;
}

export class Searcher {
  readonly #root: string;
  readonly #descriptors: DescriptorPool;
  /** By path; inode and time of birth tell a file from its successor. */
  readonly #indexes = new Map<
    string,
    { readonly inode: number; readonly bornAtMs: number; readonly index: StreamIndex }
  >();

  /** Keeps up to `openFiles` open. */
  constructor(root: string, openFiles: number) {
    this.#root = root;
    this.#descriptors = new DescriptorPool(openFiles);
  }

  async search(
    search: LogSearch & { readonly streams: readonly string[] },
  ): Promise<LogSearchPage> {
    const matcher = parseFilterPattern(search.filterPattern ?? '');
    // Bytes that are not UTF-8 are seen as U+FFFD, which stands in no file.
    const needle =
      matcher.needle === undefined || matcher.needle.includes('\ufffd')
        ? undefined
        : Buffer.from(matcher.needle);
    const range: Range = {
      from: search.fromMs ?? -Infinity,
      to: search.toMs ?? Infinity,
      after: search.after === undefined ? undefined : decodePlace(search.after),
      needle,
    };
    const turns = new Heap<Turn>(comesBefore);
    for (const turn of await this.#open(search, range)) if (turn.seek()) turns.push(turn);
    return this.#merge(turns, search, (message) => matcher.matches(message));
  }

  async #merge(
    turns: Heap<Turn>,
    search: LogSearch,
    matches: (message: string) => boolean,
  ): Promise<LogSearchPage> {
    const events: StoredLogEvent[] = [];
    const startedAtMs = performance.now();
    let bytes = 0;
    let reads = 0;
    for (let turn = turns.pop(); turn !== undefined; turn = turns.pop()) {
      if (!turn.loaded) {
        if (reads++ > 0 && performance.now() - startedAtMs > longestMs)
          return { events: sorted(events), next: encodePlace(turn.placeBefore()) };
        await this.#descriptors
          .use(turn.path, readOnly, (descriptor) => turn.load(descriptor))
          .catch((error: unknown) => {
            if (error instanceof SinkBusy) throw error;
            turn.abandon();
          });
      }
      const other = turns.peek();
      let step = turn.loaded && turn.hasEvent ? 'event' : turn.advance();
      for (
        ;
        step === 'event' && (other === undefined || comesBefore(turn, other));
        step = turn.advance()
      ) {
        const message = turn.event.message();
        if (!matches(message)) continue;
        const size = turn.event.messageBytes + eventOverheadBytes;
        if (events.length > 0 && bytes + size > search.maxBytes)
          return { events: sorted(events), next: encodePlace(turn.placeBefore()) };
        bytes += size;
        events.push(eventAt(turn.event, turn.ids, turn.stream));
        if (events.length >= search.limit)
          return { events: sorted(events), next: encodePlace(turn.place()) };
      }
      if (step !== 'end') turns.push(turn);
    }
    return { events: sorted(events) };
  }

  async #open(
    search: LogSearch & { readonly streams: readonly string[] },
    range: Range,
  ): Promise<Turn[]> {
    const directory = groupDirectory(this.#root, search.scope, search.group);
    const names = search.streams.map((stream) => ({ stream, path: streamPath(directory, stream) }));
    const turns: Turn[] = [];
    for (let at = 0; at < names.length; at += opensAtOnce) {
      const opened = names.slice(at, at + opensAtOnce).map(async ({ stream, path }) => {
        const index = await this.#index(
          path,
          { scope: search.scope, group: search.group, stream },
          range.from,
        );
        return index === undefined ? [] : [new Turn(stream, path, index, range)];
      });
      turns.push(...(await Promise.all(opened)).flat());
    }
    return turns;
  }

  /** Undefined: there is no file, or nothing in it can be as late as `fromMs`. */
  async #index(path: string, key: LogStreamKey, fromMs: number): Promise<StreamIndex | undefined> {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined || stat.mtimeMs + futureMs < fromMs) return undefined;
    const known = this.#indexes.get(path);
    try {
      if (
        known !== undefined &&
        known.inode === stat.ino &&
        known.bornAtMs === stat.birthtimeMs &&
        known.index.end <= stat.size
      ) {
        if (known.index.end < stat.size)
          await this.#descriptors.use(path, readOnly, (descriptor) =>
            scan(descriptor, known.index, stat.size),
          );
        return known.index;
      }
      await this.#descriptors.forget(path);
      const index = (
        await this.#descriptors.use(path, readOnly, (descriptor) =>
          loadIndex(path, descriptor, key),
        )
      )?.index;
      this.#indexes.delete(path);
      if (index !== undefined)
        this.#indexes.set(path, { inode: stat.ino, bornAtMs: stat.birthtimeMs, index });
      if (this.#indexes.size > mostIndexes)
        this.#indexes.delete(this.#indexes.keys().next().value as string);
      return index;
    } catch (error) {
      if (error instanceof SinkBusy) throw error;
      // Deleted meanwhile.
      return undefined;
    }
  }
}

/**
 * One stream's part in a search: where it stands, and the events of the blocks that it has read.
 */
class Turn {
  readonly stream: string;
  readonly path: string;
  readonly ids: EventIds;
  readonly #index: StreamIndex;
  readonly #range: Range;
  /** The block that is read next. */
  #block = 0;
  #blocks = 0;
  #cursor: EventCursor | undefined;
  #greatest = -Infinity;
  /** The key of the event it stands at; while nothing is read, the least that can come. */
  key = -Infinity;
  hasEvent = false;

  constructor(stream: string, path: string, index: StreamIndex, range: Range) {
    this.stream = stream;
    this.path = path;
    this.ids = new EventIds(index.header.id);
    this.#index = index;
    this.#range = range;
    // What is appended from now on is for a later search: a stream that grows as fast as it is read
    // would never end.
    this.#blocks = index.blockCount;
  }

  get loaded(): boolean {
    return this.#cursor !== undefined;
  }

  get event(): EventCursor {
    return this.#cursor as EventCursor;
  }

  place(): SearchPlace {
    return {
      key: this.key,
      stream: this.stream,
      offset: this.hasEvent ? this.event.offset : this.#index.block(this.#block).offset,
    };
  }

  /** A place just before where it stands. */
  placeBefore(): SearchPlace {
    const place = this.place();
    return { ...place, offset: place.offset - 1 };
  }

  /** Goes to the first block that can hold something; false: there is none. */
  seek(): boolean {
    if (this.#range.after !== undefined)
      this.#block = this.#index.blockReaching(this.#range.after.key);
    return this.#skip();
  }

  #skip(): boolean {
    for (; this.#block < this.#blocks; this.#block++) {
      const block = this.#index.block(this.#block);
      if (block.greatestMs < this.#range.from || block.leastMs >= this.#range.to) continue;
      this.key = Math.max(block.greatestBeforeMs, block.leastMs);
      return true;
    }
    return false;
  }

  /** Reads the next blocks. */
  async load(descriptor: number): Promise<void> {
    const first = this.#index.block(this.#block);
    let end = first.end;
    this.#block++;
    while (this.#block < this.#blocks) {
      const next = this.#index.block(this.#block);
      if (
        next.end - first.offset > readBytes ||
        next.greatestMs < this.#range.from ||
        next.leastMs >= this.#range.to
      )
        break;
      end = next.end;
      this.#block++;
    }
    const bytes = await readRange(descriptor, first.offset, end);
    const { needle } = this.#range;
    this.#greatest = first.greatestBeforeMs;
    this.#cursor = new EventCursor(
      needle !== undefined && !bytes.includes(needle) ? bytes.subarray(0, 0) : bytes,
      first.offset,
      this.#index.header.id,
    );
    this.hasEvent = false;
  }

  /** Its file is gone. */
  abandon(): void {
    this.#block = this.#blocks;
    this.#cursor = new EventCursor(Buffer.alloc(0), 0, this.#index.header.id);
    this.hasEvent = false;
  }

  /** To the next event in range; `unread` where its blocks are used up and more can follow. */
  advance(): 'event' | 'unread' | 'end' {
    const { from, to, after } = this.#range;
    const cursor = this.event;
    while (cursor.next()) {
      if (cursor.timestampMs > this.#greatest) this.#greatest = cursor.timestampMs;
      if (cursor.timestampMs < from || cursor.timestampMs >= to) continue;
      this.key = this.#greatest;
      this.hasEvent = true;
      if (after !== undefined && !isAfter(this, after)) continue;
      return 'event';
    }
    this.hasEvent = false;
    this.#cursor = undefined;
    return this.#skip() ? 'unread' : 'end';
  }
}

const comesBefore = (a: Turn, b: Turn): boolean =>
  a.key < b.key || (a.key === b.key && a.stream < b.stream);

function isAfter(turn: Turn, place: SearchPlace): boolean {
  if (turn.key !== place.key) return turn.key > place.key;
  return turn.stream === place.stream
    ? turn.event.offset > place.offset
    : turn.stream > place.stream;
}

/** A page is in order of time even where its streams were not. */
function sorted(events: StoredLogEvent[]): StoredLogEvent[] {
  return events.sort((a, b) => a.timestampMs - b.timestampMs);
}

// A log sink in memory: what was appended survives a crash of the server, as it would on disk. It
// keeps to the port's words and to nothing else: an offset is an event's place in its stream, and
// its patterns are plain terms.

import type { LogBatch, LogPosition } from '../../src/port/engine.ts';
import {
  InvalidFilterPattern,
  InvalidSearchPlace,
  SinkBusy,
  type LogPage,
  type LogRead,
  type LogSearch,
  type LogSearchPage,
  type LogSink,
  type LogStreamFacts,
  type LogStreamKey,
  type LogStreamWriter,
  type PutBatch,
  type StoredLogEvent,
} from '../../src/port/log-sink.ts';

type Stored = Omit<StoredLogEvent, 'stream'>;

interface Stream {
  readonly events: Stored[];
  position: LogPosition | undefined;
}

/** What every event counts, whatever its length. */
const eventBytes = 100;

export class MemoryLogSink implements LogSink {
  readonly #streams = new Map<string, Stream>();
  readonly #now: () => number;
  /** The names of streams that were to be deleted. */
  readonly deleted: string[] = [];
  openWriters = 0;
  /** Thrown by appends while it is set. */
  failure: Error | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** How many streams hold something. */
  get size(): number {
    return this.#streams.size;
  }

  lines(key: LogStreamKey): readonly string[] {
    return this.#events(key).map(({ message }) => message);
  }

  #events(key: LogStreamKey): readonly Stored[] {
    return this.#streams.get(nameOf(key))?.events ?? [];
  }

  openWriter = async (key: LogStreamKey): Promise<LogStreamWriter> => {
    const stream: Stream = this.#streams.get(nameOf(key)) ?? { events: [], position: undefined };
    this.openWriters++;
    return {
      get position() {
        return stream.position;
      },
      append: async (batch) => this.#append(key, stream, batch),
      close: async () => void this.openWriters--,
    };
  };

  #append(key: LogStreamKey, stream: Stream, { lines, position }: LogBatch | PutBatch): void {
    if (this.failure !== undefined) throw this.failure;
    this.#streams.set(nameOf(key), stream);
    for (const { timestampMs, message } of lines) {
      const offset = stream.events.length + 1;
      stream.events.push({
        eventId: `${key.stream}/${offset}`,
        timestampMs,
        ingestionTimeMs: this.#now(),
        message: Buffer.from(message).toString(),
        offset,
        nextOffset: offset + 1,
      });
    }
    stream.position = position ?? stream.position;
  }

  read = async ({ key, fromMs, toMs, direction, maxEvents, offset }: LogRead): Promise<LogPage> => {
    const wanted = this.#events(key).filter(isWithin(fromMs, toMs));
    const page =
      direction === 'forward'
        ? wanted.filter((event) => event.offset >= (offset ?? 0)).slice(0, maxEvents)
        : wanted.filter((event) => event.offset < (offset ?? Infinity)).slice(-maxEvents);
    const at = offset ?? (direction === 'forward' ? 0 : this.#events(key).length + 1);
    return {
      events: page.map((event) => ({ ...event, stream: key.stream })),
      forwardOffset: page.at(-1)?.nextOffset ?? at,
      backwardOffset: page[0]?.offset ?? at,
    };
  };

  /** The pattern `busy` finds the sink so, and `{` is none. */
  search = async (search: LogSearch): Promise<LogSearchPage> => {
    const { filterPattern = '', after = '0', limit, fromMs, toMs } = search;
    if (filterPattern === 'busy') throw new SinkBusy('test');
    if (filterPattern === '{') throw new InvalidFilterPattern('Invalid filter pattern: test');
    const from = Number(after);
    if (!Number.isInteger(from)) throw new InvalidSearchPlace('test');
    const streams: string[] = [];
    for await (const some of search.streams) streams.push(...[some].flat());
    const found = streams
      .flatMap((stream) =>
        this.#events({ ...search, stream }).map((event) => ({ ...event, stream })),
      )
      .filter(isWithin(fromMs, toMs))
      .filter(({ message }) => message.includes(filterPattern))
      .toSorted((a, b) => a.timestampMs - b.timestampMs);
    const next = from + limit;
    return {
      events: found.slice(from, next),
      next: next < found.length ? String(next) : undefined,
    };
  };

  facts = async (key: LogStreamKey): Promise<LogStreamFacts | undefined> => {
    const events = this.#events(key);
    if (events.length === 0) return undefined;
    const times = events.map((event) => event.timestampMs);
    return {
      firstEventTimestampMs: Math.min(...times),
      lastEventTimestampMs: Math.max(...times),
      lastIngestionTimeMs: events.at(-1)?.ingestionTimeMs ?? 0,
      storedBytes: times.length * eventBytes,
    };
  };

  storedBytes = async (): Promise<number> => 1234;

  delete = async (key: LogStreamKey): Promise<void> => {
    this.deleted.push(key.stream);
    this.#streams.delete(nameOf(key));
  };

  close = async (): Promise<void> => undefined;
}

const nameOf = ({ scope, group, stream }: LogStreamKey): string => `${scope} ${group} ${stream}`;

const isWithin =
  (fromMs = -Infinity, toMs = Infinity) =>
  ({ timestampMs }: Stored): boolean =>
    timestampMs >= fromMs && timestampMs < toMs;

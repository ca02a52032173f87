// The world of an operation's test: rows and events in memory behind the ports. Only tests import
// it. Its sink keeps to the port's words and to nothing else: an offset is an event's place in its
// stream, and its patterns are plain terms.

import { scopeOf } from '../../src/base/ids.ts';
import {
  InvalidFilterPattern,
  InvalidSearchPlace,
  SinkBusy,
  type LogRead,
  type LogSearch,
  type LogSink,
  type LogStreamKey,
  type StoredLogEvent,
} from '../../src/port/log-sink.ts';
import type { LogStreamRow } from '../../src/core/world/changes.ts';
import type { StoreReader } from '../../src/port/store.ts';
import type { LogGroupRow, TableWrite, TableWriteOutcome } from '../../src/port/table.ts';
import type { LogsDeps } from '../../src/service/logs/deps.ts';

export const scope = scopeOf('123456789012', 'eu-west-1');
export const otherScope = scopeOf('123456789012', 'us-east-1');

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

export class FakeDeps implements LogsDeps {
  nowMs = 1_700_000_000_000;
  readonly groups = new Map<string, LogGroupRow>();
  readonly streams = new Map<string, LogStreamRow>();
  readonly sink = new FakeSink(() => this.nowMs);
  readonly clock = {
    now: () => this.nowMs,
    at: () => () => undefined,
    soon: (task: () => void) => queueMicrotask(task),
  };
  /** Runs before a write takes place: what others do meanwhile. */
  beforeWrite: (() => void) | undefined;

  readonly bus: LogsDeps['bus'] = {
    write: async (write) => {
      this.beforeWrite?.();
      return this.#write(write);
    },
  };

  readonly reader: Pick<StoreReader, 'logGroup' | 'logGroups' | 'logStream' | 'logStreams'> = {
    logGroup: (of, name) => this.groups.get(`${of} ${name}`),
    logGroups: ({ scope: of, prefix = '', contains = '', after = '', limit }) =>
      [...this.groups.values()]
        .filter(
          (row) =>
            row.scope === of &&
            row.name.startsWith(prefix) &&
            row.name.includes(contains) &&
            row.name > after,
        )
        .sort(byName)
        .slice(0, limit),
    logStream: (of, group, name) => this.streams.get(`${of} ${group} ${name}`),
    logStreams: ({ scope: of, group, prefix = '', order, descending, after, limit }) => {
      const key = (row: LogStreamRow): string =>
        order === 'name' ? row.name : `${String(row.createdAtMs).padStart(20, '0')} ${row.name}`;
      const sign = (descending ?? order === 'newest') ? -1 : 1;
      const compare = (a: LogStreamRow, b: LogStreamRow): number =>
        sign * (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
      const rows = [...this.streams.values()]
        .filter((row) => row.scope === of && row.group === group && row.name.startsWith(prefix))
        .sort(compare);
      return rows.filter((row) => after === undefined || compare(row, after) > 0).slice(0, limit);
    },
  };

  #write(write: TableWrite): TableWriteOutcome {
    if (write.table !== 'log-group' && write.table !== 'log-stream') return 'absent';
    if (write.table === 'log-group') {
      const key =
        write.write === 'create'
          ? `${write.row.scope} ${write.row.name}`
          : `${write.scope} ${write.name}`;
      const row = this.groups.get(key);
      if (write.write === 'create')
        return row === undefined ? (this.groups.set(key, write.row), 'done') : 'exists';
      if (row === undefined) return 'absent';
      if (write.write === 'tags') {
        this.groups.set(key, { ...row, tags: write.tags });
        return 'done';
      }
      if (write.write === 'retention')
        this.groups.set(key, { ...row, retentionInDays: write.retentionInDays });
      else {
        this.groups.delete(key);
        for (const one of [...this.streams.keys()])
          if (one.startsWith(`${key} `)) this.streams.delete(one);
      }
      return 'done';
    }
    const { scope: of, group, name } = write.write === 'create' ? write.row : write;
    const key = `${of} ${group} ${name}`;
    if (!this.groups.has(`${of} ${group}`)) return 'absent';
    if (write.write === 'delete') return this.streams.delete(key) ? 'done' : 'absent';
    return this.streams.has(key) ? 'exists' : (this.streams.set(key, write.row), 'done');
  }
}

type Stored = Omit<StoredLogEvent, 'stream'>;

class FakeSink implements LogSink {
  readonly events = new Map<string, Stored[]>();
  readonly deleted: string[] = [];
  openWriters = 0;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  #of = (key: LogStreamKey): Stored[] =>
    this.events.get(`${key.scope} ${key.group} ${key.stream}`) ?? [];

  openWriter: LogSink['openWriter'] = async (key) => {
    this.openWriters++;
    return {
      position: undefined,
      append: async ({ lines }) => {
        const all = this.#of(key);
        for (const { timestampMs, message } of lines) {
          const offset = all.length + 1;
          all.push({
            eventId: `${key.stream}/${offset}`,
            timestampMs,
            ingestionTimeMs: this.#now(),
            message: Buffer.from(message).toString(),
            offset,
            nextOffset: offset + 1,
          });
        }
        this.events.set(`${key.scope} ${key.group} ${key.stream}`, all);
      },
      close: async () => void this.openWriters--,
    };
  };

  read = async (read: LogRead) => {
    const wanted = this.#of(read.key).filter(
      ({ timestampMs }) =>
        timestampMs >= (read.fromMs ?? -Infinity) && timestampMs < (read.toMs ?? Infinity),
    );
    const forward = read.direction === 'forward';
    const page = forward
      ? wanted.filter(({ offset }) => offset >= (read.offset ?? 0)).slice(0, read.maxEvents)
      : wanted.filter(({ offset }) => offset < (read.offset ?? Infinity)).slice(-read.maxEvents);
    const at = read.offset ?? (forward ? 0 : this.#of(read.key).length + 1);
    return {
      events: page.map((event) => ({ ...event, stream: read.key.stream })),
      forwardOffset: page.at(-1)?.nextOffset ?? at,
      backwardOffset: page[0]?.offset ?? at,
    };
  };

  search = async (search: LogSearch) => {
    if (search.filterPattern === 'busy') throw new SinkBusy('test');
    if (search.filterPattern === '{')
      throw new InvalidFilterPattern('Invalid filter pattern: test');
    const from = search.after === undefined ? 0 : Number(search.after);
    if (!Number.isInteger(from)) throw new InvalidSearchPlace('test');
    const streams: string[] = [];
    for await (const some of search.streams) streams.push(...[some].flat());
    const found = streams
      .flatMap((stream) => this.#of({ ...search, stream }).map((event) => ({ ...event, stream })))
      .filter(
        ({ timestampMs, message }) =>
          timestampMs >= (search.fromMs ?? -Infinity) &&
          timestampMs < (search.toMs ?? Infinity) &&
          message.includes(search.filterPattern ?? ''),
      )
      .sort((a, b) => a.timestampMs - b.timestampMs);
    const events = found.slice(from, from + search.limit);
    return {
      events,
      next: from + search.limit < found.length ? String(from + search.limit) : undefined,
    };
  };

  facts = async (key: LogStreamKey) => {
    const times = this.#of(key).map((event) => event.timestampMs);
    if (times.length === 0) return undefined;
    return {
      firstEventTimestampMs: Math.min(...times),
      lastEventTimestampMs: Math.max(...times),
      lastIngestionTimeMs: this.#of(key).at(-1)?.ingestionTimeMs ?? 0,
      storedBytes: times.length * 100,
    };
  };

  storedBytes = async () => 1234;

  delete = async (key: LogStreamKey) => {
    this.deleted.push(key.stream);
    this.events.delete(`${key.scope} ${key.group} ${key.stream}`);
  };

  close = async () => undefined;
}

// The log sink on files: one append-only file a stream. It keeps what streams are in use, hands out
// their writers, and bounds how much is open and remembered. It knows no rows: whether a stream
// exists for CloudWatch is the database's to say.

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scope } from '../../base/ids.ts';
import type { LogBatch } from '../../port/engine.ts';
import {
  NoRoomForOutput,
  type LogPage,
  type LogRead,
  type LogSearch,
  type LogSearchPage,
  type LogSink,
  type LogStreamFacts,
  type LogStreamKey,
  type LogStreamWriter,
  type PutBatch,
} from '../../port/log-sink.ts';
import { DescriptorPool } from './descriptor-pool.ts';
import { DirectorySync, isMissing } from './file-io.ts';
import { eventHeaderBytes } from './record.ts';
import { parseFilterPattern } from './filter-pattern/parse.ts';
import { decodePlace } from './search-place.ts';
import { mostWorkers, SearchWorkers } from './search-workers.ts';
import { StreamFile } from './stream-file.ts';
import { fileSuffix, groupDirectory, streamPath } from './stream-path.ts';

/** How old the sum of a group's bytes may be. */
const storedBytesAgeMs = 60_000;
const mostTold = 1_000;

export interface FileLogSinkOptions {
  /** Milliseconds since the epoch: times of ingestion. */
  readonly now?: (() => number) | undefined;
  /** Files kept open, those of searches included. */
  readonly openFiles?: number | undefined;
  /** Streams whose index is kept though nobody uses them. */
  readonly idleStreams?: number | undefined;
  /** Asked before output is written whether there is room for so many bytes. */
  readonly hasRoom?: ((bytes: number) => boolean) | undefined;
  /** Told of damage to a file that was found, and how many bytes of it were lost or set aside. */
  readonly onDamage?: ((what: string, bytes: number) => void) | undefined;
}

export class FileLogSink implements LogSink {
  readonly #root: string;
  readonly #now: () => number;
  readonly #idleStreams: number;
  readonly #descriptors: DescriptorPool;
  readonly #hasRoom: (bytes: number) => boolean;
  readonly #told = new Set<string>();
  readonly #onDamage: (what: string, bytes: number) => void;
  readonly #directories = new DirectorySync();
  readonly #searches: SearchWorkers;
  /** By path, in order of last use. */
  readonly #streams = new Map<string, StreamFile>();
  readonly #deletions = new Map<string, Promise<void>>();
  readonly #groupBytes = new Map<
    string,
    { readonly atMs: number; readonly bytes: Promise<number> }
  >();

  /** Streams lie under `root`, which need not exist yet. */
  constructor(root: string, options: FileLogSinkOptions = {}) {
    this.#root = root;
    this.#now = options.now ?? Date.now;
    this.#idleStreams = options.idleStreams ?? 1024;
    // Half of them for streams that are written and read, the rest for searches.
    const openFiles = options.openFiles ?? 384;
    this.#descriptors = new DescriptorPool(Math.max(1, Math.ceil(openFiles / 2)));
    this.#searches = new SearchWorkers(root, {
      openFiles: Math.max(1, Math.floor(openFiles / 2 / mostWorkers)),
    });
    this.#hasRoom = options.hasRoom ?? (() => true);
    this.#onDamage = (what, bytes) => this.#tellOnce(what, bytes, options.onDamage);
  }

  async openWriter(key: LogStreamKey): Promise<LogStreamWriter> {
    const stream = this.#stream(key);
    stream.hold();
    try {
      await stream.load();
    } catch (error) {
      stream.release();
      throw error;
    }
    let closed: Promise<void> | undefined;
    return {
      get position() {
        return stream.position;
      },
      append: (batch) => {
        if (closed !== undefined)
          return Promise.reject(new Error('the log stream writer is closed'));
        return this.#hasRoom(bytesOf(batch))
          ? stream.append(batch)
          : Promise.reject(new NoRoomForOutput('the disk is nearly full'));
      },
      close: () => (closed ??= this.#closeWriter(stream)),
    };
  }

  /** The same damage is met again at every reading. */
  #tellOnce(what: string, bytes: number, tell: FileLogSinkOptions['onDamage']): void {
    if (this.#told.has(what)) return;
    if (this.#told.size >= mostTold) this.#told.clear();
    this.#told.add(what);
    tell?.(what, bytes);
  }

  async #closeWriter(stream: StreamFile): Promise<void> {
    try {
      await stream.makeDurable();
      if (stream.users === 1) await stream.settle();
    } finally {
      stream.release();
    }
  }

  read(read: LogRead): Promise<LogPage> {
    return this.#with(read.key, (stream) => stream.read(read));
  }

  async search(search: LogSearch): Promise<LogSearchPage> {
    // What is malformed needs no worker to be found.
    parseFilterPattern(search.filterPattern ?? '');
    if (search.after !== undefined) decodePlace(search.after);
    return Array.isArray(search.streams) && search.streams.length === 0
      ? { events: [] }
      : this.#searches.search(search);
  }

  facts(key: LogStreamKey): Promise<LogStreamFacts | undefined> {
    return this.#with(key, (stream) => stream.facts());
  }

  delete(key: LogStreamKey): Promise<void> {
    const stream = this.#stream(key);
    const { path } = stream;
    // From here on the same name is another stream, whose file waits until this one's is gone.
    this.#streams.delete(path);
    const deletion = stream.delete().finally(() => {
      if (this.#deletions.get(path) === deletion) this.#deletions.delete(path);
    });
    this.#deletions.set(path, deletion);
    return deletion;
  }

  async storedBytes(scope: Scope, group: string): Promise<number> {
    const directory = groupDirectory(this.#root, scope, group);
    const known = this.#groupBytes.get(directory);
    if (known !== undefined && this.#now() - known.atMs < storedBytesAgeMs) return known.bytes;
    const bytes = sizeOf(directory);
    this.#groupBytes.set(directory, { atMs: this.#now(), bytes });
    return bytes;
  }

  async close(): Promise<void> {
    await this.#searches.close();
    await Promise.all([...this.#streams.values()].map((stream) => stream.makeDurable()));
    await this.#descriptors.close();
  }

  async #with<T>(key: LogStreamKey, act: (stream: StreamFile) => Promise<T>): Promise<T> {
    const stream = this.#stream(key);
    stream.hold();
    try {
      return await act(stream);
    } finally {
      stream.release();
    }
  }

  #stream(key: LogStreamKey): StreamFile {
    const path = streamPath(groupDirectory(this.#root, key.scope, key.group), key.stream);
    let stream = this.#streams.get(path);
    if (stream === undefined)
      stream = new StreamFile(key, path, {
        descriptors: this.#descriptors,
        directories: this.#directories,
        now: this.#now,
        onDamage: this.#onDamage,
        ready: this.#deletions.get(path),
      });
    else this.#streams.delete(path);
    this.#streams.set(path, stream);
    if (this.#streams.size > this.#idleStreams) this.#dropOldest();
    return stream;
  }

  #dropOldest(): void {
    let looks = 16;
    for (const [path, stream] of this.#streams) {
      // The newest is about to be used. Those in use go to the end of the row, so that they are not
      // walked at every call.
      if (looks-- === 0) return;
      this.#streams.delete(path);
      if (stream.users === 0) return;
      this.#streams.set(path, stream);
    }
  }
}

/** About what the batch takes in its file. */
const bytesOf = ({ lines }: LogBatch | PutBatch): number =>
  lines.reduce((sum, { message }) => sum + message.length + eventHeaderBytes, 0);

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function sizeOf(directory: string): Promise<number> {
  const names = (await namesIn(directory)).filter((name) => name.endsWith(fileSuffix));
  let bytes = 0;
  for (let at = 0; at < names.length; at += 64) {
    const sizes = names.slice(at, at + 64).map(async (name) =>
      stat(join(directory, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
    for (const size of await Promise.all(sizes)) bytes += size;
  }
  return bytes;
}

// One stream's file: its writers' shared end, and what is read from it. There is one object for a
// stream in the process, so that the log pump and PutLogEvents append to the same end, one after
// the other. A deleted stream's file never comes back: whoever still holds a writer writes into
// nothing.

import { randomBytes } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LogBatch, LogLine, LogPosition } from '../../port/engine.ts';
import type {
  LogPage,
  LogRead,
  LogStreamFacts,
  LogStreamKey,
  PutBatch,
} from '../../port/log-sink.ts';
import type { DescriptorPool } from './descriptor-pool.ts';
import {
  cutAt,
  isMissing,
  makeDirectory,
  makeDurable,
  makeNew,
  readRange,
  readWrite,
  statOpen,
  writeAt,
  type DirectorySync,
} from './file-io.ts';
import { fitsBefore } from './damage.ts';
import { encodeCheckpoint, loadIndex, type LoadedIndex } from './load-index.ts';
import { eventsOf } from './message.ts';
import { emptyPage, readPage } from './page.ts';
import { decodeHeader, encodeFrames, encodeHeader } from './record.ts';
import { StreamIndex } from './stream-index.ts';
import { damagedSuffix, indexPath } from './stream-path.ts';

/**
 * While a stream grows, how much may lie behind its last checkpoint: what a start after a crash
 * scans at most.
 */
const checkpointBytes = 33_554_432;
/** How often it is looked whether the file that is written is still the one of its name. */
const fileLookMs = 1_000;
const copyBytes = 1_048_576;
/** Below this a scan is quicker than an index file is worth. */
const uncoveredAtCloseBytes = 1_048_576;

interface StreamFileParts {
  readonly descriptors: DescriptorPool;
  readonly directories: DirectorySync;
  readonly now: () => number;
  /** Told of what is damaged in a file, and of files that were deleted under us. */
  readonly onDamage: (what: string, bytes: number) => void;
  /** A file of the same name that is still being deleted. */
  readonly ready: Promise<void> | undefined;
}

export class StreamFile {
  readonly key: LogStreamKey;
  readonly path: string;
  readonly #parts: StreamFileParts;
  /** Undefined: there is no file. */
  #index: StreamIndex | undefined;
  /**
   * Where its engine's output was read to, though none of it was an event: kept while the stream
   * has no file.
   */
  #positionWithoutFile: LogPosition | undefined;
  #indexFileBytes = 0;
  /** Whether there may be bytes behind the end: after a start, or after a write that failed. */
  #torn = true;
  #loaded: Promise<void> | undefined;
  /** Appends, one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #checkpointing: Promise<void> | undefined;
  /** Appends so far, and those that are known to survive a power loss. */
  #appends = 0;
  #durableAppends = 0;
  #entryDurable = true;
  #deleted = false;
  #lookedAtMs = -Infinity;
  #users = 0;

  constructor(key: LogStreamKey, path: string, parts: StreamFileParts) {
    this.key = key;
    this.path = path;
    this.#parts = parts;
  }

  /** Writers, readers and others at work just now. */
  get users(): number {
    return this.#users;
  }

  /** Keeps the object in its sink until {@link release}. */
  hold(): void {
    this.#users++;
  }

  release(): void {
    this.#users--;
  }

  get position(): LogPosition | undefined {
    return this.#index?.position ?? this.#positionWithoutFile;
  }

  /** Learns what the file holds; once. */
  load(): Promise<void> {
    this.#loaded ??= this.#load().catch((error: unknown) => {
      this.#loaded = undefined;
      throw error;
    });
    return this.#loaded;
  }

  async #load(): Promise<void> {
    await this.#parts.ready;
    try {
      const loaded = await this.#parts.descriptors.use(this.path, readWrite, (descriptor) =>
        loadIndex(this.path, descriptor, this.key),
      );
      if (loaded === undefined) await this.#setAside();
      else if (loaded.headerDamaged) await this.#mendHeader(loaded);
      this.#index = loaded?.index;
      this.#indexFileBytes = loaded?.indexFileBytes ?? 0;
      const damaged = loaded?.index.damagedBytes ?? 0;
      if (damaged > 0)
        this.#parts.onDamage(
          `log file ${this.path} of stream ${this.key.stream}: ${damaged} bytes in the middle are damaged; what is before and behind them is kept`,
          damaged,
        );
    } catch (error) {
      if (!isMissing(error)) throw error;
      this.#torn = false;
    }
  }

  /**
   * A file whose header cannot be read was torn before its first batch was whole, or is damaged:
   * nothing is destroyed.
   */
  async #setAside(): Promise<void> {
    await this.#parts.descriptors.forget(this.path);
    const { size } = await stat(this.path);
    await rename(this.path, `${this.path}${damagedSuffix}`);
    await rm(indexPath(this.path), { force: true });
    if (size > 0)
      this.#parts.onDamage(
        `log file ${this.path} of stream ${this.key.stream} cannot be read and is set aside as ${damagedSuffix.slice(1)}`,
        size,
      );
  }

  /** A new header in place of a damaged one, which is kept beside it. */
  async #mendHeader({ index: { header } }: LoadedIndex): Promise<void> {
    const { descriptors } = this.#parts;
    const fresh = encodeHeader(this.key, header.id);
    const damaged = `${this.path}${damagedSuffix}`;
    await descriptors.use(this.path, readWrite, async (descriptor) => {
      const former = await readRange(descriptor, 0, Math.min(header.bytes, fresh.length));
      await descriptors.useBeside(damaged, makeNew, (copy) => writeAt(copy, former, 0));
      // Where bytes are missing in it, the first frame begins too early: then each start finds the
      // header anew.
      if (fitsBefore(header)) await writeAt(descriptor, fresh, 0);
    });
    await descriptors.forget(damaged);
    this.#parts.onDamage(
      `log file ${this.path} of stream ${this.key.stream}: its header is damaged and was mended; the former one is kept beside it`,
      fresh.length,
    );
  }

  append(batch: LogBatch | PutBatch): Promise<void> {
    const done = this.#turn.then(() =>
      batch.position === undefined
        ? this.#write(batch.lines, this.position)
        : this.#write(eventsOf(batch.lines), batch.position),
    );
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #write(events: readonly LogLine[], position: LogPosition | undefined): Promise<void> {
    if (this.#deleted) return;
    if (this.#index === undefined && events.length === 0) {
      this.#positionWithoutFile = position;
      return;
    }
    await this.#keepFile(fileLookMs);
    if (this.#index === undefined) await makeDirectory(dirname(this.path));
    await this.#parts.descriptors.use(
      this.path,
      this.#index === undefined ? makeNew : readWrite,
      (descriptor) => this.#writeTo(descriptor, events, position),
    );
    if (this.#index !== undefined && this.#index.uncovered >= checkpointBytes)
      this.#startCheckpoint(this.#index);
  }

  /**
   * Where somebody has deleted the file, or put another in its place, what was stored so far stands
   * in one without a name: it is copied into a new one, as long as it can be reached. Looks again
   * after `everyMs` at the earliest.
   */
  async #keepFile(everyMs: number): Promise<void> {
    const nowMs = this.#parts.now();
    if (this.#index === undefined || this.#deleted || Math.abs(nowMs - this.#lookedAtMs) < everyMs)
      return;
    this.#lookedAtMs = nowMs;
    try {
      await this.#parts.descriptors.use(this.path, readWrite, async (descriptor) => {
        const [ours, named] = await Promise.all([
          statOpen(descriptor),
          stat(this.path).catch((error: unknown) =>
            isMissing(error) ? undefined : Promise.reject(error as Error),
          ),
        ]);
        if (named?.ino !== ours.ino || named.dev !== ours.dev)
          await this.#writeAnew(descriptor, this.#index as StreamIndex);
      });
    } catch (error) {
      if (!isMissing(error)) throw error;
      // It was not open: what it held is gone.
      this.#positionWithoutFile = this.#index.position;
      this.#parts.onDamage(
        `log file ${this.path} of stream ${this.key.stream} was deleted with what it held; what comes is stored anew`,
        this.#index.end,
      );
      this.#index = undefined;
      this.#torn = false;
    }
  }

  async #writeAnew(descriptor: number, { end }: StreamIndex): Promise<void> {
    const { descriptors, onDamage } = this.#parts;
    const path = `${this.path}.new`;
    await makeDirectory(dirname(this.path));
    await descriptors.useBeside(path, makeNew, async (copy) => {
      await cutAt(copy, 0);
      for (let at = 0; at < end; at += copyBytes)
        await writeAt(copy, await readRange(descriptor, at, Math.min(end, at + copyBytes)), at);
      await makeDurable(copy);
    });
    await descriptors.forget(path);
    await rename(path, this.path);
    // Whoever uses it next opens the new one.
    await descriptors.forget(this.path);
    this.#entryDurable = false;
    onDamage(
      `log file ${this.path} of stream ${this.key.stream} was deleted or replaced while it was written; it was written anew`,
      0,
    );
  }

  async #writeTo(
    descriptor: number,
    events: readonly LogLine[],
    position: LogPosition | undefined,
  ): Promise<void> {
    const header = this.#index === undefined ? encodeHeader(this.key, randomBytes(12)) : undefined;
    const index =
      this.#index ??
      new StreamIndex(
        decodeHeader(header as Buffer) as NonNullable<ReturnType<typeof decodeHeader>>,
      );
    const frames = encodeFrames(events, position, this.#parts.now(), index.header.id);
    if (this.#torn) await cutAt(descriptor, header === undefined ? index.end : 0);
    // Until the write is known to be whole, what lies behind the end is not to be trusted.
    this.#torn = true;
    if (header === undefined) await writeAt(descriptor, frames, index.end);
    else await writeAt(descriptor, Buffer.concat([header, frames]), 0);
    this.#torn = false;
    // Deleted meanwhile: the bytes went into a file that has no name any more.
    if (this.#deleted) return;
    index.takeIn(frames, false);
    if (header !== undefined) this.#entryDurable = false;
    this.#index = index;
    this.#appends++;
  }

  /**
   * A checkpoint of a growing stream, beside its appends. It may fail: it only makes a later start
   * slower.
   */
  #startCheckpoint(index: StreamIndex): void {
    this.#checkpointing ??= this.#checkpoint(index)
      .catch(() => undefined)
      .finally(() => {
        this.#checkpointing = undefined;
      });
  }

  async #checkpoint(index: StreamIndex): Promise<void> {
    const line = encodeCheckpoint(index.checkpoint());
    await this.#parts.descriptors.use(this.path, readWrite, makeDurable);
    if (this.#deleted) return;
    const { descriptors } = this.#parts;
    const path = indexPath(this.path);
    await descriptors.use(path, makeNew, async (descriptor) => {
      if ((await statOpen(descriptor)).size > this.#indexFileBytes)
        await cutAt(descriptor, this.#indexFileBytes);
      await writeAt(descriptor, line, this.#indexFileBytes);
    });
    await descriptors.forget(path);
    this.#indexFileBytes += line.length;
  }

  /** Resolves when what was appended before survives a power loss. */
  async makeDurable(): Promise<void> {
    if (this.#appends !== this.#durableAppends) {
      const looked = this.#turn.then(() => this.#keepFile(0));
      this.#turn = looked.catch(() => undefined);
      await looked;
    }
    await this.#turn;
    const appends = this.#appends;
    if (this.#index === undefined || this.#deleted || appends === this.#durableAppends) return;
    await this.#unlessDeleted(async () => {
      await this.#parts.descriptors.use(this.path, readWrite, makeDurable);
      if (!this.#entryDurable) await this.#parts.directories.sync(dirname(this.path));
      this.#entryDurable = true;
    });
    this.#durableAppends = Math.max(this.#durableAppends, appends);
  }

  /** A file that is deleted under a call's hands is no fault. */
  async #unlessDeleted<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      if (this.#deleted) return undefined;
      throw error;
    }
  }

  /** For a stream that nobody writes any more. */
  async settle(): Promise<void> {
    await this.#checkpointing;
    if (
      this.#index !== undefined &&
      !this.#deleted &&
      this.#index.uncovered >= uncoveredAtCloseBytes
    )
      this.#startCheckpoint(this.#index);
    await this.#checkpointing;
  }

  async read(read: LogRead): Promise<LogPage> {
    await this.load();
    const index = this.#index;
    if (index === undefined || this.#deleted) return emptyPage(read);
    const page = await this.#unlessDeleted(() =>
      this.#parts.descriptors.use(this.path, readWrite, (descriptor) =>
        readPage(index, descriptor, read, (bytes) => this.#noteUnread(bytes)),
      ),
    );
    return page ?? emptyPage(read);
  }

  #noteUnread(bytes: number): void {
    this.#parts.onDamage(
      `log file ${this.path} of stream ${this.key.stream}: ${bytes} bytes that are damaged were left out`,
      bytes,
    );
  }

  async facts(): Promise<LogStreamFacts | undefined> {
    await this.load();
    return this.#index?.facts();
  }

  /** Appends that are under way end first; later ones do nothing. */
  async delete(): Promise<void> {
    this.#deleted = true;
    await this.#turn;
    await this.#checkpointing;
    await this.#parts.descriptors.forget(this.path);
    await rm(this.path, { force: true });
    await rm(indexPath(this.path), { force: true });
    await rm(`${this.path}${damagedSuffix}`, { force: true });
    this.#index = undefined;
  }
}

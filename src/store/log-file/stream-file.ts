// One stream's file: its writers' shared end, and what is read from it. There is one object for a stream in the process, so
// that the log pump and PutLogEvents append to the same end, one after the other. A deleted stream's file never comes back:
// whoever still holds a writer writes into nothing.

import { randomBytes } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LogBatch, LogLine, LogPosition } from '../../port/engine.ts';
import type { LogPage, LogRead, LogStreamFacts, LogStreamKey, PutBatch } from '../../port/log-sink.ts';
import type { DescriptorPool } from './descriptor-pool.ts';
import { cutAt, isMissing, makeDirectory, makeDurable, makeNew, readWrite, statOpen, writeAt, type DirectorySync } from './file-io.ts';
import { encodeCheckpoint, loadIndex } from './load-index.ts';
import { eventsOf } from './message.ts';
import { emptyPage, readPage } from './page.ts';
import { decodeHeader, encodeFrames, encodeHeader } from './record.ts';
import { StreamIndex } from './stream-index.ts';
import { damagedSuffix, indexPath } from './stream-path.ts';

/** While a stream grows, how much may lie behind its last checkpoint: what a start after a crash scans at most. */
const checkpointBytes = 33_554_432;
/** Below this a scan is quicker than an index file is worth. */
const uncoveredAtCloseBytes = 1_048_576;

export interface StreamFileParts {
  readonly descriptors: DescriptorPool;
  readonly directories: DirectorySync;
  readonly now: () => number;
  /** A file of the same name that is still being deleted. */
  readonly ready: Promise<void> | undefined;
}

export class StreamFile {
  readonly key: LogStreamKey;
  readonly path: string;
  readonly #parts: StreamFileParts;
  /** Undefined: there is no file. */
  #index: StreamIndex | undefined;
  /** Of a stream without a file: where its engine's output was read to, though none of it was an event. */
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
      const loaded = await this.#parts.descriptors.use(this.path, readWrite, (descriptor) => loadIndex(this.path, descriptor));
      if (loaded === undefined) await this.#setAside();
      this.#index = loaded?.index;
      this.#indexFileBytes = loaded?.indexFileBytes ?? 0;
    } catch (error) {
      if (!isMissing(error)) throw error;
      this.#torn = false;
    }
  }

  /** A file whose header cannot be read was torn before its first batch was whole, or is damaged: nothing is destroyed. */
  async #setAside(): Promise<void> {
    await this.#parts.descriptors.forget(this.path);
    await rename(this.path, `${this.path}${damagedSuffix}`);
    await rm(indexPath(this.path), { force: true });
  }

  append(batch: LogBatch | PutBatch): Promise<void> {
    const done = this.#turn.then(() => (batch.position === undefined ? this.#write(batch.lines, this.position) : this.#write(eventsOf(batch.lines), batch.position)));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #write(events: readonly LogLine[], position: LogPosition | undefined): Promise<void> {
    if (this.#deleted) return;
    if (this.#index === undefined && events.length === 0) {
      this.#positionWithoutFile = position;
      return;
    }
    if (this.#index === undefined) await makeDirectory(dirname(this.path));
    await this.#parts.descriptors.use(this.path, this.#index === undefined ? makeNew : readWrite, (descriptor) => this.#writeTo(descriptor, events, position));
    if (this.#index !== undefined && this.#index.uncovered >= checkpointBytes) this.#startCheckpoint(this.#index);
  }

  async #writeTo(descriptor: number, events: readonly LogLine[], position: LogPosition | undefined): Promise<void> {
    const header = this.#index === undefined ? encodeHeader(this.key, randomBytes(12)) : undefined;
    const index = this.#index ?? new StreamIndex(decodeHeader(header as Buffer) as NonNullable<ReturnType<typeof decodeHeader>>);
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

  /** A checkpoint of a growing stream, beside its appends. It may fail: it only makes a later start slower. */
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
      if ((await statOpen(descriptor)).size > this.#indexFileBytes) await cutAt(descriptor, this.#indexFileBytes);
      await writeAt(descriptor, line, this.#indexFileBytes);
    });
    await descriptors.forget(path);
    this.#indexFileBytes += line.length;
  }

  /** Resolves when what was appended before survives a power loss. */
  async makeDurable(): Promise<void> {
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
    if (this.#index !== undefined && !this.#deleted && this.#index.uncovered >= uncoveredAtCloseBytes) this.#startCheckpoint(this.#index);
    await this.#checkpointing;
  }

  async read(read: LogRead): Promise<LogPage> {
    await this.load();
    const index = this.#index;
    if (index === undefined || this.#deleted) return emptyPage(read);
    const page = await this.#unlessDeleted(() => this.#parts.descriptors.use(this.path, readWrite, (descriptor) => readPage(index, descriptor, read)));
    return page ?? emptyPage(read);
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

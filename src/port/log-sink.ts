// The log sink port: where the output of containers goes, and how it is read back (CloudWatch Logs
// is served from it). Log bytes never pass the command door; only stream and group rows do.

import type { Scope } from '../base/ids.ts';
import type { LogBatch, LogLine, LogPosition } from './engine.ts';

/** CloudWatch's cut: a message is at most 256 KiB less 26 bytes of overhead an event. */
export const MAX_MESSAGE_BYTES = 262_118;

export interface LogStreamKey {
  readonly scope: Scope;
  readonly group: string;
  readonly stream: string;
}

/** One line as it was stored. */
interface LogEvent {
  /** Unique and stable: stream and byte offset (clients drop repeats by it). */
  readonly eventId: string;
  readonly timestampMs: number;
  readonly ingestionTimeMs: number;
  readonly message: string;
}

export interface StoredLogEvent extends LogEvent {
  readonly stream: string;
  /** Byte offset of this event's record, and of the one after it, in its stream. */
  readonly offset: number;
  readonly nextOffset: number;
}

/**
 * Events that came from no engine (PutLogEvents): stored whole, and the engine's position stays
 * where it is.
 */
export interface PutBatch {
  readonly lines: readonly LogLine[];
  readonly position?: undefined;
}

export interface LogStreamWriter {
  /** The position of the last batch that is safely stored; undefined: nothing was. */
  readonly position: LogPosition | undefined;
  /**
   * Resolves when the batch was handed to the operating system: awaiting it is the backpressure.
   * Into a stream that was deleted meanwhile it writes nothing. Rejects with {@link
   * NoRoomForOutput} where the disk is nearly full.
   */
  append(batch: LogBatch | PutBatch): Promise<void>;
  /** Resolves when all appended batches survive a power loss. */
  close(): Promise<void>;
}

export interface LogStreamFacts {
  readonly firstEventTimestampMs: number;
  readonly lastEventTimestampMs: number;
  readonly lastIngestionTimeMs: number;
  readonly storedBytes: number;
}

export interface LogRead {
  readonly key: LogStreamKey;
  /** Events with fromMs <= timestamp < toMs. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /**
   * Start at this record offset (forward) or end before it (backward). Undefined: the stream's
   * start or its present end.
   */
  readonly offset?: number | undefined;
  readonly direction: 'forward' | 'backward';
  readonly maxEvents: number;
  readonly maxBytes: number;
}

export interface LogPage {
  /** Always in ascending order, whichever the direction. */
  readonly events: readonly StoredLogEvent[];
  /** Where a forward read goes on, and where a backward read goes on. */
  readonly forwardOffset: number;
  readonly backwardOffset: number;
}

export interface LogSearch {
  readonly scope: Scope;
  readonly group: string;
  /** A group's very many streams are read when the search's turn has come. */
  readonly streams: readonly string[] | AsyncIterable<readonly string[]>;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly filterPattern?: string | undefined;
  readonly limit: number;
  readonly maxBytes: number;
  /** As answered by the search before. */
  readonly after?: string | undefined;
}

export interface LogSearchPage {
  readonly events: readonly StoredLogEvent[];
  /** Undefined: nothing more is there now. */
  readonly next?: string | undefined;
}

/** All that opens files may reject with {@link SinkBusy}. */
export interface LogSink {
  /**
   * A stream's writer; all that are open share one end and position. The stream's file is made with
   * its first batch.
   */
  openWriter(key: LogStreamKey): Promise<LogStreamWriter>;
  /**
   * Output that is written but not yet in the file is visible too. A stream without a file is
   * empty.
   */
  read(read: LogRead): Promise<LogPage>;
  /**
   * Over many files, in a worker, merged by timestamp. Rejects with {@link InvalidFilterPattern},
   * {@link InvalidSearchPlace} or, where too many searches wait already, {@link SinkBusy}. A page
   * may be short, or empty, and yet have a `next`.
   */
  search(search: LogSearch): Promise<LogSearchPage>;
  facts(key: LogStreamKey): Promise<LogStreamFacts | undefined>;
  /** Bytes of a whole group, a little behind; a sink that does not count them has none to tell. */
  storedBytes?(scope: Scope, group: string): Promise<number>;
  delete(key: LogStreamKey): Promise<void>;
  close(): Promise<void>;
}

/** The disk is nearly full: the batch was not stored, and can be when there is room. */
export class NoRoomForOutput extends Error {
  override name = 'NoRoomForOutput';
}

/** The caller's filter pattern cannot be read; `message` says where. */
export class InvalidFilterPattern extends Error {
  override name = 'InvalidFilterPattern';
}

/**
 * Too many searches wait, all in all or of this account's, or too many files are open; some time
 * later there is room.
 */
export class SinkBusy extends Error {
  override name = 'SinkBusy';
}

/** The `after` of a search was not answered by a search. */
export class InvalidSearchPlace extends Error {
  override name = 'InvalidSearchPlace';
}

// What is known of one stream's file without reading it: where its intact part ends, the last
// position, its facts, and a sparse index of blocks with their span of time. Fed with frames as
// they are written, or as they are scanned after a restart. It touches no file.

import type { LogPosition } from '../../port/engine.ts';
import type { LogStreamFacts } from '../../port/log-sink.ts';
import {
  decodeFrame,
  eventHeaderBytes,
  frameHeaderBytes,
  frameLength,
  isIntact,
  type FileHeader,
  type Frame,
} from './record.ts';

/** A block ends with the frame that reaches one of these. */
const blockBytes = 65_536;
const blockEvents = 1000;
/** What CloudWatch counts for an event beside its message. */
export const eventOverheadBytes = 26;

interface Block {
  readonly offset: number;
  readonly end: number;
  readonly leastMs: number;
  readonly greatestMs: number;
  /** The greatest timestamp of all blocks before. */
  readonly greatestBeforeMs: number;
}

/** What a checkpoint in the index file holds: everything since the checkpoint before. */
export interface Checkpoint {
  readonly file: string;
  readonly from: number;
  readonly end: number;
  readonly position?: LogPosition | undefined;
  readonly lastIngestionTimeMs: number;
  readonly storedBytes: number;
  /** Offset, least and greatest timestamp; null where a block has no event. */
  readonly blocks: readonly (readonly [number, number | null, number | null])[];
}

export class StreamIndex {
  readonly header: FileHeader;
  /** Where the last whole batch ends. What lies behind is torn. */
  end: number;
  position: LogPosition | undefined;
  /** How many bytes of the file were found to be damaged when they were scanned. */
  damagedBytes = 0;
  #storedBytes = 0;
  #lastIngestionTimeMs = 0;
  readonly #offsets: number[] = [];
  readonly #least: number[] = [];
  readonly #greatest: number[] = [];
  /** The greatest timestamp up to and with this block. */
  readonly #greatestUpTo: number[] = [];
  /** The last block, if frames may still join it. */
  #open = false;
  #openEvents = 0;
  #checkpointed: number;
  #checkpointedBlocks = 0;

  constructor(header: FileHeader) {
    this.header = header;
    this.end = header.bytes;
    this.#checkpointed = header.bytes;
  }

  /**
   * Takes in the batches at the beginning of `bytes`, which lies at `end` in the file. Answers how
   * many bytes were whole batches and how many bytes it must see from there to go on; no more than
   * it saw means that what follows is torn. `verify` is false only for bytes that were just
   * written.
   */
  takeIn(bytes: Buffer, verify: boolean): { taken: number; wanted: number } {
    const base = this.end;
    let taken = 0;
    let at = 0;
    let batch: Frame[] = [];
    for (;;) {
      const length = frameLength(bytes, at);
      if (length === undefined) return { taken, wanted: at + frameHeaderBytes - taken };
      if (at + length > bytes.length) return { taken, wanted: at + length - taken };
      if (verify && !isIntact(bytes, at, length, this.header.id)) return { taken, wanted: 0 };
      const frame = decodeFrame(bytes, at, base);
      at += length;
      batch.push(frame);
      if (!frame.final) continue;
      for (const one of batch) this.#add(one);
      this.position = frame.position;
      batch = [];
      taken = at;
    }
  }

  /**
   * What lies from `end` to `to` is damaged, but for these frames at its beginning. It becomes a
   * block without an event.
   */
  skip(before: readonly Frame[], to: number): void {
    for (const frame of before) this.#add(frame);
    this.damagedBytes += to - this.end;
    this.#offsets.push(this.end);
    this.#least.push(Infinity);
    this.#greatest.push(-Infinity);
    this.#greatestUpTo.push(this.#greatestUpTo.at(-1) ?? -Infinity);
    this.#open = false;
    this.end = to;
  }

  #add(frame: Frame): void {
    const last = this.#offsets.length - 1;
    if (!this.#open) {
      this.#offsets.push(frame.offset);
      this.#least.push(frame.leastMs);
      this.#greatest.push(frame.greatestMs);
      this.#greatestUpTo.push(Math.max(frame.greatestMs, this.#greatestUpTo[last] ?? -Infinity));
      this.#openEvents = 0;
    } else {
      this.#least[last] = Math.min(this.#least[last] as number, frame.leastMs);
      this.#greatest[last] = Math.max(this.#greatest[last] as number, frame.greatestMs);
      this.#greatestUpTo[last] = Math.max(this.#greatestUpTo[last] as number, frame.greatestMs);
    }
    this.end = frame.offset + frame.bytes;
    this.#openEvents += frame.events;
    this.#open =
      this.end - (this.#offsets.at(-1) as number) < blockBytes && this.#openEvents < blockEvents;
    this.#lastIngestionTimeMs = frame.ingestionTimeMs;
    this.#storedBytes +=
      this.end - frame.eventsOffset + frame.events * (eventOverheadBytes - eventHeaderBytes);
  }

  get blockCount(): number {
    return this.#offsets.length;
  }

  block(at: number): Block {
    return {
      offset: this.#offsets[at] as number,
      end: this.#offsets[at + 1] ?? this.end,
      leastMs: this.#least[at] as number,
      greatestMs: this.#greatest[at] as number,
      greatestBeforeMs: this.#greatestUpTo[at - 1] ?? -Infinity,
    };
  }

  /**
   * The block that holds a file offset: the first one for what lies before, the last one for what
   * lies behind.
   */
  blockAt(offset: number): number {
    return Math.max(0, firstPlace(this.#offsets, (start) => start > offset) - 1);
  }

  /** The first block in which the greatest timestamp so far reaches `timestampMs`. */
  blockReaching(timestampMs: number): number {
    return firstPlace(this.#greatestUpTo, (greatest) => greatest >= timestampMs);
  }

  /** Undefined while there is no event. */
  facts(): LogStreamFacts | undefined {
    let first = Infinity;
    for (const least of this.#least) first = Math.min(first, least);
    if (first === Infinity) return undefined;
    return {
      firstEventTimestampMs: first,
      lastEventTimestampMs: this.#greatestUpTo.at(-1) as number,
      lastIngestionTimeMs: this.#lastIngestionTimeMs,
      storedBytes: this.#storedBytes,
    };
  }

  /** Bytes that no checkpoint covers: what must be scanned when the file is opened again. */
  get uncovered(): number {
    return this.end - this.#checkpointed;
  }

  /**
   * What to add to the index file. No later frame joins its last block. To be written once the file
   * is durable up to `end`.
   */
  checkpoint(): Checkpoint {
    this.#open = false;
    const blocks = this.#offsets.slice(this.#checkpointedBlocks).map((offset, at) => {
      const least = this.#least[this.#checkpointedBlocks + at] as number;
      return Number.isFinite(least)
        ? ([offset, least, this.#greatest[this.#checkpointedBlocks + at] as number] as const)
        : ([offset, null, null] as const);
    });
    const made = {
      file: this.header.id.toString('hex'),
      from: this.#checkpointed,
      end: this.end,
      position: this.position,
      lastIngestionTimeMs: this.#lastIngestionTimeMs,
      storedBytes: this.#storedBytes,
      blocks,
    };
    this.#checkpointed = this.end;
    this.#checkpointedBlocks = this.#offsets.length;
    return made;
  }

  /**
   * Takes in a checkpoint in place of its frames; false if it does not follow here, or covers more
   * than the file has.
   */
  restore(checkpoint: Checkpoint, fileBytes: number): boolean {
    if (
      checkpoint.file !== this.header.id.toString('hex') ||
      checkpoint.from !== this.end ||
      checkpoint.end > fileBytes
    )
      return false;
    for (const [offset, least, greatest] of checkpoint.blocks) {
      this.#greatestUpTo.push(
        Math.max(greatest ?? -Infinity, this.#greatestUpTo.at(-1) ?? -Infinity),
      );
      this.#offsets.push(offset);
      this.#least.push(least ?? Infinity);
      this.#greatest.push(greatest ?? -Infinity);
    }
    this.end = checkpoint.end;
    this.position = checkpoint.position;
    this.#lastIngestionTimeMs = checkpoint.lastIngestionTimeMs;
    this.#storedBytes = checkpoint.storedBytes;
    this.#open = false;
    this.#checkpointed = checkpoint.end;
    this.#checkpointedBlocks = this.#offsets.length;
    return true;
  }
}

/**
 * The first place in ascending `values` whose value satisfies `reached`, which all later ones then
 * do; their number for none.
 */
function firstPlace(values: readonly number[], reached: (value: number) => boolean): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reached(values[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}

// A list of Kubernetes' API as it comes: each item is read and handed on by itself, so that a page
// of large objects is never there as a whole, neither as text nor as values. What items mean is not
// its affair.

import { ClusterUnavailable } from './cluster-answer.ts';

/** etcd holds objects up to 1.5 MB; what escapes and managed fields add is far less than this. */
const mostItemBytes = 16 * 1024 * 1024;
/** All that stands around the items. */
const mostFrameBytes = 1024 * 1024;

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const openings = new Set([0x5b, 0x7b]);
const closings = new Set([0x5d, 0x7d]);
const openingList = 0x5b;
/** How deep items lie: in a list that is a member of the answer. */
const itemDepth = 2;

/** What the answer says beside its items. */
export interface ListFrame {
  readonly metadata?: { readonly resourceVersion?: unknown; readonly continue?: unknown };
  readonly items?: unknown;
}

/**
 * Resolves with what stands around the items when all were handed on, in their order. Rejects with
 * {@link ClusterUnavailable} where it breaks off or is no list; what was handed on by then was true
 * all the same.
 */
export async function readList(
  chunks: AsyncIterable<unknown>,
  onItem: (item: unknown) => void,
): Promise<ListFrame> {
  const reader = new ListReader(onItem);
  try {
    for await (const chunk of chunks) reader.feed(chunk as Buffer);
    return reader.end();
  } catch (error) {
    throw new ClusterUnavailable(`a list that cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

class ListReader {
  readonly #onItem: (item: unknown) => void;
  readonly #frame: Buffer[] = [];
  #frameBytes = 0;
  /** Of the item that has begun, what came with chunks before. */
  #item: Buffer[] = [];
  #itemBytes = 0;
  #depth = 0;
  /** The list of items is open. */
  #inItems = false;
  #inString = false;
  /** What comes next is escaped. */
  #isEscaped = false;

  constructor(onItem: (item: unknown) => void) {
    this.#onItem = onItem;
  }

  feed(chunk: Buffer): void {
    /** Where what is not yet put aside begins. */
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      if (this.#inString) {
        at = this.#pastString(chunk, at);
        continue;
      }
      const byte = chunk[at] as number;
      if (byte === quote) this.#inString = true;
      else if (openings.has(byte)) {
        this.#depth++;
        if (this.#depth === itemDepth && byte === openingList) {
          this.#inItems = true;
          this.#outside(chunk.subarray(from, at + 1));
          from = at + 1;
        }
      } else if (closings.has(byte)) {
        this.#depth--;
        if (this.#inItems && this.#depth === itemDepth) {
          this.#inside(chunk.subarray(from, at + 1));
          from = at + 1;
          this.#handOn();
        } else if (this.#inItems && this.#depth < itemDepth) {
          this.#inItems = false;
          // Behind the last item there is nothing but space.
          this.#dropItem();
          from = at;
        }
      } else if (byte === comma && this.#inItems && this.#depth === itemDepth) {
        this.#dropItem();
        from = at + 1;
      }
    }
    if (this.#inItems) this.#inside(chunk.subarray(from));
    else this.#outside(chunk.subarray(from));
  }

  /** Throws where it is not whole. */
  end(): ListFrame {
    if (this.#depth !== 0) throw new Error('it broke off');
    const frame = JSON.parse(Buffer.concat(this.#frame).toString('utf8')) as ListFrame | null;
    if (typeof frame !== 'object' || frame === null) throw new Error('it is no object');
    return frame;
  }

  /** The last place that belongs to the string, or to this chunk. */
  #pastString(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (chunk[at] === backslash) this.#isEscaped = true;
      else if (chunk[at] === quote) {
        this.#inString = false;
        return at;
      }
    }
    return chunk.length;
  }

  #outside(bytes: Buffer): void {
    this.#frameBytes += bytes.length;
    if (this.#frameBytes > mostFrameBytes) throw new Error(`more than ${mostFrameBytes} bytes`);
    this.#frame.push(bytes);
  }

  #inside(bytes: Buffer): void {
    this.#itemBytes += bytes.length;
    if (this.#itemBytes > mostItemBytes)
      throw new Error(`an object of more than ${mostItemBytes} bytes`);
    this.#item.push(bytes);
  }

  #handOn(): void {
    const [first] = this.#item;
    const whole = this.#item.length === 1 ? (first as Buffer) : Buffer.concat(this.#item);
    this.#dropItem();
    this.#onItem(JSON.parse(whole.toString('utf8')));
  }

  #dropItem(): void {
    this.#item = [];
    this.#itemBytes = 0;
  }
}

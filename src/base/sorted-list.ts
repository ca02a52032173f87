// A list that stays sorted, cut into chunks: adding, removing and counting what stands before an
// element cost the number of chunks and one chunk, so that hundreds of thousands of elements are
// asked for a position in microseconds. Ties are the caller's to break: the order must be total.

/** Elements of a chunk at most; it is halved when it grows beyond. */
const chunkMost = 512;

export class SortedList<T> {
  readonly #before: (a: T, b: T) => boolean;
  #chunks: T[][] = [];
  #size = 0;

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#size;
  }

  get first(): T | undefined {
    return this.#chunks[0]?.[0];
  }

  *[Symbol.iterator](): Generator<T> {
    for (const chunk of this.#chunks) yield* chunk;
  }

  add(item: T): void {
    this.#size++;
    const last = this.#chunks.at(-1);
    if (last === undefined) {
      this.#chunks.push([item]);
      return;
    }
    if (this.#before(last.at(-1) as T, item)) {
      // What comes in order fills its chunks.
      if (last.length < chunkMost) last.push(item);
      else this.#chunks.push([item]);
      return;
    }
    const at = this.#chunkOf(item);
    const chunk = this.#chunks[at] as T[];
    chunk.splice(this.#indexIn(chunk, item), 0, item);
    if (chunk.length > chunkMost) this.#chunks.splice(at + 1, 0, chunk.splice(chunkMost >> 1));
  }

  /** Takes out the element that is neither before nor after this one. False: there is none. */
  remove(item: T): boolean {
    const at = this.#chunkOf(item);
    const chunk = this.#chunks[at];
    if (chunk === undefined) return false;
    const index = this.#indexIn(chunk, item);
    const found = chunk[index];
    if (found === undefined || this.#before(item, found)) return false;
    chunk.splice(index, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
    this.#size--;
    return true;
  }

  /** How many elements stand before this one, whether or not it stands in the list itself. */
  countBefore(item: T): number {
    const at = this.#chunkOf(item);
    let count = 0;
    for (let index = 0; index < at; index++) count += (this.#chunks[index] as T[]).length;
    const chunk = this.#chunks[at];
    return chunk === undefined ? count : count + this.#indexIn(chunk, item);
  }

  /** The first chunk that does not end before the item; the number of chunks where all do. */
  #chunkOf(item: T): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#before((this.#chunks[middle] as T[]).at(-1) as T, item)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first index in the chunk that is not before the item. */
  #indexIn(chunk: readonly T[], item: T): number {
    let low = 0;
    let high = chunk.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#before(chunk[middle] as T, item)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

// Which of many ranges of numbers hold a number: a tree over their lower ends that knows, for each
// part, the highest upper end in it. Takes time by what it finds, not by what there is.

import { isWithin, type NumberRange } from './value-test.ts';

interface Entry<T> {
  readonly range: NumberRange;
  readonly item: T;
}

export class RangeTable<T> {
  #entries: Entry<T>[] = [];
  /** By the middle of a part of the entries: the highest upper end in that part. */
  #highest: Float64Array | undefined;

  slot(range: NumberRange): { add(item: T): void; remove(item: T): void } {
    return {
      add: (item) => {
        this.#entries.push({ range, item });
        this.#highest = undefined;
      },
      remove: (item) => {
        this.#entries = this.#entries.filter((entry) => entry.item !== item);
        this.#highest = undefined;
      },
    };
  }

  find(value: number, found: (item: T) => void): void {
    this.#highest ??= this.#build();
    this.#search(value, found, 0, this.#entries.length, this.#highest);
  }

  #build(): Float64Array {
    this.#entries.sort((a, b) => a.range.low - b.range.low || 0);
    const highest = new Float64Array(this.#entries.length);
    const fill = (from: number, to: number): number => {
      if (from >= to) return -Infinity;
      const middle = (from + to) >> 1;
      const high = Math.max(
        this.#entries[middle]?.range.high ?? -Infinity,
        fill(from, middle),
        fill(middle + 1, to),
      );
      highest[middle] = high;
      return high;
    };
    fill(0, highest.length);
    return highest;
  }

  #search(
    value: number,
    found: (item: T) => void,
    from: number,
    to: number,
    highest: Float64Array,
  ): void {
    const middle = (from + to) >> 1;
    const entry = this.#entries[middle];
    if (from >= to || entry === undefined || (highest[middle] ?? -Infinity) < value) return;
    this.#search(value, found, from, middle, highest);
    if (entry.range.low > value) return;
    if (isWithin(entry.range, value)) found(entry.item);
    this.#search(value, found, middle + 1, to, highest);
  }
}

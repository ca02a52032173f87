// Many indexes of an array's children in few numbers: ranges, both ends included, ascending and
// apart from each other.

export type IndexRange = readonly [from: number, to: number];

/** `indexes` must ascend. */
export function rangesOf(indexes: Iterable<number>): IndexRange[] {
  const ranges: [number, number][] = [];
  for (const index of indexes) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges;
}

export const isInRanges = (ranges: readonly IndexRange[], index: number): boolean =>
  ranges.some(([from, to]) => from <= index && index <= to);

export function* indexesIn(ranges: readonly IndexRange[]): Generator<number> {
  for (const [from, to] of ranges) for (let index = from; index <= to; index++) yield index;
}

// Draws from a seed, so that a benchmark has the same work every time.

export interface Draws {
  /** 1 to `most`. */
  upTo(most: number): number;
  one<T>(of: readonly T[]): T;
}

/** mulberry32. */
export function draws(seed: number): Draws {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    upTo: (most) => (next() % most) + 1,
    one: (of) => of[next() % of.length] as (typeof of)[number],
  };
}

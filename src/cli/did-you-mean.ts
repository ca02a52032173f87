// The nearest known word to one that is not known.

/** A line such as `Did you mean --queue?`; undefined where nothing is near. */
export function didYouMean(
  word: string,
  known: readonly string[],
  prefix = '',
): string | undefined {
  const farthest = word.length <= 3 ? 1 : word.length <= 6 ? 2 : 3;
  const near = known
    .map((candidate) => ({
      candidate,
      far: candidate.startsWith(word) && word.length >= 2 ? 0 : distance(word, candidate),
    }))
    .filter(({ far }) => far <= farthest)
    .sort((a, b) => a.far - b.far || a.candidate.localeCompare(b.candidate));
  return near[0] && `Did you mean ${prefix}${near[0].candidate}?`;
}

/**
 * Insertions, deletions, replacements and swaps of neighbours that turn one word into the other,
 * case apart.
 */
function distance(from: string, to: string): number {
  const a = from.toLowerCase();
  const b = to.toLowerCase();
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let least = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        least = Math.min(least, (before[column - 2] ?? 0) + 1);
      current.push(least);
    }
    before = above;
    above = current;
  }
  return above[b.length] ?? 0;
}

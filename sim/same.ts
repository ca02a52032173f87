// Whether two values say the same, as rows that were written and read back do: whatever the order
// of their members.

import { ChildTable } from '../src/core/job/child-table.ts';

/** Pairs of parts that were found to be the same in one comparison of many values. */
export type Alike = Map<object, Set<object>>;

/**
 * A member that is undefined is none. Jobs share their terms, which with `alike` are compared once
 * for all that do.
 */
export function isSame(a: unknown, b: unknown, alike?: Alike): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof ChildTable)
    return b instanceof ChildTable && JSON.stringify(a.summary()) === JSON.stringify(b.summary());
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((part, at) => isSame(part, b[at]));
  for (const key in a) {
    const mine = (a as Record<string, unknown>)[key];
    const other = (b as Record<string, unknown>)[key];
    if (
      !(key === 'terms' && alike !== undefined
        ? isSamePart(mine, other, alike)
        : isSame(mine, other))
    )
      return false;
  }
  for (const key in b)
    if (
      (b as Record<string, unknown>)[key] !== undefined &&
      (a as Record<string, unknown>)[key] === undefined
    )
      return false;
  return true;
}

function isSamePart(a: unknown, b: unknown, alike: Alike): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return isSame(a, b);
  const known = alike.get(a);
  if (known?.has(b)) return true;
  if (!isSame(a, b)) return false;
  if (known === undefined) alike.set(a, new Set([b]));
  else known.add(b);
  return true;
}

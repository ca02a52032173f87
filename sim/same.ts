// Whether two values say the same, as rows that were written and read back do: whatever the order of their members.

import { ChildTable } from '../src/core/job/child-table.ts';

/** A member that is undefined is none. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof ChildTable) return b instanceof ChildTable && JSON.stringify(a.summary()) === JSON.stringify(b.summary());
  for (const key in a) if (!isSame((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key])) return false;
  for (const key in b) if ((b as Record<string, unknown>)[key] !== undefined && (a as Record<string, unknown>)[key] === undefined) return false;
  return true;
}

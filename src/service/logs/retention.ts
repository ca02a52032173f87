// How long a group keeps its events. Reading leaves out what is older, whether or not its file is
// still there.

import type { LogGroupRow } from '../../port/table.ts';

export const dayMs = 86_400_000;

/** The values that PutRetentionPolicy takes. */
export const retentionDays: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
];

/** The time of the oldest event that is still kept; undefined: all are. */
export const keptFromMs = (group: LogGroupRow, nowMs: number): number | undefined =>
  group.retentionInDays === undefined ? undefined : nowMs - group.retentionInDays * dayMs;

/** The beginning of a read that asks for `startTime`. */
export function readFromMs(
  group: LogGroupRow,
  startTime: number | undefined,
  nowMs: number,
): number | undefined {
  const kept = keptFromMs(group, nowMs);
  if (kept === undefined || startTime === undefined) return kept ?? startTime;
  return Math.max(kept, startTime);
}

// What a process has taken of the processors so far: on a machine that others use too, it says more
// than the time on the wall does.

import { readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** Milliseconds; NaN where the system does not tell. */
export function spentMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
}

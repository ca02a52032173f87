// Whether needs fit into what is free, and how often: the arithmetic that placing on hosts and
// planning of hosts share; there is no second one. Whole numbers in, whole numbers out.

import { subtractNeeds, type Needs } from '../../job/needs.ts';

export const fitsIn = (free: Needs, needs: Needs): boolean =>
  needs.milliVcpu <= free.milliVcpu && needs.memoryMib <= free.memoryMib && needs.gpus <= free.gpus;

/** How often the needs go into what is free, side by side; at most `most`. */
export function timesIn(free: Needs, needs: Needs, most: number): number {
  let times = most;
  if (needs.milliVcpu * times > free.milliVcpu)
    times = Math.floor(free.milliVcpu / needs.milliVcpu);
  if (needs.memoryMib * times > free.memoryMib)
    times = Math.floor(free.memoryMib / needs.memoryMib);
  if (needs.gpus * times > free.gpus) times = Math.floor(free.gpus / needs.gpus);
  return Math.max(0, times);
}

/**
 * Room beside what runs; or the whole host for a job that is larger than it, which runs alone
 * rather than never.
 */
export function hasRoom(capacity: Needs, used: Needs, needs: Needs): boolean {
  if (used.gpus + needs.gpus > capacity.gpus) return false;
  if (needs.milliVcpu > capacity.milliVcpu || needs.memoryMib > capacity.memoryMib)
    return used.milliVcpu === 0;
  return fitsIn(subtractNeeds(capacity, used), needs);
}

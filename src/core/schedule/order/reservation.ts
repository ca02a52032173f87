// computeReservation of a fair share queue: part of its environments' maximum is held back for
// shares that are not active yet (user guide, chapter Fair share scheduling).

import { needsOfAll } from '../../job/nodes.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { Words } from '../words.ts';
import { keptOf, type Holds, type KeptForAnother } from './hold.ts';
import type { Claim } from './job-class.ts';
import type { HeldBack } from './line.ts';
import type { Shares } from './share.ts';

interface Figures {
  readonly capMilliVcpu: number;
  readonly usedMilliVcpu: number;
  readonly maxMilliVcpu: number;
  readonly activeShares: number;
}

/** A share that uses something may not take what is held back for shares that use nothing. */
export class OverReservation implements HeldBack {
  readonly type = 'held-back';
  readonly #figures: Figures;

  constructor(figures: Figures) {
    this.#figures = figures;
  }

  words({ name }: JobQueue): Words {
    const { capMilliVcpu, usedMilliVcpu, maxMilliVcpu, activeShares } = this.#figures;
    const vcpus = (milliVcpu: number): string => String(milliVcpu / 1000);
    const to = `${activeShares} ${activeShares === 1 ? 'share that is' : 'shares that are'} active`;
    return {
      text: `waiting for the other shares: ${vcpus(usedMilliVcpu)} vCPUs of this queue are in use, and computeReservation leaves ${vcpus(capMilliVcpu)} of ${vcpus(maxMilliVcpu)} to the ${to}; the rest is kept free for shares that use nothing yet`,
      remedies: [
        'wait until jobs of this queue have ended',
        "lower computeReservation in the queue's scheduling policy",
        `raise maxvCpus of a compute environment of queue ${name}`,
      ],
    };
  }
}

/**
 * A share that uses or used something may not push the queue above what is not held back; one that
 * has used nothing may. Where nothing of the queue runs, one job always may: a reservation never
 * stops a queue.
 */
export function overReservation(
  shares: Shares,
  { share, ...claim }: Claim,
  holds: Holds,
  second: number,
  maxMilliVcpuOf: () => number | undefined,
): OverReservation | KeptForAnother | undefined {
  const { computeReservation } = shares.rules;
  const own = share && shares.get(share.identifier);
  if (computeReservation === 0 || own === undefined || !shares.hasUsed(own, second))
    return undefined;
  const maxMilliVcpu = maxMilliVcpuOf();
  if (maxMilliVcpu === undefined) return undefined;
  const usedMilliVcpu = shares.milliVcpu;
  const taken = usedMilliVcpu + keptOf(holds, { queueArn: shares.queueArn }).milliVcpu;
  const activeShares = shares.activeCount(second);
  const capMilliVcpu = maxMilliVcpu - reserved(maxMilliVcpu, computeReservation, activeShares);
  const { milliVcpu } = needsOfAll(claim);
  const fits = (used: number): boolean => used === 0 || used + milliVcpu <= capMilliVcpu;
  if (fits(taken)) return undefined;
  const hold = fits(usedMilliVcpu)
    ? holds.find(({ queueArn }) => queueArn === shares.queueArn)
    : undefined;
  if (hold !== undefined) return { type: 'kept-for-another', hold };
  return new OverReservation({ capMilliVcpu, usedMilliVcpu, maxMilliVcpu, activeShares });
}

/** (percent / 100) ^ active shares of the maximum. */
function reserved(max: number, percent: number, activeShares: number): number {
  let held = max;
  for (let share = 0; share < activeShares && held > 0; share++)
    held = Math.floor((held * percent) / 100);
  return held;
}

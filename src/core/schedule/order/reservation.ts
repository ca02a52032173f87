// computeReservation of a fair share queue: part of its environments' maximum is held back for
// shares that are not active yet (spec 6, rules 4 and 5).

import { needsOfAll } from '../../job/nodes.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { World } from '../../world/world.ts';
import { keptOf, type Holds, type KeptForAnother } from '../fit/hold.ts';
import type { Claim } from './job-class.ts';

export interface OverReservation {
  readonly type: 'over-reservation';
  readonly shareIdentifier: string;
  readonly capMilliVcpu: number;
  readonly usedMilliVcpu: number;
  readonly maxMilliVcpu: number;
  readonly activeShares: number;
}

/**
 * A share that uses or used something may not push the queue above what is not held back; one that
 * has used nothing may. Where nothing of the queue runs, one job always may: a reservation never
 * stops a queue.
 */
export function overReservation(
  world: World,
  queue: JobQueue,
  claim: Claim,
  holds: Holds,
): OverReservation | KeptForAnother | undefined {
  const { share } = claim;
  const shares = world.fairShares.of(queue.arn);
  if (share === undefined || shares === undefined || shares.rules.computeReservation === 0)
    return undefined;
  const own = shares.get(share.identifier);
  const max = maximum(world, queue);
  const { second } = world.backlog;
  if (max === undefined || own === undefined || !shares.hasUsed(own, second)) return undefined;
  const usedMilliVcpu = shares.milliVcpu;
  const taken = usedMilliVcpu + keptOf(holds, { queueArn: queue.arn }).milliVcpu;
  const activeShares = shares.activeCount(second);
  const capMilliVcpu = max - reserved(max, shares.rules.computeReservation, activeShares);
  const { milliVcpu } = needsOfAll(claim);
  const fits = (used: number): boolean => used === 0 || used + milliVcpu <= capMilliVcpu;
  if (fits(taken)) return undefined;
  const hold = fits(usedMilliVcpu)
    ? holds.find(({ queueArn }) => queueArn === queue.arn)
    : undefined;
  if (hold !== undefined) return { type: 'kept-for-another', hold };
  return {
    type: 'over-reservation',
    shareIdentifier: share.identifier,
    capMilliVcpu,
    usedMilliVcpu,
    maxMilliVcpu: max,
    activeShares,
  };
}

/** (percent / 100) ^ active shares of the maximum. */
function reserved(max: number, percent: number, activeShares: number): number {
  let held = max;
  for (let share = 0; share < activeShares && held > 0; share++)
    held = Math.floor((held * percent) / 100);
  return held;
}

/** In milliVcpu, over the ENABLED environments; undefined where one of them does not say. */
function maximum(world: World, queue: JobQueue): number | undefined {
  let sum = 0;
  for (const { computeEnvironment } of queue.computeEnvironmentOrder) {
    const environment = world.computeEnvironments.get(computeEnvironment);
    if (environment?.state !== 'ENABLED') continue;
    const vcpus =
      environment.type === 'UNMANAGED'
        ? environment.unmanagedvCpus
        : environment.computeResources?.maxvCpus;
    if (vcpus === undefined) return undefined;
    sum += vcpus * 1000;
  }
  return sum;
}

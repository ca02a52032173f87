// Whether a job that does not fit was overtaken for long enough, so that room is kept for it. How
// often, and for how long, is a setting. And for whom that room makes way.

import { must } from '../../../base/assert.ts';
import type { World } from '../../world/world.ts';
import type { HeadView, JobClass } from '../order/job-class.ts';
import type { Displacing } from '../order/line.ts';

/**
 * When a job has been overtaken by so many, or for so long (settings), by now or later; one that
 * nobody overtakes needs no room kept.
 */
export function overtakenAtMs(world: World, { jobClass, entry }: HeadView): number {
  const { overtakeJobs, overtakeSeconds } = world.settings;
  const { overtaken, overtakenSinceMs } = jobClass;
  if (overtaken >= overtakeJobs) return Number.NEGATIVE_INFINITY;
  if (overtaken === 0 || overtakenSinceMs === undefined) return Number.POSITIVE_INFINITY;
  const { createdAtMs } = must(
    world.jobs.get(entry.jobId),
    'a head stands for a job that has not ended',
  );
  return Math.max(overtakenSinceMs, createdAtMs) + overtakeSeconds * 1000;
}

export const isOvertaken = (world: World, head: HeadView, nowMs: number): boolean =>
  overtakenAtMs(world, head) <= nowMs;

/**
 * What is kept for the other, of another quota share of its queue, since it was overtaken makes way
 * for what is the first one's share's own: it would borrow, which gives it no such claim.
 */
export const makesWayFor = (displacing: Displacing, owner: JobClass, other: JobClass): boolean =>
  other.hold?.overtaken === true &&
  other.queueArn === owner.queueArn &&
  other.claim.share?.identifier !== owner.claim.share?.identifier &&
  !displacing.isOwn(other);

// Jobs that stand in a line and cannot start until somebody changes something: whoever asks how
// many go before them does not count these. Asked by people only; looks at so many classes of jobs
// and no more.

import type { Arn } from '../../../base/ids.ts';
import { rankOf, type LiveArrayParent, type WaitingJob } from '../../job/job.ts';
import type { World } from '../../world/world.ts';
import type { Blocked } from '../fit/blocked.ts';
import { mayComeBack } from '../fit/consumables.ts';
import { fit, isFinal } from '../fit/fit.ts';
import type { JobClassView } from '../order/job-class.ts';

/** Kinds of jobs of one queue: few queues have as many. */
const classesLookedAt = 100;
const entriesLookedAt = 100_000;

/** Nothing that others do, end or give back lets such a job start. */
function isStuck(because: Blocked): boolean {
  if (because.type === 'consumable-short') return !mayComeBack(because);
  return (
    isFinal(because) ||
    because.type === 'larger-than-every-environment' ||
    because.type === 'no-environment-available'
  );
}

/** How many of those that stand before the job in its queue or share are stuck. */
export function stuckAhead(world: World, job: WaitingJob | LiveArrayParent): number {
  const { share } = job.terms;
  return stuckIn(world, job.queueArn, ({ claim }) => {
    if (claim.share?.identifier !== share?.identifier) return Number.NEGATIVE_INFINITY;
    const [theirs, own] = [claim.share?.schedulingPriority ?? 0, share?.schedulingPriority ?? 0];
    if (theirs !== own) return theirs > own ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    return rankOf(job);
  });
}

/** … and in a queue as a whole; of classes with a lower rank than `before` says. */
export function stuckIn(
  world: World,
  queueArn: Arn,
  before: (jobClass: JobClassView) => number = () => Number.POSITIVE_INFINITY,
): number {
  const queue = world.jobQueues.get(queueArn);
  let looked = 0;
  let stuck = 0;
  for (const { jobClass } of queue === undefined ? [] : world.scheduler.backlog.classes()) {
    if (queue === undefined || looked >= classesLookedAt) break;
    if (jobClass.queueArn !== queueArn) continue;
    looked++;
    const rank = before(jobClass);
    const place = fit(
      world,
      queue,
      jobClass.claim,
      world.scheduler.backlog.holdsBefore(queueArn, jobClass.claim).before,
    );
    if (!place.fits && isStuck(place.because))
      stuck += jobClass.countBefore(rank, entriesLookedAt, world.runnableIn);
  }
  return stuck;
}

// A job is stopped for another that goes before it, all nodes of a multi-node parallel job at once.
// Its attempt ends like any that is stopped; the job then waits again, and that costs it none of
// its attempts (report-attempt.ts).

import { assert } from '../../../base/assert.ts';
import type { JobId } from '../../../base/ids.ts';
import { isLive, isToStop } from '../../job/job.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';
import { stopLive } from './stop-job.ts';

/** From the schedule cycle. */
interface PreemptJob {
  readonly type: 'preempt-job';
  readonly jobId: JobId;
  readonly reason: string;
}

export function decidePreemptJob(
  world: World,
  { jobId, reason }: PreemptJob,
  nowMs: number,
): Decided {
  const job = world.jobs.get(jobId);
  assert(
    job !== undefined && isLive(job) && !isToStop(job),
    'only a job is preempted that is under way and that nobody stops',
  );
  return { ...stopLive(world, job, { by: 'preempt', reason, atMs: nowMs }), reply: done };
}

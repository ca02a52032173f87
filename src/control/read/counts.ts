// How many there are of everything, for health and metrics. Changes nothing.

import type { Arn } from '../../base/ids.ts';
import { isArrayParent, type WorldJob } from '../../core/job/job.ts';
import type { World } from '../../core/world/world.ts';
import type { JobCounts } from '../../port/reader.ts';

export function jobCounts({ jobs: { counts } }: World): JobCounts {
  return {
    SUBMITTED: counts.of('SUBMITTED'),
    PENDING: counts.of('PENDING'),
    RUNNABLE: counts.of('RUNNABLE'),
    SCHEDULED: counts.of('SCHEDULED'),
    STARTING: counts.of('STARTING'),
    RUNNING: counts.of('RUNNING'),
  };
}

export function jobCountsByQueue(world: World): ReadonlyMap<Arn, JobCounts> {
  const queues = new Map<Arn, MutableCounts>();
  for (const job of world.jobs.values()) {
    let jobs = queues.get(job.queueArn);
    if (jobs === undefined) queues.set(job.queueArn, (jobs = noJobs()));
    count(job, jobs);
  }
  return queues;
}

type MutableCounts = { -readonly [Status in keyof JobCounts]: number };
const noJobs = (): MutableCounts => ({
  SUBMITTED: 0,
  PENDING: 0,
  RUNNABLE: 0,
  SCHEDULED: 0,
  STARTING: 0,
  RUNNING: 0,
});

function count(job: WorldJob, jobs: MutableCounts): void {
  if (!isArrayParent(job)) jobs[job.status]++;
  // Children that started stand in the world themselves.
  else
    for (const status of ['SUBMITTED', 'PENDING', 'RUNNABLE'] as const)
      jobs[status] += job.children.count(status);
}

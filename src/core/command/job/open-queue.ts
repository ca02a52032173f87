// What every submission meets first: a queue of its kind that takes jobs, and room for one more.
// Shared by SubmitJob and SubmitServiceJob.

import { refuse, type Refusal } from '../../../base/refusal.ts';
import type { Scope } from '../../../base/ids.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { World } from '../../world/world.ts';

export function openQueue(
  world: World,
  scope: Scope,
  nameOrArn: string | undefined,
): JobQueue | Refusal {
  const queue = world.jobQueue(scope, nameOrArn ?? '');
  if (queue === undefined) return refuse('not-found', `Job queue ${nameOrArn} does not exist.`);
  if (queue.state !== 'ENABLED')
    return refuse('invalid', `Job queue ${queue.name} is DISABLED and takes no jobs.`);
  if (queue.status !== 'VALID')
    return refuse('invalid', `Job queue ${queue.name} is ${queue.status} and takes no jobs.`);
  return queue;
}

/** Too many jobs of the queue, or of the account and region, have not ended. */
export function fullRefusal(world: World, queue: JobQueue): Refusal | undefined {
  const { submittedJobs, jobsPerQueue } = world.settings.limits;
  if (world.jobs.inQueue(queue.arn) >= jobsPerQueue)
    return refuse(
      'limit',
      `The limit of ${jobsPerQueue} jobs of job queue ${queue.name} that have not ended is reached.`,
    );
  return world.hasJobs(queue.scope, submittedJobs)
    ? refuse('limit', `The limit of ${submittedJobs} jobs that have not ended is reached.`)
    : undefined;
}

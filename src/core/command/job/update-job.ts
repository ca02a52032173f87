// UpdateJob, an operation of ours: a job that waits gets another scheduling priority, or goes to
// another queue. It keeps its place by submission, and the new queue is as choosy as on SubmitJob.
// What is under way is left alone, and an array is changed as a whole or not at all.

import { splitJobId, type JobId, type Scope } from '../../../base/ids.ts';
import { isRefusal, refuse, type Refusal } from '../../../base/refusal.ts';
import {
  isArrayParent,
  isLive,
  type JobDetailRecord,
  type LiveArrayParent,
  type WaitingJob,
} from '../../job/job.ts';
import { withShare, type ShareTerms } from '../../job/terms.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import { limit } from '../../limit.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';
import { openQueue } from './open-queue.ts';
import { platformRefusal } from './platform.ts';
import { manySecurityGroups } from './submitted-work.ts';

interface UpdateJob {
  readonly type: 'update-job';
  readonly scope: Scope;
  readonly jobId: JobId;
  /** By name or ARN; absent: it stays where it is. */
  readonly jobQueue?: string | undefined;
  readonly schedulingPriority?: number | undefined;
  readonly shareIdentifier?: string | undefined;
  /** What was stored of the job before the turn. Control fills it in. */
  readonly detail?: JobDetailRecord | undefined;
}

export function decideUpdateJob(world: World, command: UpdateJob, nowMs: number): Decided {
  const { jobId, scope, schedulingPriority, shareIdentifier } = command;
  const job = waitingJob(world, command);
  if (isRefusal(job)) return job;
  const detail =
    world.changes.submitted.get(jobId) ?? world.changes.updated.get(jobId) ?? command.detail;
  if (detail === undefined) return unknown(jobId);
  const queue = world.jobQueue(scope, command.jobQueue ?? job.queueArn);
  if (queue === undefined)
    return refuse('not-found', `Job queue ${command.jobQueue} does not exist.`);
  if (
    schedulingPriority !== undefined &&
    (!Number.isInteger(schedulingPriority) ||
      schedulingPriority < 0 ||
      schedulingPriority > limit.schedulingPriorityMax)
  )
    return refuse(
      'invalid',
      `schedulingPriority must be a whole number from 0 to ${limit.schedulingPriorityMax}.`,
    );
  const refused = queue.arn === job.queueArn ? undefined : moveRefusal(world, job, queue, detail);
  if (refused) return refused;
  const priority = schedulingPriority ?? detail.schedulingPriority;
  const share = shareIn(world, queue, job, { shareIdentifier, priority }, nowMs);
  if (isRefusal(share)) return share;
  if (share === undefined && schedulingPriority !== undefined)
    return refuse(
      'invalid',
      `Job queue ${queue.name} goes by submission: a scheduling priority says nothing there. Give the queue another priority, or move the job to another queue.`,
    );
  return {
    events: [
      // A queue lists what came after it was made: what moves there may be older.
      ...(job.sequence < queue.firstSequence
        ? [{ type: 'job-queue-stored', queue: { ...queue, firstSequence: job.sequence } } as const]
        : []),
      {
        type: 'job-updated',
        detail: {
          ...detail,
          queueArn: queue.arn,
          shareIdentifier: share?.identifier,
          schedulingPriority: priority,
        },
        queueArn: queue.arn,
        terms: withShare(job.terms, share),
        atMs: nowMs,
      },
    ],
    effects: [],
    reply: done,
  };
}

const unknown = (jobId: JobId): Refusal =>
  refuse('not-found', `Job ${jobId} does not exist, or has ended.`);

function waitingJob(
  world: World,
  { scope, jobId }: UpdateJob,
): WaitingJob | LiveArrayParent | Refusal {
  const { parent, index, node } = splitJobId(jobId);
  if (index !== undefined || node !== undefined)
    return refuse(
      'invalid',
      `Job ${jobId} is a part of job ${parent}, which is updated as a whole.`,
    );
  const job = world.job(scope, jobId);
  // Service jobs have an operation of their own.
  if (job === undefined || job.terms.service !== undefined) return unknown(jobId);
  if (isLive(job))
    return refuse(
      'conflict',
      `Job ${jobId} is ${job.status}: only a job that waits can be updated.`,
    );
  const underWay = isArrayParent(job)
    ? job.children.count('STARTING') + job.children.count('RUNNING')
    : 0;
  return underWay > 0
    ? refuse(
        'conflict',
        `${underWay} of the children of job ${jobId} are under way: only an array that waits can be updated.`,
      )
    : job;
}

function moveRefusal(
  world: World,
  job: WaitingJob | LiveArrayParent,
  queue: JobQueue,
  detail: JobDetailRecord,
): Refusal | undefined {
  if (isArrayParent(job) && job.children.ended > 0)
    return refuse(
      'conflict',
      `Children of job ${job.id} have ended in its queue: the array stays there.`,
    );
  const open = openQueue(world, queue.scope, queue.arn);
  if (isRefusal(open)) return open;
  const { jobsPerQueue } = world.settings.limits;
  if (world.jobs.inQueue(queue.arn) >= jobsPerQueue)
    return refuse(
      'limit',
      `The limit of ${jobsPerQueue} jobs of job queue ${queue.name} that have not ended is reached.`,
    );
  if (queue.jobQueueType === 'SAGEMAKER_TRAINING')
    return refuse('invalid', `Job queue ${queue.name} is for service jobs alone.`);
  return (
    platformRefusal(
      queue.jobQueueType,
      { capabilities: detail.platformCapabilities, isPod: job.terms.pod === true },
      `Job ${job.id} is`,
      queue.name,
    ) ?? (job.terms.nodes === undefined ? undefined : manySecurityGroups(world, queue))
  );
}

/**
 * Where shares are, it keeps its own unless another is said; where there are none, it has none from
 * here on.
 */
function shareIn(
  world: World,
  queue: JobQueue,
  { terms }: WaitingJob | LiveArrayParent,
  {
    shareIdentifier,
    priority,
  }: { shareIdentifier?: string | undefined; priority?: number | undefined },
  nowMs: number,
): ShareTerms | undefined | Refusal {
  const line = world.scheduler.lines.of(queue.arn);
  const admit = (identifier: string | undefined): ShareTerms | undefined | Refusal =>
    line.admit({ shareIdentifier: identifier, schedulingPriority: priority }, nowMs);
  const own = terms.share?.identifier;
  const admitted = admit(shareIdentifier ?? own);
  if (!isRefusal(admitted) || shareIdentifier !== undefined || own === undefined) return admitted;
  const without = admit(undefined);
  return isRefusal(without) ? admitted : without;
}

// UpdateServiceJob: a service job that has not ended gets another scheduling priority. One that
// waits takes its place by that at once; one that runs is preempted by it, and waits by it if it is
// tried again. Where a queue goes by submission the priority is only shown.

import type { Arn, JobId, Scope } from '../../../base/ids.ts';
import { refuse } from '../../../base/refusal.ts';
import { isArrayParent, type JobDetailRecord } from '../../job/job.ts';
import { withShare } from '../../job/terms.ts';
import type { World } from '../../world/world.ts';
import type { Decided } from '../decision.ts';

interface UpdateServiceJob {
  readonly type: 'update-service-job';
  readonly scope: Scope;
  readonly jobId: JobId;
  readonly schedulingPriority: number;
  /** What was stored of the job before the turn. Control fills it in. */
  readonly detail?: JobDetailRecord | undefined;
}

interface UpdateServiceJobReply {
  readonly jobId: JobId;
  readonly jobName: string;
  readonly jobArn: Arn;
}

export function decideUpdateServiceJob(
  world: World,
  { scope, jobId, schedulingPriority, detail: stored }: UpdateServiceJob,
  nowMs: number,
): Decided<UpdateServiceJobReply> {
  const job = world.job(scope, jobId);
  const detail = world.changes.submitted.get(jobId) ?? world.changes.updated.get(jobId) ?? stored;
  if (job === undefined || isArrayParent(job) || !job.terms.service || detail === undefined)
    return refuse('not-found', `Service job ${jobId} does not exist, or has ended.`);
  const { share, service } = job.terms;
  return {
    events: [
      {
        type: 'job-updated',
        detail,
        queueArn: job.queueArn,
        terms: {
          ...withShare(job.terms, share && { ...share, schedulingPriority }),
          service: { ...service, schedulingPriority },
        },
        atMs: nowMs,
      },
    ],
    effects: [],
    reply: { jobId, jobName: detail.name, jobArn: detail.arn },
  };
}

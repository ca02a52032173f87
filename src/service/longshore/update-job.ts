// Gives a job that waits another scheduling priority, or moves it to another queue, as the query
// says. AWS Batch has this for service jobs alone. Whoever may submit to a queue may not by that
// take jobs out of another: the right is one of our own, on the job and the queue it goes to.

import { isRefusal } from '../../base/refusal.ts';
import { jobIdOf } from '../../core/job/job-reference.ts';
import { fromRefusal, invalid, notFound } from '../../wire/error-catalogue.ts';
import type { Operation } from '../../wire/operation.ts';
import { jobResource, queueResource } from '../batch/access.ts';
import type { LongshoreDeps } from './deps.ts';

interface UpdateJobInput {
  readonly jobId: string;
  readonly jobQueue?: string;
  readonly schedulingPriority?: string;
  readonly shareIdentifier?: string;
}

interface UpdatedJob {
  readonly jobId: string;
}

export const updateJob: Operation<LongshoreDeps, UpdateJobInput, UpdatedJob> = {
  authorizes: ({ jobId, jobQueue }, context) => [
    {
      action: 'longshore:UpdateJob',
      resources: [
        jobResource(context, jobId),
        ...(jobQueue === undefined ? [] : [queueResource(context, jobQueue)]),
      ],
    },
  ],

  async handle({ bus }, { jobId: given, jobQueue, schedulingPriority, shareIdentifier }, context) {
    const { scope } = context;
    const jobId = jobIdOf(scope, given);
    if (jobId === undefined) throw notFound(`Job ${given.slice(0, 150)}`);
    if (jobQueue === undefined && schedulingPriority === undefined && shareIdentifier === undefined)
      throw invalid('At least one of jobQueue, schedulingPriority and shareIdentifier is needed');
    if (schedulingPriority !== undefined && !/^\d{1,5}$/.test(schedulingPriority))
      throw invalid(`schedulingPriority is no whole number: '${schedulingPriority.slice(0, 20)}'`);
    const priority = schedulingPriority === undefined ? undefined : Number(schedulingPriority);
    const reply = await bus.submit(
      {
        type: 'update-job',
        scope,
        jobId,
        jobQueue,
        schedulingPriority: priority,
        shareIdentifier,
      },
      context,
    );
    if (isRefusal(reply)) throw fromRefusal(reply);
    return { jobId };
  },
};

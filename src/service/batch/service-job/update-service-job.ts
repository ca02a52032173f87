// UpdateServiceJob: changes the scheduling priority of a service job that has not ended.

import type {
  UpdateServiceJobCommandInput,
  UpdateServiceJobCommandOutput,
} from '@aws-sdk/client-batch';
import { limit } from '../../../core/limit.ts';
import { serviceJobIdOf } from '../../../core/service-job/service-job-reference.ts';
import { integerIn } from '../../../wire/check.ts';
import { invalid, notFound } from '../../../wire/error-catalogue.ts';
import type { Conditions } from '../../../wire/operation.ts';
import { serviceJobResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkReference } from '../rule/name.ts';
import { submitCommand } from '../submit-command.ts';

export const updateServiceJob: BatchOperation<
  UpdateServiceJobCommandInput,
  Reply<UpdateServiceJobCommandOutput>
> = {
  authorizes: ({ jobId, schedulingPriority }, context) => [
    {
      action: 'batch:UpdateServiceJob',
      resources: [serviceJobResource(context, jobId)],
      conditions: (): Conditions =>
        schedulingPriority === undefined
          ? {}
          : { 'batch:SchedulingPriority': String(schedulingPriority) },
    },
  ],

  async handle(deps, { jobId: reference, schedulingPriority }, context) {
    checkReference(reference, 'jobId');
    if (schedulingPriority === undefined) throw invalid('schedulingPriority must be provided');
    integerIn(schedulingPriority, 0, limit.schedulingPriorityMax, 'schedulingPriority');
    const jobId = serviceJobIdOf(context.scope, reference);
    if (jobId === undefined) throw notFound(`Service job ${reference.slice(0, 150)}`);
    return submitCommand(
      deps,
      { type: 'update-service-job', scope: context.scope, jobId, schedulingPriority },
      context,
    );
  },
};

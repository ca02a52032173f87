// SubmitServiceJob: everything that the request alone can be judged by. Its queue is core's, and so
// is its payload.

import type {
  SubmitServiceJobCommandInput,
  SubmitServiceJobCommandOutput,
} from '@aws-sdk/client-batch';
import { ServiceJobType } from '@aws-sdk/client-batch';
import { jobId } from '../../../base/ids.ts';
import { isRefusal } from '../../../base/refusal.ts';
import { limit } from '../../../core/limit.ts';
import { readTrainingJob } from '../../../core/service-job/training-job.ts';
import { given, integerIn, lengthIn, oneOf } from '../../../wire/check.ts';
import type { Conditions } from '../../../wire/operation.ts';
import { passRole } from '../../access.ts';
import { creation, queueResource, quotaShareResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkShareIdentifier } from '../rule/fair-share.ts';
import { checkName, checkReference } from '../rule/name.ts';
import { checkServiceRetry } from '../rule/service-retry.ts';
import { checkTags } from '../rule/tags.ts';
import { submitCommand } from '../submit-command.ts';
import { repeatableId } from './repeatable-id.ts';

export const submitServiceJob: BatchOperation<
  SubmitServiceJobCommandInput,
  Reply<SubmitServiceJobCommandOutput>
> = {
  authorizes(input, context) {
    const training = readTrainingJob(input.serviceRequestPayload ?? '');
    return [
      ...creation(
        'batch:SubmitServiceJob',
        [
          queueResource(context, input.jobQueue),
          ...(input.quotaShareName
            ? [quotaShareResource(context, input.jobQueue, input.quotaShareName)]
            : []),
        ],
        input.tags,
        [() => standing(input)],
      ),
      // What is refused is not run by anybody.
      ...passRole(context, ['sagemaker.amazonaws.com'], {
        roles: isRefusal(training) ? [] : [training.roleArn],
      }),
    ];
  },

  async handle(deps, input, context) {
    deps.submitRate?.take(context.scope);
    const { limits } = deps.settings;
    checkName(input.jobName, 'jobName');
    checkReference(input.jobQueue, 'jobQueue');
    oneOf(ServiceJobType, input.serviceJobType, 'serviceJobType');
    given(input.serviceRequestPayload, 'serviceRequestPayload');
    checkShareIdentifier(input.shareIdentifier, 'shareIdentifier');
    integerIn(input.schedulingPriority, 0, limit.schedulingPriorityMax, 'schedulingPriority');
    integerIn(
      input.timeoutConfig?.attemptDurationSeconds,
      1,
      2 ** 31 - 1,
      'timeoutConfig.attemptDurationSeconds',
    );
    const retryStrategy = checkServiceRetry(input.retryStrategy, limits);
    if (input.quotaShareName) checkName(input.quotaShareName, 'quotaShareName');
    integerIn(
      input.preemptionConfiguration?.preemptionRetriesBeforeTermination,
      0,
      2 ** 31 - 1,
      'preemptionConfiguration.preemptionRetriesBeforeTermination',
    );
    lengthIn(input.clientToken, 1, 64, 'clientToken');
    checkTags(input.tags, limits);
    const { scope } = context;
    return submitCommand(
      deps,
      {
        type: 'submit-service-job',
        scope,
        jobId:
          input.clientToken === undefined ? jobId(deps.ids.uuid()) : repeatableId(scope, input),
        request: { ...input, retryStrategy },
      },
      context,
    );
  },
};

/** Where it is to stand, in condition keys. */
const standing = ({
  shareIdentifier,
  schedulingPriority,
}: SubmitServiceJobCommandInput): Conditions => ({
  ...(shareIdentifier && { 'batch:ShareIdentifier': shareIdentifier }),
  ...(schedulingPriority !== undefined && {
    'batch:SchedulingPriority': String(schedulingPriority),
  }),
});

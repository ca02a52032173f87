// CreateJobQueue: the members one by one; which environments may stand together is its command's
// affair.

import type {
  CreateJobQueueCommandInput,
  CreateJobQueueCommandOutput,
} from '@aws-sdk/client-batch';
import { JobQueueType, JQState } from '@aws-sdk/client-batch';
import { integerIn, oneOf } from '../../../wire/check.ts';
import {
  creation,
  environmentResource,
  policyResources,
  queueResource,
  serviceEnvironmentResource,
} from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkOrder, checkServiceOrder } from '../rule/environment-order.ts';
import { checkName } from '../rule/name.ts';
import { checkTags } from '../rule/tags.ts';
import { checkTimeLimitActions } from '../rule/time-limit-actions.ts';
import { submitCommand } from '../submit-command.ts';

export const createJobQueue: BatchOperation<
  CreateJobQueueCommandInput,
  Reply<CreateJobQueueCommandOutput>
> = {
  authorizes(input, context) {
    const environments = (input.computeEnvironmentOrder ?? []).map((entry) =>
      environmentResource(context, entry.computeEnvironment),
    );
    return creation(
      'batch:CreateJobQueue',
      [
        queueResource(context, input.jobQueueName),
        ...environments,
        ...(input.serviceEnvironmentOrder ?? []).map((entry) =>
          serviceEnvironmentResource(context, entry.serviceEnvironment),
        ),
        ...policyResources(input.schedulingPolicyArn),
      ],
      input.tags,
    );
  },

  async handle(deps, input, context) {
    checkName(input.jobQueueName, 'jobQueueName');
    oneOf(JQState, input.state, 'state');
    oneOf(JobQueueType, input.jobQueueType, 'jobQueueType');
    integerIn(input.priority, 0, 2 ** 31 - 1, 'priority');
    checkOrder(input.computeEnvironmentOrder);
    checkServiceOrder(input.serviceEnvironmentOrder);
    checkTags(input.tags, deps.settings.limits, 'job queue');
    checkTimeLimitActions(
      input.jobStateTimeLimitActions,
      (input.serviceEnvironmentOrder ?? []).length > 0,
    );
    const { name, arn } = await submitCommand(
      deps,
      { type: 'create-job-queue', scope: context.scope, request: input },
      context,
    );
    return { jobQueueName: name, jobQueueArn: arn };
  },
};

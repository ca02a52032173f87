// UpdateJobQueue. Terraform sends ARNs where AWS says name.

import type {
  UpdateJobQueueCommandInput,
  UpdateJobQueueCommandOutput,
} from '@aws-sdk/client-batch';
import { JQState } from '@aws-sdk/client-batch';
import { integerIn, oneOf } from '../../../wire/check.ts';
import { environmentResource, policyResources, queueResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkReference } from '../rule/name.ts';
import { checkTimeLimitActions } from '../rule/time-limit-actions.ts';
import { checkOrder, checkServiceOrder } from '../rule/environment-order.ts';
import { refuseNoChange } from '../rule/update.ts';
import { submitCommand } from '../submit-command.ts';

export const updateJobQueue: BatchOperation<
  UpdateJobQueueCommandInput,
  Reply<UpdateJobQueueCommandOutput>
> = {
  authorizes(input, context) {
    const environments = (input.computeEnvironmentOrder ?? []).map((entry) =>
      environmentResource(context, entry.computeEnvironment),
    );
    return [
      {
        action: 'batch:UpdateJobQueue',
        resources: [
          queueResource(context, input.jobQueue),
          ...environments,
          ...policyResources(input.schedulingPolicyArn),
        ],
      },
    ];
  },

  async handle(deps, input, context) {
    checkReference(input.jobQueue, 'jobQueue');
    const stored = deps.reader.batch.jobQueue(context.scope, input.jobQueue)?.queue;
    if (stored !== undefined)
      refuseNoChange(input, [
        'state',
        'priority',
        'computeEnvironmentOrder',
        'schedulingPolicyArn',
        'jobStateTimeLimitActions',
        'serviceEnvironmentOrder',
      ]);
    checkOrder(input.computeEnvironmentOrder);
    checkServiceOrder(input.serviceEnvironmentOrder);
    oneOf(JQState, input.state, 'state');
    integerIn(input.priority, 0, 2 ** 31 - 1, 'priority');
    checkTimeLimitActions(
      input.jobStateTimeLimitActions,
      stored?.jobQueueType === 'SAGEMAKER_TRAINING',
    );
    const { name, arn } = await submitCommand(
      deps,
      { type: 'update-job-queue', scope: context.scope, request: input },
      context,
    );
    return { jobQueueName: name, jobQueueArn: arn };
  },
};

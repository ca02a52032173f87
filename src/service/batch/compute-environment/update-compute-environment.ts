// UpdateComputeEnvironment: the members one by one; what they change is its command's affair.

import type {
  UpdateComputeEnvironmentCommandInput,
  UpdateComputeEnvironmentCommandOutput,
} from '@aws-sdk/client-batch';
import { CEState, ContainerInsights } from '@aws-sdk/client-batch';
import { integerIn, oneOf } from '../../../wire/check.ts';
import { environmentGifts, environmentResource, instanceTags } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkChangedResourceMembers } from '../rule/compute-resources.ts';
import { checkAccessEntry } from '../rule/eks-configuration.ts';
import { checkManagedMembers } from '../rule/managed-instances.ts';
import { checkReference, checkEnvironmentRole } from '../rule/name.ts';
import { refuseNoChange } from '../rule/update.ts';
import { submitCommand } from '../submit-command.ts';
import { limit } from '../../../core/limit.ts';

export const updateComputeEnvironment: BatchOperation<
  UpdateComputeEnvironmentCommandInput,
  Reply<UpdateComputeEnvironmentCommandOutput>
> = {
  authorizes(input, context) {
    const environment = environmentResource(context, input.computeEnvironment);
    return [
      {
        action: 'batch:UpdateComputeEnvironment',
        resources: [environment],
        conditions: () => instanceTags(input),
      },
      ...environmentGifts(context, environment, input),
    ];
  },

  async handle(deps, input, context) {
    checkReference(input.computeEnvironment, 'computeEnvironment');
    oneOf(CEState, input.state, 'state');
    oneOf(ContainerInsights, input.ecsSettings?.containerInsights, 'ecsSettings.containerInsights');
    integerIn(input.unmanagedvCpus, 0, 2 ** 31 - 1, 'unmanagedvCpus');
    integerIn(
      input.updatePolicy?.jobExecutionTimeoutMinutes,
      1,
      limit.jobExecutionTimeoutMinutesMax,
      'updatePolicy.jobExecutionTimeoutMinutes',
    );
    checkEnvironmentRole(input.serviceRole, 'serviceRole');
    checkAccessEntry(input.eksConfiguration?.accessEntry);
    if (input.computeResources !== undefined) {
      checkChangedResourceMembers(input.computeResources);
      checkManagedMembers(input.computeResources, deps.settings.limits);
    }
    const stored = deps.reader.batch.computeEnvironment(
      context.scope,
      input.computeEnvironment,
    )?.environment;
    if (stored !== undefined)
      refuseNoChange(input, [
        'state',
        'computeResources',
        'serviceRole',
        'updatePolicy',
        'unmanagedvCpus',
        'context',
        'ecsSettings',
        'eksConfiguration',
      ]);
    const references = await deps.references(context, [
      stored?.computeResources,
      input.computeResources,
    ]);
    const { name, arn } = await submitCommand(
      deps,
      { type: 'update-compute-environment', scope: context.scope, request: input, references },
      context,
    );
    return { computeEnvironmentName: name, computeEnvironmentArn: arn };
  },
};

// CreateComputeEnvironment: the members one by one; how they go together is its command's affair.

import type {
  CreateComputeEnvironmentCommandInput,
  CreateComputeEnvironmentCommandOutput,
} from '@aws-sdk/client-batch';
import { CEState, CEType, ContainerInsights } from '@aws-sdk/client-batch';
import { integerIn, oneOf } from '../../../wire/check.ts';
import { creation, environmentGifts, environmentResource, instanceTags } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkNewResourceMembers } from '../rule/compute-resources.ts';
import { checkManagedMembers } from '../rule/managed-instances.ts';
import { checkName, checkEnvironmentRole } from '../rule/name.ts';
import { refuseUnbuilt } from '../rule/not-yet.ts';
import { checkTags } from '../rule/tags.ts';
import { submitCommand } from '../submit-command.ts';

export const createComputeEnvironment: BatchOperation<
  CreateComputeEnvironmentCommandInput,
  Reply<CreateComputeEnvironmentCommandOutput>
> = {
  authorizes(input, context) {
    const environment = environmentResource(context, input.computeEnvironmentName);
    return [
      ...creation('batch:CreateComputeEnvironment', [environment], input.tags, [
        () => instanceTags(input),
      ]),
      ...environmentGifts(context, environment, input),
    ];
  },

  async handle(deps, input, context) {
    checkName(input.computeEnvironmentName, 'computeEnvironmentName');
    oneOf(CEType, input.type, 'type');
    oneOf(CEState, input.state, 'state');
    oneOf(ContainerInsights, input.ecsSettings?.containerInsights, 'ecsSettings.containerInsights');
    integerIn(input.unmanagedvCpus, 0, 2 ** 31 - 1, 'unmanagedvCpus');
    checkEnvironmentRole(input.serviceRole, 'serviceRole');
    checkTags(input.tags, deps.settings.limits);
    refuseUnbuilt(input.eksConfiguration, 'eksConfiguration');
    if (input.computeResources !== undefined) {
      checkNewResourceMembers(input.computeResources);
      checkManagedMembers(input.computeResources, deps.settings.limits);
    }
    const references = await deps.references(context, [input.computeResources]);
    const command = {
      type: 'create-compute-environment',
      scope: context.scope,
      uuid: deps.ids.uuid(),
      request: input,
      references,
    } as const;
    const { name, arn } = await submitCommand(deps, command, context);
    return { computeEnvironmentName: name, computeEnvironmentArn: arn };
  },
};

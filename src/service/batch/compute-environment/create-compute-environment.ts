// CreateComputeEnvironment: the members one by one; how they go together is its command's affair.

import type {
  CreateComputeEnvironmentCommandInput,
  CreateComputeEnvironmentCommandOutput,
} from '@aws-sdk/client-batch';
import { CEState, CEType, ContainerInsights } from '@aws-sdk/client-batch';
import { eksClusterArn } from '../../../core/arn.ts';
import { ownTagsOf } from '../../../core/own-tag/own-tags.ts';
import { integerIn, oneOf } from '../../../wire/check.ts';
import type { Access, RequestContext } from '../../../wire/operation.ts';
import { creation, environmentGifts, environmentResource, instanceTags } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkNewResourceMembers } from '../rule/compute-resources.ts';
import { checkEksConfiguration } from '../rule/eks-configuration.ts';
import { checkManagedMembers } from '../rule/managed-instances.ts';
import { checkName, checkEnvironmentRole } from '../rule/name.ts';
import { checkTags } from '../rule/tags.ts';
import { submitCommand } from '../submit-command.ts';

/** "The caller must have permissions to call eks:DescribeCluster." */
function describedCluster(
  { eksConfiguration, tags }: CreateComputeEnvironmentCommandInput,
  { scope }: RequestContext,
): Access[] {
  const named = eksConfiguration?.eksClusterArn || ownTagsOf(tags)?.cluster;
  return named ? [{ action: 'eks:DescribeCluster', resources: [eksClusterArn(scope, named)] }] : [];
}

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
      ...describedCluster(input, context),
    ];
  },

  async handle(deps, input, context) {
    checkName(input.computeEnvironmentName, 'computeEnvironmentName');
    oneOf(CEType, input.type, 'type');
    oneOf(CEState, input.state, 'state');
    oneOf(ContainerInsights, input.ecsSettings?.containerInsights, 'ecsSettings.containerInsights');
    integerIn(input.unmanagedvCpus, 0, 2 ** 31 - 1, 'unmanagedvCpus');
    checkEnvironmentRole(input.serviceRole, 'serviceRole');
    checkTags(input.tags, deps.settings.limits, 'compute environment');
    if (input.eksConfiguration !== undefined) checkEksConfiguration(input.eksConfiguration);
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

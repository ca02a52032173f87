// RegisterJobDefinition: all that the request alone can be judged by, which is nearly all.

import type {
  PlatformCapability,
  RegisterJobDefinitionCommandInput,
  RegisterJobDefinitionCommandOutput,
} from '@aws-sdk/client-batch';
import { JobDefinitionType } from '@aws-sdk/client-batch';
import { hasPods } from '../../../core/job/pod.ts';
import { limit } from '../../../core/limit.ts';
import { integerIn, oneOf } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';
import { passRole } from '../../access.ts';
import { consumableResources, creation, definitionResource } from '../access.ts';
import { definedContainers, definedLogs, definedRoles } from '../container-access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkLogRegion } from '../rule/awslogs-options.ts';
import { checkContainer } from '../rule/container-properties.ts';
import { checkConsumables } from '../rule/consumables.ts';
import { checkEcsProperties } from '../rule/ecs-properties.ts';
import { checkEksProperties } from '../rule/eks-properties.ts';
import { checkName } from '../rule/name.ts';
import { checkNodeProperties } from '../rule/node-properties.ts';
import { checkPlatform, checkPlatforms } from '../rule/platform.ts';
import { checkRetryStrategy } from '../rule/retry.ts';
import { checkTags } from '../rule/tags.ts';
import { refuseNul } from '../rule/text.ts';
import { submitCommand } from '../submit-command.ts';

export const registerJobDefinition: BatchOperation<
  RegisterJobDefinitionCommandInput,
  Reply<RegisterJobDefinitionCommandOutput>
> = {
  authorizes: (input, context) => [
    ...creation(
      'batch:RegisterJobDefinition',
      [
        definitionResource(context, input.jobDefinitionName),
        ...consumableResources(context, [
          input.consumableResourceProperties,
          ...(input.nodeProperties?.nodeRangeProperties ?? []).map(
            (range) => range.consumableResourceProperties,
          ),
        ]),
      ],
      input.tags,
      definedContainers(input),
    ),
    // To ECS by AWS's reference, to Batch by the user guide's example.
    ...passRole(context, ['ecs-tasks.amazonaws.com', 'batch.amazonaws.com'], {
      roles: definedRoles(input),
    }),
  ],

  async handle(deps, input, context) {
    checkName(input.jobDefinitionName, 'jobDefinitionName');
    const type = oneOf(JobDefinitionType, input.type, 'type');
    if (hasPods(input)) refuseEcsMembers(input);
    const platform = checkPlatforms(input.platformCapabilities);
    if (type === 'multinode') checkMultiNode(input, platform);
    else checkSingleNode(input, platform);
    checkLogRegion(definedLogs(input), context.region);
    integerIn(input.schedulingPriority, 0, limit.schedulingPriorityMax, 'schedulingPriority');
    refuseNul(input.parameters, 'parameters');
    checkTags(input.tags, deps.settings.limits, 'job definition');
    const retryStrategy = checkRetryStrategy(input.retryStrategy, deps.settings.limits);
    const request = retryStrategy === undefined ? input : { ...input, retryStrategy };
    const { name, arn, revision } = await submitCommand(
      deps,
      { type: 'register-job-definition', scope: context.scope, request },
      context,
    );
    return { jobDefinitionName: name, jobDefinitionArn: arn, revision };
  },
};

/** "If the job runs on Amazon EKS resources, then you must not specify" these. */
function refuseEcsMembers(input: RegisterJobDefinitionCommandInput): void {
  for (const member of ['platformCapabilities', 'propagateTags'] as const)
    if (input[member] !== undefined)
      throw invalid(
        `${member} must not be specified for a job definition that runs on Amazon EKS resources`,
      );
}

function checkSingleNode(
  {
    containerProperties,
    ecsProperties,
    eksProperties,
    nodeProperties,
    consumableResourceProperties,
  }: RegisterJobDefinitionCommandInput,
  platform: PlatformCapability,
): void {
  if (nodeProperties !== undefined)
    throw invalid('nodeProperties is only for a job definition of type multinode');
  // "Amazon ECS Managed Instances jobs do not support legacy containerProperties."
  if (platform === 'MANAGED_INSTANCES' && ecsProperties === undefined)
    throw invalid(
      'platformCapabilities MANAGED_INSTANCES requires ecsProperties; containerProperties is not supported with it',
    );
  const fargate = platform === 'FARGATE';
  const kinds = [containerProperties, ecsProperties, eksProperties];
  if (kinds.filter((kind) => kind !== undefined).length > 1)
    throw invalid(
      'A job definition of type container must have either containerProperties or ecsProperties or eksProperties, and only one of them',
    );
  if (eksProperties !== undefined) {
    checkEksProperties(eksProperties, 'eksProperties');
  } else if (ecsProperties !== undefined) {
    checkEcsProperties(ecsProperties, 'ecsProperties', platform);
  } else {
    const where = 'containerProperties';
    if (containerProperties === undefined)
      throw invalid(
        `${where} must be provided for a job definition of type container, or ecsProperties, or eksProperties`,
      );
    checkContainer(containerProperties, where, fargate);
    checkPlatform(containerProperties, where, platform);
  }
  checkConsumables(consumableResourceProperties, 'consumableResourceProperties');
}

function checkMultiNode(
  {
    containerProperties,
    ecsProperties,
    eksProperties,
    nodeProperties,
    consumableResourceProperties,
  }: RegisterJobDefinitionCommandInput,
  platform: PlatformCapability,
): void {
  if (platform === 'FARGATE')
    throw invalid('Multi-node parallel jobs are not supported on Fargate resources');
  if (platform === 'MANAGED_INSTANCES')
    throw invalid('Multi-node parallel jobs are not supported on managed instances');
  if (containerProperties !== undefined)
    throw invalid(
      'containerProperties is only for a job definition of type container; with type multinode each node range has its container in nodeProperties',
    );
  for (const [member, value] of Object.entries({ ecsProperties, eksProperties }))
    if (value !== undefined)
      throw invalid(
        `${member} is only for a job definition of type container; with type multinode each node range has its own in nodeProperties`,
      );
  if (nodeProperties === undefined)
    throw invalid('nodeProperties must be provided for a job definition of type multinode');
  if (consumableResourceProperties?.consumableResourceList?.length)
    throw invalid(
      'consumableResourceProperties of a job definition of type multinode must be given for each node range in nodeProperties',
    );
  checkNodeProperties(nodeProperties);
}

// RegisterJobDefinition (spec 4.4).

import type { RegisterJobDefinitionCommandInput, RegisterJobDefinitionCommandOutput } from '@aws-sdk/client-batch';
import { JobDefinitionType } from '@aws-sdk/client-batch';
import { limit } from '../../core/limit.ts';
import { integerIn, oneOf } from '../../wire/check.ts';
import { invalid } from '../../wire/error-catalogue.ts';
import { containerConditions, creation, definitionResource } from './access.ts';
import type { BatchOperation } from './deps.ts';
import type { Reply } from './reply.ts';
import { checkContainer } from './rule/container-properties.ts';
import { checkConsumables } from './rule/consumables.ts';
import { checkName } from './rule/name.ts';
import { refuseUnbuilt } from './rule/not-yet.ts';
import { checkPlatform, checkPlatforms } from './rule/platform.ts';
import { checkRetryStrategy } from './rule/retry.ts';
import { checkTags } from './rule/tags.ts';
import { submitCommand } from './submit-command.ts';

export const registerJobDefinition: BatchOperation<RegisterJobDefinitionCommandInput, Reply<RegisterJobDefinitionCommandOutput>> = {
  authorizes(input, context) {
    const name = input.jobDefinitionName ?? '';
    const conditions = containerConditions(input.containerProperties, name);
    return creation('batch:RegisterJobDefinition', [definitionResource(context, name)], input.tags, conditions);
  },

  async handle(deps, input, context) {
    checkName(input.jobDefinitionName, 'jobDefinitionName');
    const type = oneOf(JobDefinitionType, input.type, 'type');
    if (type === 'multinode') refuseUnbuilt(type, 'A multi-node parallel job definition (type multinode)');
    refuseUnbuilt(input.nodeProperties, 'nodeProperties');
    refuseUnbuilt(input.eksProperties, 'eksProperties');
    refuseUnbuilt(input.ecsProperties, 'ecsProperties');
    checkConsumables(input.consumableResourceProperties, 'consumableResourceProperties');
    const fargate = checkPlatforms(input.platformCapabilities);
    if (input.containerProperties === undefined) throw invalid('containerProperties must be provided for a job definition of type container');
    checkContainer(input.containerProperties, fargate);
    checkPlatform(input.containerProperties, fargate);
    integerIn(input.schedulingPriority, 0, limit.schedulingPriorityMax, 'schedulingPriority');
    checkTags(input.tags, deps.settings.limits);
    const retryStrategy = checkRetryStrategy(input.retryStrategy, deps.settings.limits);
    const request = retryStrategy === undefined ? input : { ...input, retryStrategy };
    const { name, arn, revision } = await submitCommand(deps, { type: 'register-job-definition', scope: context.scope, request }, context);
    return { jobDefinitionName: name, jobDefinitionArn: arn, revision };
  },
};

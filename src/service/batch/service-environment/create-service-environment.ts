// CreateServiceEnvironment: all that the request alone can be judged by.

import type {
  CreateServiceEnvironmentCommandInput,
  CreateServiceEnvironmentCommandOutput,
} from '@aws-sdk/client-batch';
import { ServiceEnvironmentState, ServiceEnvironmentType } from '@aws-sdk/client-batch';
import { given, oneOf } from '../../../wire/check.ts';
import { creation, serviceEnvironmentResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { readCapacityLimits } from '../rule/capacity-limits.ts';
import { checkName } from '../rule/name.ts';
import { checkTags } from '../rule/tags.ts';
import { submitCommand } from '../submit-command.ts';

export const createServiceEnvironment: BatchOperation<
  CreateServiceEnvironmentCommandInput,
  Reply<CreateServiceEnvironmentCommandOutput>
> = {
  authorizes: (input, context) =>
    creation(
      'batch:CreateServiceEnvironment',
      [serviceEnvironmentResource(context, input.serviceEnvironmentName)],
      input.tags,
    ),

  async handle(deps, input, context) {
    checkName(input.serviceEnvironmentName, 'serviceEnvironmentName');
    oneOf(ServiceEnvironmentType, input.serviceEnvironmentType, 'serviceEnvironmentType');
    oneOf(ServiceEnvironmentState, input.state, 'state');
    const capacityLimits = readCapacityLimits(given(input.capacityLimits, 'capacityLimits'));
    checkTags(input.tags, deps.settings.limits);
    const { name, arn } = await submitCommand(
      deps,
      {
        type: 'create-service-environment',
        scope: context.scope,
        request: input,
        capacityLimits,
      },
      context,
    );
    return { serviceEnvironmentName: name, serviceEnvironmentArn: arn };
  },
};

// UpdateServiceEnvironment: its state, its limits, or both.

import type {
  UpdateServiceEnvironmentCommandInput,
  UpdateServiceEnvironmentCommandOutput,
} from '@aws-sdk/client-batch';
import { ServiceEnvironmentState } from '@aws-sdk/client-batch';
import { oneOf } from '../../../wire/check.ts';
import { serviceEnvironmentResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { readCapacityLimits } from '../rule/capacity-limits.ts';
import { checkReference } from '../rule/name.ts';
import { refuseNoChange } from '../rule/update.ts';
import { submitCommand } from '../submit-command.ts';

export const updateServiceEnvironment: BatchOperation<
  UpdateServiceEnvironmentCommandInput,
  Reply<UpdateServiceEnvironmentCommandOutput>
> = {
  authorizes: (input, context) => [
    {
      action: 'batch:UpdateServiceEnvironment',
      resources: [serviceEnvironmentResource(context, input.serviceEnvironment)],
    },
  ],

  async handle(deps, input, context) {
    const { serviceEnvironment } = input;
    checkReference(serviceEnvironment, 'serviceEnvironment');
    refuseNoChange(input, ['state', 'capacityLimits']);
    const { name, arn } = await submitCommand(
      deps,
      {
        type: 'update-service-environment',
        scope: context.scope,
        serviceEnvironment,
        state: oneOf(ServiceEnvironmentState, input.state, 'state'),
        capacityLimits: input.capacityLimits && readCapacityLimits(input.capacityLimits),
      },
      context,
    );
    return { serviceEnvironmentName: name, serviceEnvironmentArn: arn };
  },
};

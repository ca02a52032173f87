// DeleteServiceEnvironment. Whether it may go is its command's affair.

import type {
  DeleteServiceEnvironmentCommandInput,
  DeleteServiceEnvironmentCommandOutput,
} from '@aws-sdk/client-batch';
import { serviceEnvironmentResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkReference } from '../rule/name.ts';
import { submitCommand } from '../submit-command.ts';

export const deleteServiceEnvironment: BatchOperation<
  DeleteServiceEnvironmentCommandInput,
  Reply<DeleteServiceEnvironmentCommandOutput>
> = {
  authorizes: (input, context) => [
    {
      action: 'batch:DeleteServiceEnvironment',
      resources: [serviceEnvironmentResource(context, input.serviceEnvironment)],
    },
  ],

  async handle(deps, input, context) {
    const { serviceEnvironment } = input;
    checkReference(serviceEnvironment, 'serviceEnvironment');
    await submitCommand(
      deps,
      { type: 'delete-service-environment', scope: context.scope, serviceEnvironment },
      context,
    );
    return {};
  },
};

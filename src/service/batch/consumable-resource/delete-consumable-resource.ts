// DeleteConsumableResource. Jobs that ask for it are its command's affair.

import type {
  DeleteConsumableResourceCommandInput,
  DeleteConsumableResourceCommandOutput,
} from '@aws-sdk/client-batch';
import { consumableResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkReference } from '../rule/name.ts';
import { submitCommand } from '../submit-command.ts';

export const deleteConsumableResource: BatchOperation<
  DeleteConsumableResourceCommandInput,
  Reply<DeleteConsumableResourceCommandOutput>
> = {
  authorizes: (input, context) => [
    {
      action: 'batch:DeleteConsumableResource',
      resources: [consumableResource(context, input.consumableResource)],
    },
  ],

  async handle(deps, input, context) {
    checkReference(input.consumableResource, 'consumableResource');
    await submitCommand(
      deps,
      {
        type: 'delete-consumable-resource',
        scope: context.scope,
        consumableResource: input.consumableResource,
      },
      context,
    );
    return {};
  },
};

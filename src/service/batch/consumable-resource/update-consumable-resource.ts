// UpdateConsumableResource: sets the quantity, adds to it or takes of it; with a clientToken once
// in eight hours.

import type {
  UpdateConsumableResourceCommandInput,
  UpdateConsumableResourceCommandOutput,
} from '@aws-sdk/client-batch';
import { lengthIn, oneOf } from '../../../wire/check.ts';
import { consumableResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkQuantity } from '../rule/consumables.ts';
import { checkReference } from '../rule/name.ts';
import { submitCommand } from '../submit-command.ts';

const operations = { SET: 'SET', ADD: 'ADD', REMOVE: 'REMOVE' } as const;

export const updateConsumableResource: BatchOperation<
  UpdateConsumableResourceCommandInput,
  Reply<UpdateConsumableResourceCommandOutput>
> = {
  authorizes: (input, context) => [
    {
      action: 'batch:UpdateConsumableResource',
      resources: [consumableResource(context, input.consumableResource)],
    },
  ],

  async handle(deps, input, context) {
    checkReference(input.consumableResource, 'consumableResource');
    oneOf(operations, input.operation, 'operation');
    checkQuantity(input.quantity, 'quantity');
    lengthIn(input.clientToken, 1, 64, 'clientToken');
    const { name, arn, totalQuantity } = await submitCommand(
      deps,
      { type: 'update-consumable-resource', scope: context.scope, request: input },
      context,
    );
    return { consumableResourceName: name, consumableResourceArn: arn, totalQuantity };
  },
};

// CreateConsumableResource: all that the request alone can be judged by.

import type {
  CreateConsumableResourceCommandInput,
  CreateConsumableResourceCommandOutput,
} from '@aws-sdk/client-batch';
import { oneOf } from '../../../wire/check.ts';
import { consumableResource, creation } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkQuantity } from '../rule/consumables.ts';
import { checkName } from '../rule/name.ts';
import { checkTags } from '../rule/tags.ts';
import { submitCommand } from '../submit-command.ts';

/** The SDK has no constants for it. */
const resourceTypes = {
  REPLENISHABLE: 'REPLENISHABLE',
  NON_REPLENISHABLE: 'NON_REPLENISHABLE',
} as const;

export const createConsumableResource: BatchOperation<
  CreateConsumableResourceCommandInput,
  Reply<CreateConsumableResourceCommandOutput>
> = {
  authorizes: (input, context) =>
    creation(
      'batch:CreateConsumableResource',
      [consumableResource(context, input.consumableResourceName)],
      input.tags,
    ),

  async handle(deps, input, context) {
    checkName(input.consumableResourceName, 'consumableResourceName');
    checkQuantity(input.totalQuantity, 'totalQuantity');
    oneOf(resourceTypes, input.resourceType || undefined, 'resourceType');
    checkTags(input.tags, deps.settings.limits);
    const { name, arn } = await submitCommand(
      deps,
      { type: 'create-consumable-resource', scope: context.scope, request: input },
      context,
    );
    return { consumableResourceName: name, consumableResourceArn: arn };
  },
};

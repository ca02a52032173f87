// UpdateConsumableResource: sets the quantity, adds to it or takes of it. A request that comes
// again with its clientToken within eight hours is the same request.

import type { UpdateConsumableResourceCommandInput } from '@aws-sdk/client-batch';
import { refuse } from '../../../base/refusal.ts';
import {
  quantitiesOf,
  type ConsumableResource,
  type UpdateToken,
} from '../../consumable-resource/consumable-resource.ts';
import type { World } from '../../world/world.ts';
import type { Decided } from '../decision.ts';
import type { Arn, Scope } from '../../../base/ids.ts';

interface UpdateConsumableResource {
  readonly type: 'update-consumable-resource';
  readonly scope: Scope;
  readonly request: UpdateConsumableResourceCommandInput;
}

interface UpdateConsumableResourceReply {
  readonly name: string;
  readonly arn: Arn;
  readonly totalQuantity: number;
}

const tokenValidMs = 8 * 3_600_000;

export function decideUpdateConsumableResource(
  world: World,
  { scope, request }: UpdateConsumableResource,
  nowMs: number,
): Decided<UpdateConsumableResourceReply> {
  const resource = world.consumableResources.find(scope, request.consumableResource as string);
  if (resource === undefined)
    return refuse('not-found', `Consumable resource ${request.consumableResource} does not exist`);
  const { operation = 'SET', quantity = 0, clientToken } = request;
  const valid = resource.tokens.filter((token) => nowMs - token.atMs < tokenValidMs);
  const again =
    clientToken !== undefined &&
    valid.some(
      (token) =>
        token.clientToken === clientToken &&
        token.operation === operation &&
        token.quantity === quantity,
    );
  if (again) return { events: [], effects: [], reply: replyOf(world, resource) };
  const wanted =
    operation === 'SET'
      ? quantity
      : resource.quantity + (operation === 'ADD' ? quantity : -quantity);
  if (wanted < 0)
    return refuse(
      'invalid',
      `Consumable resource ${resource.name} has ${resource.quantity}; ${quantity} cannot be removed.`,
    );
  if (!Number.isSafeInteger(wanted))
    return refuse('invalid', `Consumable resource ${resource.name} cannot hold ${wanted}.`);
  const token: UpdateToken[] =
    clientToken === undefined ? [] : [{ clientToken, operation, quantity, atMs: nowMs }];
  const updated: ConsumableResource = {
    ...resource,
    quantity: wanted,
    tokens: [...valid, ...token],
  };
  return {
    events: [{ type: 'consumable-resource-stored', resource: updated }],
    effects: [],
    reply: replyOf(world, updated),
  };
}

const replyOf = (world: World, resource: ConsumableResource) => ({
  name: resource.name,
  arn: resource.arn,
  totalQuantity: quantitiesOf(resource, world.consumableResources.held(resource.arn)).total,
});

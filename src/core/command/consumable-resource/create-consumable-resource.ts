// CreateConsumableResource. What the request alone can be judged by, the service has judged.

import type { CreateConsumableResourceCommandInput } from '@aws-sdk/client-batch';
import { refuse } from '../../../base/refusal.ts';
import { consumableResourceArn } from '../../arn.ts';
import type { ConsumableResource } from '../../consumable-resource/consumable-resource.ts';
import type { World } from '../../world/world.ts';
import type { Decided } from '../decision.ts';
import type { Arn, Scope } from '../../../base/ids.ts';

interface CreateConsumableResource {
  readonly type: 'create-consumable-resource';
  readonly scope: Scope;
  readonly request: CreateConsumableResourceCommandInput;
}

interface CreateConsumableResourceReply {
  readonly name: string;
  readonly arn: Arn;
}

export function decideCreateConsumableResource(
  world: World,
  { scope, request }: CreateConsumableResource,
  nowMs: number,
): Decided<CreateConsumableResourceReply> {
  const name = request.consumableResourceName as string;
  const arn = consumableResourceArn(scope, name);
  if (world.consumableResources.get(arn) !== undefined)
    return refuse('conflict', 'Object already exists');
  const most = world.settings.limits.consumableResources;
  let count = 0;
  for (const resource of world.consumableResources.values()) if (resource.scope === scope) count++;
  if (count >= most)
    return refuse('limit', `The limit of ${most} consumable resources is reached.`);
  const resourceType =
    request.resourceType === 'NON_REPLENISHABLE' ? 'NON_REPLENISHABLE' : 'REPLENISHABLE';
  const resource: ConsumableResource = {
    arn,
    scope,
    name,
    resourceType,
    quantity: request.totalQuantity ?? 0,
    createdAtMs: nowMs,
    tokens: [],
  };
  return {
    events: [{ type: 'consumable-resource-stored', resource, tags: request.tags }],
    effects: [],
    reply: { name, arn },
  };
}

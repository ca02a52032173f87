// DeleteConsumableResource. Attempts that hold some of it go on; jobs that wait for it say that it
// is gone, and wait until there is one of its name again.

import { refuse } from '../../../base/refusal.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';
import type { Scope } from '../../../base/ids.ts';

interface DeleteConsumableResource {
  readonly type: 'delete-consumable-resource';
  readonly scope: Scope;
  /** Name or ARN. */
  readonly consumableResource: string;
}

export function decideDeleteConsumableResource(
  world: World,
  command: DeleteConsumableResource,
): Decided {
  const resource = world.consumableResources.find(command.scope, command.consumableResource);
  if (resource === undefined)
    return refuse('not-found', `Consumable resource ${command.consumableResource} does not exist`);
  return {
    events: [{ type: 'consumable-resource-deleted', arn: resource.arn }],
    effects: [],
    reply: done,
  };
}

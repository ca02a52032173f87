// Consumable resources come, change, are used up and go. What is in use of them follows from the
// attempts that are under way.

import { must } from '../../../base/assert.ts';
import type {
  ConsumableClaim,
  ConsumableResource,
} from '../../consumable-resource/consumable-resource.ts';
import type { LiveWorld } from '../live-world.ts';
import type { Folds } from './fold.ts';
import { tagged, untagged } from './tags.ts';

export const consumableFolds = {
  'consumable-resource-stored'(world, { resource, tags }) {
    store(world, resource);
    tagged(world, resource.arn, tags);
    world.scheduler.offerChanged();
  },

  'consumable-resource-deleted'(world, { arn }) {
    world.consumableResources.delete(arn);
    world.changes.consumableResources.set(arn, undefined);
    untagged(world, arn);
  },
} satisfies Partial<Folds>;

function store(world: LiveWorld, resource: ConsumableResource): void {
  world.consumableResources.store(resource);
  world.changes.consumableResources.set(resource.arn, resource);
}

/** A job that asks for these is placed: what is not replenished is so much less for good. */
export function useUp(world: LiveWorld, claims: readonly ConsumableClaim[] | undefined): void {
  for (const { arn, quantity } of claims ?? []) {
    const resource = must(
      world.consumableResources.get(arn),
      'a job is placed where all that it consumes is there',
    );
    if (resource.resourceType === 'NON_REPLENISHABLE')
      store(world, { ...resource, quantity: resource.quantity - quantity });
  }
}

// What a job asks of consumable resources: the definition's list, or the submission's in its place
// (user guide, chapter Resource-aware scheduling).

import type { ConsumableResourceProperties } from '@aws-sdk/client-batch';
import type { Scope } from '../../base/ids.ts';
import { refuse, type Refusal } from '../../base/refusal.ts';
import type { ConsumableClaim } from '../consumable-resource/consumable-resource.ts';
import type { ConsumableResourcesView } from '../world/consumable-resources.ts';

/** Clients send empty lists for "nothing is said". */
export const consumableProperties = (
  given: ConsumableResourceProperties | undefined,
  defined: ConsumableResourceProperties | undefined,
): ConsumableResourceProperties | undefined =>
  given?.consumableResourceList && given.consumableResourceList.length > 0 ? given : defined;

/**
 * In the order of their ARNs, so that the same wishes are the same terms; a resource that does not
 * exist is refused.
 */
export function consumableClaims(
  known: Pick<ConsumableResourcesView, 'find'>,
  scope: Scope,
  properties: ConsumableResourceProperties | undefined,
): readonly ConsumableClaim[] | undefined | Refusal {
  const claims = new Map<string, ConsumableClaim>();
  for (const { consumableResource = '', quantity = 0 } of properties?.consumableResourceList ??
    []) {
    const resource = known.find(scope, consumableResource);
    if (resource === undefined)
      return refuse('not-found', `Consumable resource ${consumableResource} does not exist`);
    if (claims.has(resource.arn))
      return refuse('invalid', `Consumable resource ${resource.name} is asked for twice.`);
    if (quantity > 0) claims.set(resource.arn, { arn: resource.arn, quantity });
  }
  return claims.size === 0
    ? undefined
    : [...claims.values()].sort((a, b) => (a.arn < b.arn ? -1 : 1));
}

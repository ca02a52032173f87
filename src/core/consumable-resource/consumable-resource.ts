// A consumable resource: an amount of something outside, such as licences, that jobs take while
// they run or use up (user guide, chapter Resource-aware scheduling). What is in use is no part of
// it: the world derives that from the attempts under way, so that no crash can leak any.

import type { Arn, Scope } from '../../base/ids.ts';

export interface ConsumableResource {
  readonly arn: Arn;
  readonly scope: Scope;
  readonly name: string;
  readonly resourceType: 'REPLENISHABLE' | 'NON_REPLENISHABLE';
  /**
   * REPLENISHABLE: how much there is to be in all; less than what is in use is where it comes to as
   * jobs end. NON_REPLENISHABLE: how much is left.
   */
  readonly quantity: number;
  readonly createdAtMs: number;
  /** Updates that came with a clientToken, for as long as it is valid. */
  readonly tokens: readonly UpdateToken[];
}

export interface UpdateToken {
  readonly clientToken: string;
  /** What was asked for with it: the same token with another wish is another request. */
  readonly operation: string;
  readonly quantity: number;
  readonly atMs: number;
}

/** What a job asks of one resource. */
export interface ConsumableClaim {
  readonly arn: Arn;
  readonly quantity: number;
}

/** The figures that DescribeConsumableResource shows. */
export interface Quantities {
  readonly total: number;
  readonly inUse: number;
  readonly available: number;
}

/**
 * "Batch reduces the available quantity immediately and, as jobs finish, reduces the total
 * quantity" (user guide, Resource-aware scheduling).
 */
export function quantitiesOf(
  { resourceType, quantity }: ConsumableResource,
  inUse: number,
): Quantities {
  if (resourceType === 'NON_REPLENISHABLE')
    return { total: quantity, inUse: 0, available: quantity };
  return { total: Math.max(quantity, inUse), inUse, available: Math.max(0, quantity - inUse) };
}

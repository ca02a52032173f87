// Whether what a job consumes is there, beside the room that it takes. The first that lacks speaks
// for all.

import type { Arn } from '../../../base/ids.ts';
import type { ConsumableClaim, Quantities } from '../../consumable-resource/consumable-resource.ts';
import { nameInArn } from '../../arn.ts';
import type { World } from '../../world/world.ts';

export interface ConsumableShort {
  readonly type: 'consumable-short';
  readonly arn: Arn;
  readonly asked: number;
  /** Absent: it was deleted. */
  readonly quantities?: Quantities | undefined;
  /** That it was last set to: less than what is in use where it was lowered since. */
  readonly quantity?: number | undefined;
}

export function consumableShort(
  world: World,
  claims: readonly ConsumableClaim[] | undefined,
): ConsumableShort | undefined {
  for (const { arn, quantity } of claims ?? []) {
    const quantities = world.consumableResources.quantities(arn);
    if (quantities === undefined || quantity > quantities.available)
      return {
        type: 'consumable-short',
        arn,
        asked: quantity,
        quantities,
        quantity: world.consumableResources.get(arn)?.quantity,
      };
  }
  return undefined;
}

/**
 * Whether it will be enough when others end: only then others that want it wait behind this one.
 */
export const mayComeBack = ({ asked, quantities }: ConsumableShort): boolean =>
  quantities !== undefined &&
  asked <= quantities.available + quantities.inUse &&
  asked <= quantities.total;

export function consumableText({ arn, asked, quantities }: ConsumableShort): string {
  const what = `consumable resource ${nameInArn(arn) ?? arn}`;
  if (quantities === undefined) return `waiting for ${what}: it does not exist any more`;
  const { total, inUse, available } = quantities;
  if (asked > total)
    return `waiting for ${what}: the job asks for ${asked} and there are ${total} in all`;
  return inUse > 0
    ? `waiting for ${what}: ${inUse} of ${total} in use, the job asks for ${asked}`
    : `waiting for ${what}: ${available} left, the job asks for ${asked}`;
}

export function consumableRemedies({
  arn,
  asked,
  quantities,
  quantity = 0,
}: ConsumableShort): string[] {
  const name = nameInArn(arn) ?? arn;
  if (quantities === undefined)
    return [`create consumable resource ${name} again`, 'cancel the job'];
  const { inUse } = quantities;
  const add = (more: number, then: string): string =>
    `add ${more} to it${then}: aws batch update-consumable-resource --consumable-resource ${name} --operation ADD --quantity ${more}`;
  if (asked <= quantity && inUse > 0)
    return ['wait until jobs that use it have ended', add(asked + inUse - quantity, '')];
  return [
    add(asked - quantity, inUse > 0 ? `, which is enough when the ${inUse} in use are back` : ''),
    quantity > 0 ? `submit it again asking for ${quantity} or fewer` : 'submit it again without it',
  ];
}

// Consumable resources as requests give them: quantities, and what jobs ask of them (the model's
// documentation of each member).

import type { ConsumableResourceProperties } from '@aws-sdk/client-batch';
import { integerIn } from '../../../wire/check.ts';
import { checkReference } from './name.ts';

export const checkQuantity = (value: number | undefined, member: string): number | undefined =>
  integerIn(value, 0, Number.MAX_SAFE_INTEGER, member);

/** Whether the resources are there, core knows. */
export function checkConsumables(
  properties: ConsumableResourceProperties | undefined,
  where: string,
): void {
  (properties?.consumableResourceList ?? []).forEach(({ consumableResource, quantity }, index) => {
    checkReference(
      consumableResource,
      `${where}.consumableResourceList[${index}].consumableResource`,
    );
    checkQuantity(quantity, `${where}.consumableResourceList[${index}].quantity`);
  });
}

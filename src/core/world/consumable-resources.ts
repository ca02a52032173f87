// The consumable resources of the world, and what attempts under way hold of each. An index of the
// world, kept by its fold alone.

import type { Arn, Scope } from '../../base/ids.ts';
import { consumableResourceArn } from '../arn.ts';
import {
  quantitiesOf,
  type ConsumableClaim,
  type ConsumableResource,
  type Quantities,
} from '../consumable-resource/consumable-resource.ts';

type Claims = readonly ConsumableClaim[] | undefined;

/** What may be asked of them. */
export type ConsumableResourcesView = Omit<
  ConsumableResources,
  'store' | 'delete' | 'hold' | 'release'
>;

export class ConsumableResources {
  readonly #resources = new Map<Arn, ConsumableResource>();
  readonly #held = new Map<Arn, number>();

  values(): Iterable<ConsumableResource> {
    return this.#resources.values();
  }

  get(arn: Arn): ConsumableResource | undefined {
    return this.#resources.get(arn);
  }

  /** By name or ARN. */
  find(scope: Scope, nameOrArn: string): ConsumableResource | undefined {
    const found = this.#resources.get(
      nameOrArn.startsWith('arn:') ? (nameOrArn as Arn) : consumableResourceArn(scope, nameOrArn),
    );
    return found?.scope === scope ? found : undefined;
  }

  store(resource: ConsumableResource): void {
    this.#resources.set(resource.arn, resource);
  }

  delete(arn: Arn): void {
    this.#resources.delete(arn);
  }

  /** What attempts under way took of it, of whichever type it is. */
  held(arn: Arn): number {
    return this.#held.get(arn) ?? 0;
  }

  /** Undefined where there is no such resource. */
  quantities(arn: Arn): Quantities | undefined {
    const resource = this.#resources.get(arn);
    return resource && quantitiesOf(resource, this.held(arn));
  }

  /** An attempt under way holds these. */
  hold(claims: Claims): void {
    for (const { arn, quantity } of claims ?? []) this.#held.set(arn, this.held(arn) + quantity);
  }

  release(claims: Claims): void {
    for (const { arn, quantity } of claims ?? []) {
      const left = this.held(arn) - quantity;
      if (left === 0) this.#held.delete(arn);
      else this.#held.set(arn, left);
    }
  }
}

// What a cycle may yet launch: how many instances the account may have, and what the market has of
// each type. All environments take from the one supply; it chooses nothing.

import { poolOf, withoutTaken, type Market } from './market.ts';
import type { ScalingEnvironment } from './scaling-environment.ts';
import type { Offer } from './strategy.ts';

export class Supply {
  /** The market without what the environments have taken of it, as the cycle found it. */
  readonly market: Market;
  readonly #pools: Map<string, number>;
  #instances: number;

  /** @param instances how many more the account may have */
  constructor(environments: readonly ScalingEnvironment[], market: Market, instances: number) {
    this.market = withoutTaken(
      market,
      environments.flatMap(({ instances: there, spot }) =>
        there.map(({ type }) => poolOf(type, spot)),
      ),
    );
    this.#pools = new Map(this.market.pools);
    this.#instances = instances;
  }

  /** How many more instances the account may have. */
  get instances(): number {
    return this.#instances;
  }

  /** How many the market has, where that is known. */
  get pools(): ReadonlyMap<string, number> {
    return this.#pools;
  }

  ofPool(pool: string): number {
    return this.#pools.get(pool) ?? Number.POSITIVE_INFINITY;
  }

  take({ pool }: Offer, count: number): void {
    this.#instances = Math.max(0, this.#instances - count);
    const left = this.#pools.get(pool);
    if (left !== undefined) this.#pools.set(pool, Math.max(0, left - count));
  }
}

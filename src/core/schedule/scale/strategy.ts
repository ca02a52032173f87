// Which instance types an environment may launch now, and in which order of preference: the
// allocation strategies (the API's documentation of allocationStrategy). Knows prices and pools;
// knows nothing of waiting jobs.

import { never } from '../../../base/assert.ts';
import type { Choice } from '../../instance-type/choices.ts';
import { capacityOf, type InstanceType } from '../../instance-type/instance-type.ts';
import type { HostKind } from '../fit/host-kind.ts';
import { poolOf, spotPercentOf, type Market } from './market.ts';

type Strategy =
  | 'BEST_FIT'
  | 'BEST_FIT_PROGRESSIVE'
  | 'BEST_FIT_PROGRESSIVE_ORDERED'
  | 'SPOT_CAPACITY_OPTIMIZED'
  | 'SPOT_PRICE_CAPACITY_OPTIMIZED'
  | 'SPOT_CAPACITY_OPTIMIZED_PRIORITIZED';

/** How an environment buys. */
export interface Purchase {
  readonly spot: boolean;
  readonly strategy: Strategy;
  /** Most that a Spot instance may cost, in percent of its on-demand price. */
  readonly bidPercentage: number;
}

/** A type as it can be launched now. */
export interface Offer {
  readonly type: InstanceType;
  /** The host that it gives, at the price of the way of buying. */
  readonly kind: HostKind;
  readonly pool: string;
}

/** Offers of equal preference stand together; a tier is used for what no earlier one can take. */
export type Tiers = readonly (readonly Offer[])[];

export function tiersOf(
  choices: readonly Choice[],
  purchase: Purchase,
  market: Market,
  reservedMemoryMib?: number,
): Tiers {
  const offered = offeredOf(choices, purchase, market, reservedMemoryMib);
  const tiers = (): Tiers =>
    preferred(offered.choices, purchase.strategy, market).filter((tier) => tier.length > 0);
  // How deep pools are may prefer others each time.
  if (market.pools.size > 0) return tiers();
  if (offered.tiers?.strategy !== purchase.strategy)
    offered.tiers = { strategy: purchase.strategy, tiers: tiers() };
  return offered.tiers.tiers;
}

interface Offered {
  /** What it was worked out from. */
  readonly of: readonly unknown[];
  readonly choices: readonly (readonly Offer[])[];
  /** Where pools have no end. */
  tiers?: { readonly strategy: Strategy; readonly tiers: Tiers };
}

const offeredKnown = new WeakMap<readonly Choice[], Offered>();

/**
 * Worked out once for each list of choices until it is bought in another way or at other prices.
 */
function offeredOf(
  choices: readonly Choice[],
  purchase: Purchase,
  market: Market,
  reservedMemoryMib: number | undefined,
): Offered {
  const of = [
    purchase.spot,
    purchase.bidPercentage,
    market.spotPercent,
    market.spotPercentOf,
    reservedMemoryMib,
  ];
  const known = offeredKnown.get(choices);
  if (known?.of.every((value, at) => value === of[at])) return known;
  const offered: Offered = {
    of,
    choices: choices.map(({ types }) =>
      types
        .filter((type) => isOffered(type, purchase, market))
        .map((type) => offerOf(type, purchase, market, reservedMemoryMib)),
    ),
  };
  offeredKnown.set(choices, offered);
  return offered;
}

function isOffered(type: InstanceType, { spot, bidPercentage }: Purchase, market: Market): boolean {
  return !spot || (type.spot && spotPercentOf(type, market) <= bidPercentage);
}

/** The type as the environment buys it, whether or not it is to be had now. */
export function offerOf(
  type: InstanceType,
  { spot }: Pick<Purchase, 'spot'>,
  market: Market,
  reservedMemoryMib: number | undefined,
): Offer {
  const microUsd = spot
    ? Math.ceil((type.microUsd * spotPercentOf(type, market)) / 100)
    : type.microUsd;
  return {
    type,
    kind: {
      name: type.name,
      capacity: capacityOf(type, reservedMemoryMib),
      microUsd: Math.max(1, microUsd),
    },
    pool: poolOf(type, spot),
  };
}

/** `offered`: one list for each entry of instanceTypes, in the user's order. */
function preferred(
  offered: readonly (readonly Offer[])[],
  strategy: Strategy,
  market: Market,
): (readonly Offer[])[] {
  const all = offered.flat();
  const depth = (offer: Offer): number => market.pools.get(offer.pool) ?? Number.MAX_SAFE_INTEGER;
  switch (strategy) {
    case 'BEST_FIT':
    case 'BEST_FIT_PROGRESSIVE':
      return [all];
    case 'BEST_FIT_PROGRESSIVE_ORDERED':
      return [...offered];
    case 'SPOT_CAPACITY_OPTIMIZED': {
      // The deepest pools first: what is least likely to be reclaimed. Among equally deep ones the
      // price decides.
      const depths = [...new Set(all.map(depth))].toSorted((a, b) => b - a);
      return depths.map((each) => all.filter((offer) => depth(offer) === each));
    }
    case 'SPOT_PRICE_CAPACITY_OPTIMIZED':
      return byDepth(all, depth);
    case 'SPOT_CAPACITY_OPTIMIZED_PRIORITIZED': {
      // Capacity before the user's order, which is kept as far as that allows.
      return byDepth(all, depth).flatMap((half) =>
        offered.map((choice) => choice.filter((offer) => half.includes(offer))),
      );
    }
    default:
      return never(strategy);
  }
}

/**
 * Pools at least half as deep as the deepest, and the others. AWS does not say where it draws the
 * line.
 */
function byDepth(offers: readonly Offer[], depth: (offer: Offer) => number): [Offer[], Offer[]] {
  const deepest = Math.max(0, ...offers.map(depth));
  const isDeep = (offer: Offer): boolean => depth(offer) * 2 >= deepest;
  return [offers.filter(isDeep), offers.filter((offer) => !isDeep(offer))];
}

// What an environment launches: for jobs that have no place yet, for nodes, and to have minvCpus;
// and why it launches no more. Who is served when is scale.ts's to say.

import { capacityOf, type InstanceType } from '../../instance-type/instance-type.ts';
import type { Needs } from '../../job/needs.ts';
import { fitsIn } from '../fit/room.ts';
import type { Open, UnmetReason } from './demand.ts';
import { pack, type Demand, type PackedInstances } from './pack.ts';
import type { PlannedEnvironment } from './planned-environment.ts';
import type { InstancesForNodes } from './scale-nodes.ts';
import { floorOf, mayExceed } from './scaling-environment.ts';
import type { Offer } from './strategy.ts';
import type { Supply } from './supply.ts';

/**
 * Packs all that waits at once; where not all of it can be had, the first in the queue come
 * first.
 */
export function launchFor(supply: Supply, planned: PlannedEnvironment, open: Open[]): void {
  if (
    planned.isKept ||
    planned.environment.maxvCpus <= planned.books.vcpus ||
    supply.instances === 0
  )
    return;
  const all = packed(supply, planned, open);
  if (open.length === 1 || !all.outOfVcpus || all.left.every((left) => left === 0)) {
    launch(supply, planned, all.launches);
    for (const [at, one] of open.entries()) one.count = all.left[at] as number;
    return;
  }
  for (const one of open) {
    one.count = planned.books.fill(one.needs, one.count);
    if (one.count === 0 || planned.environment.maxvCpus <= planned.books.vcpus) continue;
    const some = packed(supply, planned, [one]);
    launch(supply, planned, some.launches);
    one.count = some.left[0] as number;
  }
}

function packed(
  supply: Supply,
  { environment, tiers, books }: PlannedEnvironment,
  waiting: readonly Demand[],
) {
  return pack(waiting, tiers, {
    vcpus: environment.maxvCpus - books.vcpus,
    mayExceed: mayExceed(environment),
    waitsForBest: environment.strategy === 'BEST_FIT',
    instances: supply.instances,
    pools: supply.pools,
  });
}

export function launch(
  supply: Supply,
  { books }: PlannedEnvironment,
  launches: readonly PackedInstances[],
): void {
  for (const launched of launches) {
    books.launch(launched);
    supply.take(launched.offer, launched.count);
  }
}

/** Why jobs of such needs have no place, when all has been launched that can be. */
export function whyNoneFor(
  supply: Supply,
  { environment, tiers, books, isKept }: PlannedEnvironment,
  needs: Needs,
): UnmetReason {
  const vcpus = environment.maxvCpus - books.vcpus;
  const most = !mayExceed(environment) ? vcpus : vcpus > 0 ? Number.POSITIVE_INFINITY : 0;
  const holds = ({ kind }: Offer): boolean => fitsIn(kind.capacity, needs);
  if (!tiers.some((tier) => tier.some(holds))) {
    const wouldHold = (type: InstanceType): boolean =>
      fitsIn(capacityOf(type, environment.reservedMemoryMib), needs);
    if (!environment.choices.some((choice) => choice.types.some(wouldHold))) return 'too-large';
    return environment.isCutOff ? 'no-environment' : 'spot-price';
  }
  if (!tiers.some((tier) => tier.some((offer) => offer.type.vcpus <= most && holds(offer))))
    return 'max-vcpus';
  return supply.instances === 0 ? 'instance-limit' : isKept ? 'max-vcpus' : 'no-capacity';
}

/** Why what is missing cannot be launched at once; undefined: it can. */
export function whyNotForNodes(
  supply: Supply,
  { environment, books, isKept }: PlannedEnvironment,
  { offer, missing }: InstancesForNodes,
): UnmetReason | undefined {
  if (missing === 0) return undefined;
  if (offer === undefined) return 'no-environment';
  if (isKept || books.vcpus + missing * offer.type.vcpus > environment.maxvCpus) return 'max-vcpus';
  if (missing > supply.instances) return 'instance-limit';
  return missing > supply.ofPool(offer.pool) ? 'no-capacity' : undefined;
}

/**
 * minvCpus whatever the demand, and what was asked for explicitly (user guide: "regardless of job
 * queue demand").
 */
export function keepMinimum(supply: Supply, planned: PlannedEnvironment): void {
  const { environment, books } = planned;
  const floor = planned.isKept ? 0 : floorOf(environment);
  while (books.stayingVcpus < floor) {
    const more = topUp(supply, planned, floor - books.stayingVcpus);
    if (more === undefined) break;
    launch(supply, planned, [more]);
  }
}

/**
 * The cheapest vCPUs among the preferred types, in as few instances as there can be without going
 * over what is missing.
 */
function topUp(
  supply: Supply,
  { environment, tiers, books }: PlannedEnvironment,
  missing: number,
): PackedInstances | undefined {
  const room = environment.maxvCpus - books.vcpus;
  const fits = (vcpus: number): boolean => (mayExceed(environment) ? room > 0 : vcpus <= room);
  for (const tier of tiers) {
    const offers = tier.filter(
      (offer) =>
        fits(offer.type.vcpus) && Math.min(supply.instances, supply.ofPool(offer.pool)) > 0,
    );
    const within = offers.filter((offer) => offer.type.vcpus <= missing);
    const [best] =
      within.length > 0
        ? within.toSorted(
            (a, b) =>
              a.kind.microUsd * b.type.vcpus - b.kind.microUsd * a.type.vcpus ||
              b.type.vcpus - a.type.vcpus ||
              (a.type.name < b.type.name ? -1 : 1),
          )
        : offers.toSorted(
            (a, b) =>
              a.type.vcpus - b.type.vcpus ||
              a.kind.microUsd - b.kind.microUsd ||
              (a.type.name < b.type.name ? -1 : 1),
          );
    if (best === undefined) continue;
    const count = Math.min(
      Math.floor(missing / best.type.vcpus),
      Math.floor(room / best.type.vcpus),
      supply.instances,
      supply.ofPool(best.pool),
    );
    return { offer: best, count: Math.max(1, count), free: best.kind.capacity };
  }
  return undefined;
}

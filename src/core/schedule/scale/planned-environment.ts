// An environment while a cycle is planned: what it is, what it may launch, and its books. Those who
// find places, launch and make way for others share it; it does none of that.

import { ScalingBooks } from './scaling-books.ts';
import type { ScalingEnvironment } from './scaling-environment.ts';
import { offerOf, tiersOf, type Tiers } from './strategy.ts';
import type { Market } from './market.ts';

export interface PlannedEnvironment {
  readonly environment: ScalingEnvironment;
  readonly tiers: Tiers;
  readonly books: ScalingBooks;
  /** What jobs may yet ask for; without end where maxvCpus bounds instances. */
  milliVcpuLeft: number;
  /** Nothing is launched for what comes later: instances make way for a larger one. */
  isKept: boolean;
  /** When an idle one may make way. */
  nextAtMs: number | undefined;
}

/** @param left what is left of the market */
export const plannedEnvironment = (
  environment: ScalingEnvironment,
  market: Market,
  left: Market,
): PlannedEnvironment => ({
  environment,
  tiers: environment.isCutOff
    ? []
    : tiersOf(environment.choices, environment, left, environment.reservedMemoryMib),
  books: new ScalingBooks(
    environment.instances,
    ({ type }) => offerOf(type, environment, market, environment.reservedMemoryMib).kind,
  ),
  milliVcpuLeft: environment.jobsMilliVcpuLeft ?? Number.POSITIVE_INFINITY,
  isKept: false,
  nextAtMs: undefined,
});

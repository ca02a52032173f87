// Kinds of hosts, and which kind suits a job: where it costs least. Placing and planning prefer
// kinds by the same rule, so that jobs come to lie on the hosts that were launched for them.

import type { Needs } from '../../job/needs.ts';
import { timesIn } from './room.ts';

/** Hosts that are alike: an instance type as it was bought, or a machine of the user's own. */
export interface HostKind {
  readonly name: string;
  /** What it offers to jobs when it is empty. */
  readonly capacity: Needs;
  /** Per hour; 0 for a machine that costs the same whether it is used or not. */
  readonly microUsd: number;
}

/** More than fit on any host. */
export const many = 1_000_000_000;

/**
 * What a job's share of the host costs when the host is full of its like, in thousandths of a
 * millionth of a dollar; undefined where it does not fit at all. A job without GPUs is dear on a
 * host with them, one with much memory on a host with little.
 */
export function costOn(kind: HostKind, needs: Needs): number | undefined {
  const times = timesIn(kind.capacity, needs, many);
  return times === 0 ? undefined : Math.floor((kind.microUsd * 1000) / times);
}

/** Those that hold the job, the cheapest for it first; equal ones as they were given. */
export function suitable<T extends { readonly kind: HostKind }>(
  all: readonly T[],
  needs: Needs,
): readonly T[] {
  const costs = all.map((one) => ({ one, cost: costOn(one.kind, needs) }));
  return costs
    .filter((each): each is { one: T; cost: number } => each.cost !== undefined)
    .sort((a, b) => a.cost - b.cost)
    .map((each) => each.one);
}

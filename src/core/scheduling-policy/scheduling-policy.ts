// A scheduling policy: how the shares of a fair share queue are weighed against each other (user
// guide, chapter Fair share scheduling), or that a queue has quota shares. It is of one kind for
// life. Holds no usage; that is a fact of the world, and the same policy may serve several queues.

import type { FairsharePolicy } from '@aws-sdk/client-batch';
import type { Arn, Scope } from '../../base/ids.ts';

export type SchedulingPolicy = FairSharePolicy | QuotaSharePolicy;

interface PolicyFacts {
  readonly arn: Arn;
  readonly scope: Scope;
  readonly name: string;
  readonly createdAtMs: number;
}

export interface FairSharePolicy extends PolicyFacts {
  readonly kind: 'fair-share';
  /** As it was asked for; absent: every default. */
  readonly fairsharePolicy?: FairsharePolicy | undefined;
}

/** Who lends and who borrows, the quota shares of its queues say themselves. */
interface QuotaSharePolicy extends PolicyFacts {
  readonly kind: 'quota-share';
  /** Idle capacity goes to the job that waits longest of the shares that may borrow. */
  readonly idleResourceAssignmentStrategy: 'FIFO';
}

/** Of a fair share queue; in a policy an asterisk makes it a prefix. */
export const shareIdentifierForm = /^[A-Za-z0-9]{1,255}\*?$/;

/** What a policy says, in the whole numbers that decisions are made of. */
export interface FairShareRules {
  /** How far back usage counts. */
  readonly windowSeconds: number;
  /** Percent. */
  readonly computeReservation: number;
  /** Weight factor x 10,000; more weight means fewer resources. */
  weightOf(shareIdentifier: string): number;
}

/**
 * "A value of zero (0) indicates the default minimum time window (600 seconds)." A shorter one is
 * as good as that.
 */
const windowSecondsMin = 600;
const weightUnit = 10_000;

const known = new WeakMap<FairSharePolicy, FairShareRules>();

export function rulesOf(policy: FairSharePolicy): FairShareRules {
  let rules = known.get(policy);
  if (rules === undefined) known.set(policy, (rules = readRules(policy)));
  return rules;
}

function readRules({ fairsharePolicy }: FairSharePolicy): FairShareRules {
  const exact = new Map<string, number>();
  const prefixes: [prefix: string, weight: number][] = [];
  for (const { shareIdentifier = '', weightFactor = 1 } of fairsharePolicy?.shareDistribution ??
    []) {
    const weight = Math.round(weightFactor * weightUnit);
    if (shareIdentifier.endsWith('*')) prefixes.push([shareIdentifier.slice(0, -1), weight]);
    else exact.set(shareIdentifier, weight);
  }
  return {
    windowSeconds: Math.max(windowSecondsMin, fairsharePolicy?.shareDecaySeconds ?? 0),
    computeReservation: fairsharePolicy?.computeReservation ?? 0,
    // Entries do not overlap: at most one speaks of a share.
    weightOf: (share) =>
      exact.get(share) ?? prefixes.find(([prefix]) => share.startsWith(prefix))?.[1] ?? weightUnit,
  };
}

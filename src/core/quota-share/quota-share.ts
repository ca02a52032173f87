// A quota share: a virtual queue within a job queue, with capacity of its own, of which it lends
// what lies idle or borrows of what others lend (user guide, chapter Quota management scheduling).
// Holds no usage and no job; those are facts of the world.

import type { Arn, Scope } from '../../base/ids.ts';

export interface QuotaShare {
  readonly arn: Arn;
  readonly scope: Scope;
  /** Unique in its queue. Jobs name it. */
  readonly name: string;
  readonly queueArn: Arn;
  /** One to five, each of another unit; of a unit that is not named the share has nothing. */
  readonly capacityLimits: readonly CapacityLimit[];
  readonly sharing: ResourceSharing;
  /** Whether a job of the share may displace one of lower priority in the same share. */
  readonly inSharePreemption: boolean;
  /** DISABLED: it takes no new jobs; those that it has go on. */
  readonly state: 'ENABLED' | 'DISABLED';
  /** DELETING until the last of its jobs has ended. */
  readonly status: 'VALID' | 'DELETING';
  readonly createdAtMs: number;
}

/** What the capacity of container jobs is counted in; MEMORY in MiB. */
export const jobUnits = ['VCPU', 'MEMORY', 'GPU'] as const;

export interface CapacityLimit {
  /** Of container jobs, one of {@link jobUnits}; of service jobs, an instance type. */
  readonly capacityUnit: string;
  /** Whole, from 0 up: what the share's jobs may hold without borrowing. */
  readonly maxCapacity: number;
}

/**
 * What becomes of capacity that lies idle. RESERVE: it is kept. LEND: others may borrow it.
 * LEND_AND_BORROW: also the share may borrow of others.
 */
export type ResourceSharing =
  | { readonly strategy: 'RESERVE' | 'LEND' }
  | {
      readonly strategy: 'LEND_AND_BORROW';
      /** Percent of each of the share's own limits; -1: without limit. */
      readonly borrowLimit: number;
    };

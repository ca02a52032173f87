// What requests say of a quota share, as the share keeps it. Members are checked one by one before;
// here is judged what only the queue knows: which units its jobs' capacity is counted in.

import type {
  QuotaShareCapacityLimit,
  QuotaShareResourceSharingConfiguration,
} from '@aws-sdk/client-batch';
import { refuse, type Refusal } from '../../../base/refusal.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import {
  jobUnits,
  type CapacityLimit,
  type ResourceSharing,
} from '../../quota-share/quota-share.ts';

/** "The default borrowLimit is -1, which indicates unlimited borrowing." */
const unlimitedBorrowing = -1;

export function readLimits(
  queue: JobQueue,
  given: readonly QuotaShareCapacityLimit[],
): readonly CapacityLimit[] | Refusal {
  const units: readonly (string | undefined)[] = jobUnits;
  const unknown = given.find(({ capacityUnit }) => !units.includes(capacityUnit));
  if (unknown !== undefined)
    return refuse(
      'invalid',
      `capacityLimits: the capacity of the jobs of job queue ${queue.name} is counted in ${jobUnits.join(', ')}; '${unknown.capacityUnit}' is none of them.`,
    );
  return given.map(({ capacityUnit = '', maxCapacity = 0 }) => ({ capacityUnit, maxCapacity }));
}

export function readSharing({
  strategy,
  borrowLimit = unlimitedBorrowing,
}: QuotaShareResourceSharingConfiguration): ResourceSharing {
  return strategy === 'LEND_AND_BORROW'
    ? { strategy, borrowLimit }
    : { strategy: strategy as 'RESERVE' | 'LEND' };
}

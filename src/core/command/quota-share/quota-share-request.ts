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
import { isTrainingInstance } from '../../service-environment/service-environment.ts';

/** "The default borrowLimit is -1, which indicates unlimited borrowing." */
const unlimitedBorrowing = -1;

interface Units {
  readonly isUnit: (unit: string) => boolean;
  /** In words. */
  readonly units: string;
}

const ofJobs: Units = {
  isUnit: (unit) => jobUnits.some((known) => known === unit),
  units: jobUnits.join(', '),
};
const ofServiceJobs: Units = {
  isUnit: isTrainingInstance,
  units: 'instance types (ml.m5.large)',
};

export function readLimits(
  queue: JobQueue,
  given: readonly QuotaShareCapacityLimit[],
): readonly CapacityLimit[] | Refusal {
  const { isUnit, units } = queue.jobQueueType === 'SAGEMAKER_TRAINING' ? ofServiceJobs : ofJobs;
  const unknown = given.find(({ capacityUnit = '' }) => !isUnit(capacityUnit));
  if (unknown !== undefined)
    return refuse(
      'invalid',
      `capacityLimits: the capacity of the jobs of job queue ${queue.name} is counted in ${units}; '${unknown.capacityUnit}' is none of them.`,
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

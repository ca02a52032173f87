// Quota shares as requests give them (the model's documentation of each member). Which units a
// queue counts in, core knows.

import type {
  QuotaShareCapacityLimit,
  QuotaSharePreemptionConfiguration,
  QuotaShareResourceSharingConfiguration,
} from '@aws-sdk/client-batch';
import {
  QuotaShareInSharePreemptionState,
  QuotaShareResourceSharingStrategy,
  QuotaShareState,
} from '@aws-sdk/client-batch';
import { limit } from '../../../core/limit.ts';
import { integerIn, lengthIn, oneOf } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';

interface ShareMembers {
  readonly capacityLimits?: QuotaShareCapacityLimit[] | undefined;
  readonly resourceSharingConfiguration?: QuotaShareResourceSharingConfiguration | undefined;
  readonly preemptionConfiguration?: QuotaSharePreemptionConfiguration | undefined;
  readonly state?: string | undefined;
}

/** What CreateQuotaShare and UpdateQuotaShare have in common. */
export function checkQuotaShare(request: ShareMembers): void {
  if (request.capacityLimits !== undefined) checkLimits(request.capacityLimits);
  if (request.resourceSharingConfiguration !== undefined)
    checkSharing(request.resourceSharingConfiguration);
  oneOf(
    QuotaShareInSharePreemptionState,
    request.preemptionConfiguration?.inSharePreemption,
    'preemptionConfiguration.inSharePreemption',
  );
  oneOf(QuotaShareState, request.state, 'state');
}

function checkLimits(limits: readonly QuotaShareCapacityLimit[]): void {
  lengthIn(limits, 1, limit.quotaShare.capacityLimits, 'capacityLimits');
  const units = new Set<string | undefined>();
  limits.forEach(({ capacityUnit, maxCapacity }, index) => {
    const where = `capacityLimits[${index}]`;
    integerIn(maxCapacity, 0, limit.quotaShare.maxCapacity, `${where}.maxCapacity`);
    if (units.has(capacityUnit))
      throw invalid(`${where}.capacityUnit: there is a limit of '${capacityUnit}' already`);
    units.add(capacityUnit);
  });
}

/** "borrowLimit can only be applied to quota shares with a strategy of LEND_AND_BORROW." */
function checkSharing({ strategy, borrowLimit }: QuotaShareResourceSharingConfiguration): void {
  const where = 'resourceSharingConfiguration';
  oneOf(QuotaShareResourceSharingStrategy, strategy, `${where}.strategy`);
  if (borrowLimit !== undefined && strategy !== 'LEND_AND_BORROW')
    throw invalid(`${where}.borrowLimit is only for the strategy LEND_AND_BORROW`);
  integerIn(borrowLimit, -1, limit.quotaShare.borrowLimit, `${where}.borrowLimit`);
}

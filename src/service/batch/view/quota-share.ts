// A quota share as ListQuotaShares answers it, and DescribeQuotaShare with its tags beside.

import type { QuotaShareDetail } from '@aws-sdk/client-batch';
import type { QuotaShare } from '../../../core/quota-share/quota-share.ts';

export const quotaShareDetail = (share: QuotaShare): QuotaShareDetail => ({
  quotaShareName: share.name,
  quotaShareArn: share.arn,
  jobQueueArn: share.queueArn,
  capacityLimits: share.capacityLimits.map((one) => ({ ...one })),
  resourceSharingConfiguration: { ...share.sharing },
  preemptionConfiguration: { inSharePreemption: share.inSharePreemption ? 'ENABLED' : 'DISABLED' },
  state: share.state,
  status: share.status,
});

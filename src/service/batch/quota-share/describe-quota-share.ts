// DescribeQuotaShare: one share by its ARN.

import type {
  DescribeQuotaShareCommandInput,
  DescribeQuotaShareCommandOutput,
} from '@aws-sdk/client-batch';
import { notFound } from '../../../wire/error-catalogue.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkReference } from '../rule/name.ts';
import { quotaShareDetail } from '../view/quota-share.ts';

export const describeQuotaShare: BatchOperation<
  DescribeQuotaShareCommandInput,
  Reply<DescribeQuotaShareCommandOutput>
> = {
  authorizes: (input) => [
    { action: 'batch:DescribeQuotaShare', resources: [input.quotaShareArn ?? ''] },
  ],

  handle({ reader }, input, { scope }) {
    checkReference(input.quotaShareArn, 'quotaShareArn');
    const view = reader.batch.quotaShare(scope, input.quotaShareArn);
    if (view === undefined) throw notFound(`Quota share ${input.quotaShareArn}`);
    return { ...quotaShareDetail(view.share), tags: { ...view.tags } };
  },
};

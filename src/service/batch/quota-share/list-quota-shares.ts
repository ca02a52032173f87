// ListQuotaShares: the shares of a queue, by name, in pages. A queue without a quota share policy
// has none.

import type {
  ListQuotaSharesCommandInput,
  ListQuotaSharesCommandOutput,
} from '@aws-sdk/client-batch';
import { notFound } from '../../../wire/error-catalogue.ts';
import { queueResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import { pageByName } from '../page.ts';
import type { Reply } from '../reply.ts';
import { checkReference } from '../rule/name.ts';
import { quotaShareDetail } from '../view/quota-share.ts';

export const listQuotaShares: BatchOperation<
  ListQuotaSharesCommandInput,
  Reply<ListQuotaSharesCommandOutput>
> = {
  authorizes: (input, context) => [
    { action: 'batch:ListQuotaShares', resources: [queueResource(context, input.jobQueue)] },
  ],

  handle({ reader }, input, { scope }) {
    checkReference(input.jobQueue, 'jobQueue');
    const shares = reader.batch.quotaShares(scope, input.jobQueue);
    if (shares === undefined) throw notFound(`Job queue ${input.jobQueue}`);
    const page = pageByName('quota-share', shares, ({ share }) => share.name, input);
    return {
      quotaShares: page.items.map(({ share }) => quotaShareDetail(share)),
      nextToken: page.nextToken,
    };
  },
};

// DeleteQuotaShare: a DISABLED share, with all its jobs.

import type {
  DeleteQuotaShareCommandInput,
  DeleteQuotaShareCommandOutput,
} from '@aws-sdk/client-batch';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkReference } from '../rule/name.ts';
import { submitCommand } from '../submit-command.ts';

export const deleteQuotaShare: BatchOperation<
  DeleteQuotaShareCommandInput,
  Reply<DeleteQuotaShareCommandOutput>
> = {
  authorizes: (input) => [
    { action: 'batch:DeleteQuotaShare', resources: [input.quotaShareArn ?? ''] },
  ],

  async handle(deps, input, context) {
    const { quotaShareArn: arn } = input;
    checkReference(arn, 'quotaShareArn');
    await submitCommand(deps, { type: 'delete-quota-share', scope: context.scope, arn }, context);
    return {};
  },
};

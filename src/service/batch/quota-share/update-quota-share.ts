// UpdateQuotaShare: all that the request alone can be judged by. By ARN only, as the other calls
// on one share.

import type {
  UpdateQuotaShareCommandInput,
  UpdateQuotaShareCommandOutput,
} from '@aws-sdk/client-batch';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkReference } from '../rule/name.ts';
import { checkQuotaShare } from '../rule/quota-share.ts';
import { submitCommand } from '../submit-command.ts';

export const updateQuotaShare: BatchOperation<
  UpdateQuotaShareCommandInput,
  Reply<UpdateQuotaShareCommandOutput>
> = {
  authorizes: (input) => [
    { action: 'batch:UpdateQuotaShare', resources: [input.quotaShareArn ?? ''] },
  ],

  async handle(deps, input, context) {
    checkReference(input.quotaShareArn, 'quotaShareArn');
    checkQuotaShare(input);
    const { name, arn } = await submitCommand(
      deps,
      { type: 'update-quota-share', scope: context.scope, request: input },
      context,
    );
    return { quotaShareName: name, quotaShareArn: arn };
  },
};

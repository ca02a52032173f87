// CreateQuotaShare: all that the request alone can be judged by.

import type {
  CreateQuotaShareCommandInput,
  CreateQuotaShareCommandOutput,
} from '@aws-sdk/client-batch';
import { creation, queueResource, quotaShareResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkName, checkReference } from '../rule/name.ts';
import { checkQuotaShare } from '../rule/quota-share.ts';
import { checkTags } from '../rule/tags.ts';
import { submitCommand } from '../submit-command.ts';

export const createQuotaShare: BatchOperation<
  CreateQuotaShareCommandInput,
  Reply<CreateQuotaShareCommandOutput>
> = {
  authorizes: (input, context) =>
    creation(
      'batch:CreateQuotaShare',
      [
        quotaShareResource(context, input.jobQueue, input.quotaShareName),
        queueResource(context, input.jobQueue),
      ],
      input.tags,
    ),

  async handle(deps, input, context) {
    checkName(input.quotaShareName, 'quotaShareName');
    checkReference(input.jobQueue, 'jobQueue');
    checkQuotaShare(input);
    checkTags(input.tags, deps.settings.limits);
    const { name, arn } = await submitCommand(
      deps,
      { type: 'create-quota-share', scope: context.scope, request: input },
      context,
    );
    return { quotaShareName: name, quotaShareArn: arn };
  },
};

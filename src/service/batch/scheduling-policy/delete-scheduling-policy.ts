// DeleteSchedulingPolicy: of one that no job queue uses.

import type {
  DeleteSchedulingPolicyCommandInput,
  DeleteSchedulingPolicyCommandOutput,
} from '@aws-sdk/client-batch';
import { policyResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkReference } from '../rule/name.ts';
import { submitCommand } from '../submit-command.ts';

export const deleteSchedulingPolicy: BatchOperation<
  DeleteSchedulingPolicyCommandInput,
  Reply<DeleteSchedulingPolicyCommandOutput>
> = {
  authorizes: (input, context) => [
    { action: 'batch:DeleteSchedulingPolicy', resources: [policyResource(context, input.arn)] },
  ],

  async handle(deps, input, context) {
    const { arn } = input;
    checkReference(arn, 'arn');
    await submitCommand(
      deps,
      { type: 'delete-scheduling-policy', scope: context.scope, arn },
      context,
    );
    return {};
  },
};

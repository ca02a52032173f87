// UpdateSchedulingPolicy: all that the request alone can be judged by.

import type {
  UpdateSchedulingPolicyCommandInput,
  UpdateSchedulingPolicyCommandOutput,
} from '@aws-sdk/client-batch';
import { policyResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkPolicies } from '../rule/fair-share.ts';
import { checkReference } from '../rule/name.ts';
import { submitCommand } from '../submit-command.ts';

export const updateSchedulingPolicy: BatchOperation<
  UpdateSchedulingPolicyCommandInput,
  Reply<UpdateSchedulingPolicyCommandOutput>
> = {
  authorizes: (input, context) => [
    { action: 'batch:UpdateSchedulingPolicy', resources: [policyResource(context, input.arn)] },
  ],

  async handle(deps, input, context) {
    checkReference(input.arn, 'arn');
    checkPolicies(input);
    await submitCommand(
      deps,
      { type: 'update-scheduling-policy', scope: context.scope, request: input },
      context,
    );
    return {};
  },
};

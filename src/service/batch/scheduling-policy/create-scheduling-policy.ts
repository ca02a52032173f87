// CreateSchedulingPolicy: all that the request alone can be judged by.

import type {
  CreateSchedulingPolicyCommandInput,
  CreateSchedulingPolicyCommandOutput,
} from '@aws-sdk/client-batch';
import { creation, policyResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkPolicies } from '../rule/fair-share.ts';
import { checkName } from '../rule/name.ts';
import { checkTags } from '../rule/tags.ts';
import { submitCommand } from '../submit-command.ts';

export const createSchedulingPolicy: BatchOperation<
  CreateSchedulingPolicyCommandInput,
  Reply<CreateSchedulingPolicyCommandOutput>
> = {
  authorizes: (input, context) =>
    creation('batch:CreateSchedulingPolicy', [policyResource(context, input.name)], input.tags),

  async handle(deps, input, context) {
    checkName(input.name, 'name');
    checkPolicies(input);
    checkTags(input.tags, deps.settings.limits);
    const { name, arn } = await submitCommand(
      deps,
      { type: 'create-scheduling-policy', scope: context.scope, request: input },
      context,
    );
    return { name, arn };
  },
};

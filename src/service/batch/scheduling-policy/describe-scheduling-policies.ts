// DescribeSchedulingPolicies: up to 100 by their ARNs; unknown ones are left out.

import type {
  DescribeSchedulingPoliciesCommandInput,
  DescribeSchedulingPoliciesCommandOutput,
} from '@aws-sdk/client-batch';
import { onAll } from '../../access.ts';
import type { BatchOperation } from '../deps.ts';
import { byNames } from '../page.ts';
import type { Reply } from '../reply.ts';
import { schedulingPolicyDetail } from '../view/scheduling-policy.ts';

export const describeSchedulingPolicies: BatchOperation<
  DescribeSchedulingPoliciesCommandInput,
  Reply<DescribeSchedulingPoliciesCommandOutput>
> = {
  authorizes: () => onAll('batch:DescribeSchedulingPolicies'),

  handle({ reader }, input, { scope }) {
    const found = byNames(
      input.arns ?? [],
      'arns',
      (arn) => reader.batch.schedulingPolicy(scope, arn),
      (view) => view.policy.arn,
    );
    return { schedulingPolicies: found.map(schedulingPolicyDetail) };
  },
};

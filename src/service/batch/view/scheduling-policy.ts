// A scheduling policy as DescribeSchedulingPolicies answers it: what was given, and no default that
// was not (Terraform compares).

import type { SchedulingPolicyDetail } from '@aws-sdk/client-batch';
import { never } from '../../../base/assert.ts';
import type { SchedulingPolicy } from '../../../core/scheduling-policy/scheduling-policy.ts';
import type { SchedulingPolicyView } from '../../../port/reader.ts';

export const schedulingPolicyDetail = ({
  policy,
  tags,
}: SchedulingPolicyView): SchedulingPolicyDetail => ({
  name: policy.name,
  arn: policy.arn,
  ...policyOf(policy),
  tags: { ...tags },
});

function policyOf(
  policy: SchedulingPolicy,
): Pick<SchedulingPolicyDetail, 'fairsharePolicy' | 'quotaSharePolicy'> {
  switch (policy.kind) {
    case 'fair-share':
      return { fairsharePolicy: policy.fairsharePolicy };
    case 'quota-share': {
      const { idleResourceAssignmentStrategy } = policy;
      return { quotaSharePolicy: { idleResourceAssignmentStrategy } };
    }
    default:
      return never(policy);
  }
}

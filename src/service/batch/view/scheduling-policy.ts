// A scheduling policy as DescribeSchedulingPolicies answers it: what was given, and no default that
// was not (Terraform compares).

import type { SchedulingPolicyDetail } from '@aws-sdk/client-batch';
import type { SchedulingPolicyView } from '../../../port/reader.ts';

export const schedulingPolicyDetail = ({
  policy,
  tags,
}: SchedulingPolicyView): SchedulingPolicyDetail => ({
  name: policy.name,
  arn: policy.arn,
  fairsharePolicy: policy.fairsharePolicy,
  tags: { ...tags },
});

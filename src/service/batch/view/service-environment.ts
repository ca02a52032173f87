// A service environment as DescribeServiceEnvironments answers it.

import type { ServiceEnvironmentDetail } from '@aws-sdk/client-batch';
import type { ServiceEnvironmentView } from '../../../port/reader.ts';

export function serviceEnvironmentDetail({
  environment,
  tags,
}: ServiceEnvironmentView): ServiceEnvironmentDetail {
  return {
    serviceEnvironmentName: environment.name,
    serviceEnvironmentArn: environment.arn,
    serviceEnvironmentType: environment.serviceEnvironmentType,
    state: environment.state,
    // Nothing has to be prepared for one, and nothing to be taken down.
    status: 'VALID',
    capacityLimits: environment.capacityLimits.map((each) => ({ ...each })),
    tags: { ...tags },
  };
}

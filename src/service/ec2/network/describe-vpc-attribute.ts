// DescribeVpcAttribute.

import type {
  DescribeVpcAttributeCommandInput,
  DescribeVpcAttributeCommandOutput,
} from '@aws-sdk/client-ec2';
import { on } from '../access.ts';
import { view, type Ec2Operation } from '../deps.ts';
import { invalidParameter } from '../error.ts';
import { foundVpc, given } from '../found.ts';

export const describeVpcAttribute: Ec2Operation<
  DescribeVpcAttributeCommandInput,
  DescribeVpcAttributeCommandOutput
> = {
  authorizes: (input, context) => on('DescribeVpcAttribute', context, 'vpc', input.VpcId),

  async handle(deps, input, context) {
    const vpc = foundVpc(await view(deps, context, input), input.VpcId);
    const attribute = given(input.Attribute, 'attribute');
    switch (attribute) {
      case 'enableDnsSupport':
        return { VpcId: vpc.id, EnableDnsSupport: { Value: vpc.dnsSupport } };
      case 'enableDnsHostnames':
        return { VpcId: vpc.id, EnableDnsHostnames: { Value: vpc.dnsHostnames } };
      case 'enableNetworkAddressUsageMetrics':
        return {
          VpcId: vpc.id,
          EnableNetworkAddressUsageMetrics: { Value: vpc.addressUsageMetrics },
        };
      default:
        throw invalidParameter('attribute', String(attribute).slice(0, 64), 'Unknown attribute.');
    }
  },
};

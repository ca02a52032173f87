// ModifyVpcAttribute: one attribute a call, as on AWS.

import type {
  ModifyVpcAttributeCommandInput,
  ModifyVpcAttributeCommandOutput,
} from '@aws-sdk/client-ec2';
import { on } from '../access.ts';
import { change, type Ec2Operation } from '../deps.ts';
import { invalidCombination } from '../error.ts';
import { foundVpc } from '../found.ts';

export const modifyVpcAttribute: Ec2Operation<
  ModifyVpcAttributeCommandInput,
  ModifyVpcAttributeCommandOutput
> = {
  authorizes: (input, context) => on('ModifyVpcAttribute', context, 'vpc', input.VpcId),

  async handle(deps, input, context) {
    const {
      EnableDnsSupport: support,
      EnableDnsHostnames: hostnames,
      EnableNetworkAddressUsageMetrics: metrics,
    } = input;
    if ([support, hostnames, metrics].filter((one) => one !== undefined).length !== 1)
      throw invalidCombination('Exactly one attribute must be given.');
    await change(deps, context, {}, (draft) => {
      const vpc = foundVpc(draft, input.VpcId);
      draft.put('vpc', vpc.id, {
        ...vpc,
        dnsSupport: support?.Value ?? vpc.dnsSupport,
        dnsHostnames: hostnames?.Value ?? vpc.dnsHostnames,
        addressUsageMetrics: metrics?.Value ?? vpc.addressUsageMetrics,
      });
    });
    return {};
  },
};

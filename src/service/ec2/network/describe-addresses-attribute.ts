// DescribeAddressesAttribute: no address has a domain name. Terraform asks after it has made one.

import type {
  DescribeAddressesAttributeCommandInput,
  DescribeAddressesAttributeCommandOutput,
} from '@aws-sdk/client-ec2';
import { onAll } from '../access.ts';
import { view, type Ec2Operation } from '../deps.ts';
import { foundAddress } from '../found.ts';

export const describeAddressesAttribute: Ec2Operation<
  DescribeAddressesAttributeCommandInput,
  DescribeAddressesAttributeCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeAddressesAttribute', context),

  async handle(deps, input, context) {
    const ec2 = await view(deps, context, input);
    for (const id of input.AllocationIds ?? []) foundAddress(ec2, id);
    return { Addresses: [] };
  },
};

// DescribeNetworkInterfaces: there are none, since jobs use the network of their host. Clients look for some before they delete a
// security group or a subnet.

import type { DescribeNetworkInterfacesCommandInput, DescribeNetworkInterfacesCommandOutput } from '@aws-sdk/client-ec2';
import { onAll, view, type Ec2Operation } from './deps.ts';
import { noNetworkInterface } from './error.ts';

export const describeNetworkInterfaces: Ec2Operation<DescribeNetworkInterfacesCommandInput, DescribeNetworkInterfacesCommandOutput> = {
  authorizes: () => onAll('DescribeNetworkInterfaces'),

  async handle(deps, input, context) {
    await view(deps, context, input);
    const [id] = input.NetworkInterfaceIds ?? [];
    if (id !== undefined) throw noNetworkInterface(id);
    return { NetworkInterfaces: [] };
  },
};

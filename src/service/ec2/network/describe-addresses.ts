// DescribeAddresses: all at once, as on AWS.

import type {
  DescribeAddressesCommandInput,
  DescribeAddressesCommandOutput,
} from '@aws-sdk/client-ec2';
import { shownAddress } from './address.ts';
import { onAll } from '../access.ts';
import { view, type Ec2Operation } from '../deps.ts';
import { noAddress, noAllocation } from '../error.ts';
import { filtered, type Filters } from '../filter.ts';
import { holderOf } from '../found.ts';
import { associationOf } from './nat-gateway.ts';
import type { Address } from '../resources.ts';

export const describeAddresses: Ec2Operation<
  DescribeAddressesCommandInput,
  DescribeAddressesCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeAddresses', context),

  async handle(deps, input, context) {
    const ec2 = await view(deps, context, input);
    const addresses = ec2.all('elastic-ip');
    const { AllocationIds: ids = [], PublicIps: ips = [] } = input;
    for (const id of ids)
      if (!addresses.some((address) => address.id === id)) throw noAllocation(id);
    for (const ip of ips)
      if (!addresses.some(({ publicIp }) => publicIp === ip)) throw noAddress(ip);
    const asked =
      ids.length + ips.length === 0
        ? addresses
        : addresses.filter(({ id, publicIp }) => ids.includes(id) || ips.includes(publicIp));
    const filters: Filters<Address> = {
      'allocation-id': (address) => address.id,
      'public-ip': (address) => address.publicIp,
      domain: () => 'vpc',
      'network-border-group': () => context.region,
      'association-id': (address) => {
        const holder = holderOf(ec2, address);
        return holder && associationOf(holder);
      },
      'private-ip-address': (address) => holderOf(ec2, address)?.privateIp,
    };
    return {
      Addresses: filtered(asked, input.Filters, filters, ({ tags }) => tags).map((address) =>
        shownAddress(ec2, address, context),
      ),
    };
  },
};

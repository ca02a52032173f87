// DescribeSubnets.

import type {
  DescribeSubnetsCommandInput,
  DescribeSubnetsCommandOutput,
} from '@aws-sdk/client-ec2';
import { usableAddresses } from './cidr.ts';
import { arnOf, onAll } from '../access.ts';
import { view, type Ec2Operation } from '../deps.ts';
import { described } from '../describe.ts';
import { noSubnet } from '../error.ts';
import type { Filters } from '../filter.ts';
import type { Subnet } from '../resources.ts';
import { blockOf, shownSubnet, zoneIdOf } from './subnet.ts';

export const describeSubnets: Ec2Operation<
  DescribeSubnetsCommandInput,
  DescribeSubnetsCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeSubnets', context),

  async handle(deps, input, context) {
    const zone = (subnet: Subnet): string => subnet.zone;
    const zoneId = (subnet: Subnet): string | undefined => zoneIdOf(subnet.zone, context.region);
    const cidr = (subnet: Subnet): string => subnet.cidr;
    const isDefault = (subnet: Subnet): boolean => subnet.isDefault;
    const filters: Filters<Subnet> = {
      'subnet-id': (subnet) => subnet.id,
      'subnet-arn': (subnet) => arnOf(context, 'subnet', subnet.id),
      'vpc-id': (subnet) => subnet.vpcId,
      'availability-zone': zone,
      availabilityZone: zone,
      'availability-zone-id': zoneId,
      availabilityZoneId: zoneId,
      'available-ip-address-count': (subnet) => usableAddresses(blockOf(subnet.cidr)),
      cidr,
      cidrBlock: cidr,
      'cidr-block': cidr,
      'default-for-az': isDefault,
      defaultForAz: isDefault,
      'map-public-ip-on-launch': (subnet) => subnet.mapPublicIp,
      'owner-id': () => context.account,
      state: () => 'available',
    };
    const subnets = (await view(deps, context, input)).all('subnet');
    const { items, NextToken } = described(subnets, input, {
      keyOf: (subnet) => subnet.id,
      keys: input.SubnetIds,
      notFound: noSubnet,
      filters,
      tagsOf: (subnet) => subnet.tags,
    });
    return { Subnets: items.map((subnet) => shownSubnet(subnet, context)), NextToken };
  },
};

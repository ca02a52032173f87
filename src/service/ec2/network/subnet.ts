// How a subnet looks outside.

import type { Subnet as SubnetShape } from '@aws-sdk/client-ec2';
import type { RequestContext } from '../../../wire/operation.ts';
import { parseBlock, type Block } from '../../../base/ipv4.ts';
import { usableAddresses } from './cidr.ts';
import { arnOf } from '../access.ts';
import type { Subnet } from '../resources.ts';
import { tagList } from '../tag.ts';
import { zonesOf } from './zone.ts';

/** A block that was checked when it was taken. */
export const blockOf = (cidr: string): Block => parseBlock(cidr) ?? { base: 0, bits: 32 };

export const zoneIdOf = (zone: string, region: string): string | undefined =>
  zonesOf(region).find(({ name }) => name === zone)?.id;

export const shownSubnet = (subnet: Subnet, context: RequestContext): SubnetShape => ({
  SubnetId: subnet.id,
  SubnetArn: arnOf(context, 'subnet', subnet.id),
  OwnerId: context.account,
  VpcId: subnet.vpcId,
  State: 'available',
  CidrBlock: subnet.cidr,
  AvailableIpAddressCount: usableAddresses(blockOf(subnet.cidr)),
  AvailabilityZone: subnet.zone,
  AvailabilityZoneId: zoneIdOf(subnet.zone, context.region),
  DefaultForAz: subnet.isDefault,
  MapPublicIpOnLaunch: subnet.mapPublicIp,
  AssignIpv6AddressOnCreation: false,
  MapCustomerOwnedIpOnLaunch: false,
  EnableDns64: false,
  Ipv6Native: false,
  Ipv6CidrBlockAssociationSet: [],
  PrivateDnsNameOptionsOnLaunch: {
    HostnameType: 'ip-name',
    EnableResourceNameDnsARecord: false,
    EnableResourceNameDnsAAAARecord: false,
  },
  Tags: tagList(subnet.tags),
});

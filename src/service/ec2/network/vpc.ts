// How a VPC looks outside.

import type { Vpc as VpcShape } from '@aws-sdk/client-ec2';
import type { RequestContext } from '../../../wire/operation.ts';
import type { Vpc } from '../resources.ts';
import { tagList } from '../tag.ts';

/** One set of DHCP options serves every VPC of a region; others cannot be made. */
export const dhcpOptionsId = 'dopt-00000000000000000';

export const shownVpc = (vpc: Vpc, { account }: RequestContext): VpcShape => ({
  VpcId: vpc.id,
  OwnerId: account,
  State: 'available',
  CidrBlock: vpc.cidr,
  CidrBlockAssociationSet: [
    {
      AssociationId: `vpc-cidr-assoc-${vpc.id.slice('vpc-'.length)}`,
      CidrBlock: vpc.cidr,
      CidrBlockState: { State: 'associated' },
    },
  ],
  DhcpOptionsId: dhcpOptionsId,
  InstanceTenancy: vpc.tenancy,
  IsDefault: vpc.isDefault,
  Tags: tagList(vpc.tags),
});

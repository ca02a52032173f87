// DescribeVpcs.

import type { DescribeVpcsCommandInput, DescribeVpcsCommandOutput } from '@aws-sdk/client-ec2';
import { onAll } from '../access.ts';
import { view, type Ec2Operation } from '../deps.ts';
import { described } from '../describe.ts';
import { noVpc } from '../error.ts';
import type { Filters } from '../filter.ts';
import type { Vpc } from '../resources.ts';
import { dhcpOptionsId, shownVpc } from './vpc.ts';

export const describeVpcs: Ec2Operation<DescribeVpcsCommandInput, DescribeVpcsCommandOutput> = {
  authorizes: (_input, context) => onAll('DescribeVpcs', context),

  async handle(deps, input, context) {
    const filters: Filters<Vpc> = {
      'vpc-id': (vpc) => vpc.id,
      cidr: (vpc) => vpc.cidr,
      'cidr-block-association.cidr-block': (vpc) => vpc.cidr,
      'dhcp-options-id': () => dhcpOptionsId,
      'is-default': (vpc) => vpc.isDefault,
      isDefault: (vpc) => vpc.isDefault,
      'owner-id': () => context.account,
      state: () => 'available',
    };
    const vpcs = (await view(deps, context, input)).all('vpc');
    const { items, NextToken } = described(vpcs, input, {
      keyOf: (vpc) => vpc.id,
      keys: input.VpcIds,
      notFound: noVpc,
      filters,
      tagsOf: (vpc) => vpc.tags,
    });
    return { Vpcs: items.map((vpc) => shownVpc(vpc, context)), NextToken };
  },
};

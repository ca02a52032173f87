// DescribeNetworkAcls: each VPC's one ACL, which lets everything pass. Others cannot be made.

import type {
  DescribeNetworkAclsCommandInput,
  DescribeNetworkAclsCommandOutput,
  NetworkAclEntry,
} from '@aws-sdk/client-ec2';
import { onAll } from '../access.ts';
import { view, type Ec2Operation } from '../deps.ts';
import { described } from '../describe.ts';
import { noNetworkAcl } from '../error.ts';
import type { Filters } from '../filter.ts';
import type { Subnet, Vpc } from '../resources.ts';

const entry = (
  RuleNumber: number,
  RuleAction: 'allow' | 'deny',
  Egress: boolean,
): NetworkAclEntry => ({ CidrBlock: '0.0.0.0/0', Egress, Protocol: '-1', RuleAction, RuleNumber });
const entries = [true, false].flatMap((egress) => [
  entry(100, 'allow', egress),
  entry(32_767, 'deny', egress),
]);

export const describeNetworkAcls: Ec2Operation<
  DescribeNetworkAclsCommandInput,
  DescribeNetworkAclsCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeNetworkAcls', context),

  async handle(deps, input, context) {
    const ec2 = await view(deps, context, input);
    const subnetsOf = (vpc: Vpc): readonly Subnet[] =>
      ec2.all('subnet').filter(({ vpcId }) => vpcId === vpc.id);
    const filters: Filters<Vpc> = {
      'network-acl-id': (vpc) => vpc.aclId,
      'vpc-id': (vpc) => vpc.id,
      default: () => true,
      'association.network-acl-id': (vpc) => vpc.aclId,
      'association.association-id': (vpc) =>
        subnetsOf(vpc).map(({ aclAssociationId }) => aclAssociationId),
      'association.subnet-id': (vpc) => subnetsOf(vpc).map(({ id }) => id),
      'owner-id': () => context.account,
    };
    const byAcl = [...ec2.all('vpc')].sort((a, b) => (a.aclId < b.aclId ? -1 : 1));
    const { items, NextToken } = described(byAcl, input, {
      keyOf: (vpc) => vpc.aclId,
      keys: input.NetworkAclIds,
      notFound: noNetworkAcl,
      filters,
      tagsOf: () => ({}),
    });
    const NetworkAcls = items.map((vpc) => ({
      NetworkAclId: vpc.aclId,
      VpcId: vpc.id,
      OwnerId: context.account,
      IsDefault: true,
      Entries: entries,
      Associations: subnetsOf(vpc).map((subnet) => ({
        NetworkAclAssociationId: subnet.aclAssociationId,
        NetworkAclId: vpc.aclId,
        SubnetId: subnet.id,
      })),
      Tags: [],
    }));
    return { NetworkAcls, NextToken };
  },
};

// DescribeSecurityGroups.

import type {
  DescribeSecurityGroupsCommandInput,
  DescribeSecurityGroupsCommandOutput,
} from '@aws-sdk/client-ec2';
import { onAll } from '../access.ts';
import { view, type Ec2Operation } from '../deps.ts';
import { described } from '../describe.ts';
import { noGroup } from '../error.ts';
import type { Filters } from '../filter.ts';
import { defaultVpc } from '../found.ts';
import type { SecurityGroup, SecurityGroupRule } from '../resources.ts';
import { shownGroup } from './security-group.ts';

type RuleValue = (rule: SecurityGroupRule) => string | number | undefined;
const ofRules = (egress: boolean, value: RuleValue) => (group: SecurityGroup) =>
  group.rules.filter((rule) => rule.egress === egress).map(value);

/** `ip-permission.…` looks at what comes in, `egress.ip-permission.…` at what goes out. */
const ruleFilters = (prefix: string, egress: boolean): Filters<SecurityGroup> => ({
  [`${prefix}.cidr`]: ofRules(egress, ({ peer }) => ('cidr' in peer ? peer.cidr : undefined)),
  [`${prefix}.ipv6-cidr`]: ofRules(egress, ({ peer }) =>
    'cidr6' in peer ? peer.cidr6 : undefined,
  ),
  [`${prefix}.group-id`]: ofRules(egress, ({ peer }) =>
    'groupId' in peer ? peer.groupId : undefined,
  ),
  [`${prefix}.protocol`]: ofRules(egress, ({ protocol }) => protocol),
  [`${prefix}.from-port`]: ofRules(egress, ({ from }) => from),
  [`${prefix}.to-port`]: ofRules(egress, ({ to }) => to),
});

export const describeSecurityGroups: Ec2Operation<
  DescribeSecurityGroupsCommandInput,
  DescribeSecurityGroupsCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeSecurityGroups', context),

  async handle(deps, input, context) {
    const ec2 = await view(deps, context, input);
    const filters: Filters<SecurityGroup> = {
      'group-id': (group) => group.id,
      'group-name': (group) => group.name,
      description: (group) => group.description,
      'vpc-id': (group) => group.vpcId,
      'owner-id': () => context.account,
      ...ruleFilters('ip-permission', false),
      ...ruleFilters('egress.ip-permission', true),
    };
    const groups = ec2.all('security-group');
    // Names are those of the default VPC.
    const defaultId = defaultVpc(ec2)?.id;
    const named = (input.GroupNames ?? []).map((name) => {
      const group = groups.find((one) => one.name === name && one.vpcId === defaultId);
      if (group === undefined) throw noGroup(name);
      return group.id;
    });
    const { items, NextToken } = described(groups, input, {
      keyOf: (group) => group.id,
      keys: [...(input.GroupIds ?? []), ...named],
      notFound: noGroup,
      filters,
      tagsOf: (group) => group.tags,
    });
    return { SecurityGroups: items.map((group) => shownGroup(group, context)), NextToken };
  },
};

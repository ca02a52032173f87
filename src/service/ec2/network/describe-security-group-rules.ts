// DescribeSecurityGroupRules: rules by their own ids.

import type {
  DescribeSecurityGroupRulesCommandInput,
  DescribeSecurityGroupRulesCommandOutput,
} from '@aws-sdk/client-ec2';
import { onAll } from '../access.ts';
import { view, type Ec2Operation } from '../deps.ts';
import { described } from '../describe.ts';
import { noRule } from '../error.ts';
import { shownRule } from './security-group.ts';

export const describeSecurityGroupRules: Ec2Operation<
  DescribeSecurityGroupRulesCommandInput,
  DescribeSecurityGroupRulesCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeSecurityGroupRules', context),

  async handle(deps, input, context) {
    const groups = (await view(deps, context, input)).all('security-group');
    const rules = groups
      .flatMap((group) => group.rules.map((rule) => ({ rule, group })))
      .sort((a, b) => (a.rule.id < b.rule.id ? -1 : 1));
    const { items, NextToken } = described(rules, input, {
      keyOf: ({ rule }) => rule.id,
      keys: input.SecurityGroupRuleIds,
      notFound: noRule,
      filters: {
        'group-id': ({ group }) => group.id,
        'security-group-rule-id': ({ rule }) => rule.id,
      },
      tagsOf: ({ rule }) => rule.tags,
    });
    return {
      SecurityGroupRules: items.map(({ rule, group }) => shownRule(rule, group, context)),
      NextToken,
    };
  },
};

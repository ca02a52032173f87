// AuthorizeSecurityGroupIngress and AuthorizeSecurityGroupEgress: they add rules, all or none.

import type {
  AuthorizeSecurityGroupEgressCommandInput,
  AuthorizeSecurityGroupEgressCommandOutput,
  AuthorizeSecurityGroupIngressCommandInput,
  AuthorizeSecurityGroupIngressCommandOutput,
} from '@aws-sdk/client-ec2';
import type { RequestContext } from '../../../wire/operation.ts';
import { change, on, type Ec2Deps, type Ec2Operation } from '../deps.ts';
import { missing, ruleExists, ruleLimit } from '../error.ts';
import {
  groupReferred,
  mostRules,
  newRule,
  ruleKey,
  rulesOf,
  ruleText,
  shownRule,
} from './security-group.ts';
import { tagsFor } from '../tag.ts';

export const authorizeSecurityGroupIngress: Ec2Operation<
  AuthorizeSecurityGroupIngressCommandInput,
  AuthorizeSecurityGroupIngressCommandOutput
> = {
  authorizes: (input, context) =>
    on('AuthorizeSecurityGroupIngress', context, 'security-group', input.GroupId),
  handle: (deps, input, context) => authorize(deps, input, context, false),
};

export const authorizeSecurityGroupEgress: Ec2Operation<
  AuthorizeSecurityGroupEgressCommandInput,
  AuthorizeSecurityGroupEgressCommandOutput
> = {
  authorizes: (input, context) =>
    on('AuthorizeSecurityGroupEgress', context, 'security-group', input.GroupId),
  handle: (deps, input, context) => authorize(deps, input, context, true),
};

function authorize(
  deps: Ec2Deps,
  input: AuthorizeSecurityGroupIngressCommandInput,
  context: RequestContext,
  egress: boolean,
): Promise<Omit<AuthorizeSecurityGroupIngressCommandOutput, '$metadata'>> {
  const tags = tagsFor('security-group-rule', input.TagSpecifications);
  return change(deps, context, input, (draft) => {
    const group = groupReferred(draft, input);
    const added = rulesOf(draft, group, input, { egress });
    if (added.length === 0) throw missing('ipPermissions');
    const there = new Set(group.rules.map(ruleKey));
    for (const rule of added) {
      if (there.has(ruleKey(rule))) throw ruleExists(ruleText(rule));
      there.add(ruleKey(rule));
    }
    const made = added.map((rule) => newRule(deps.ids, rule, tags));
    const rules = [...group.rules, ...made];
    if (rules.filter((rule) => rule.egress === egress).length > mostRules)
      throw ruleLimit(mostRules);
    draft.put('security-group', group.id, { ...group, rules });
    return {
      Return: true,
      SecurityGroupRules: made.map((rule) => shownRule(rule, group, context)),
    };
  });
}

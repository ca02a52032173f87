// AuthorizeSecurityGroupIngress and AuthorizeSecurityGroupEgress: they add rules, all or none.

import type {
  AuthorizeSecurityGroupEgressCommandInput,
  AuthorizeSecurityGroupEgressCommandOutput,
  AuthorizeSecurityGroupIngressCommandInput,
  AuthorizeSecurityGroupIngressCommandOutput,
} from '@aws-sdk/client-ec2';
import type { Access, RequestContext } from '../../../wire/operation.ts';
import { arnOf, creation } from '../access.ts';
import { change, type Ec2Deps, type Ec2Operation } from '../deps.ts';
import { missing, ruleExists, ruleLimit } from '../error.ts';
import {
  groupReferred,
  groupSaid,
  newRule,
  ruleKey,
  rulesOf,
  ruleText,
  shownRule,
} from './security-group.ts';
import { tagsFor } from '../tag.ts';
import { limit } from '../../../core/limit.ts';

/** Rules are asked for only where they are tagged. */
const onGroup = (
  action: string,
  input: AuthorizeSecurityGroupIngressCommandInput,
  context: RequestContext,
): Access[] =>
  creation(
    action,
    context,
    input,
    (input.TagSpecifications ?? []).length === 0 ? [] : [arnOf(context, 'security-group-rule')],
    [arnOf(context, 'security-group', groupSaid(input))],
  );

export const authorizeSecurityGroupIngress: Ec2Operation<
  AuthorizeSecurityGroupIngressCommandInput,
  AuthorizeSecurityGroupIngressCommandOutput
> = {
  authorizes: (input, context) => onGroup('AuthorizeSecurityGroupIngress', input, context),
  handle: (deps, input, context) => authorize(deps, input, context, false),
};

export const authorizeSecurityGroupEgress: Ec2Operation<
  AuthorizeSecurityGroupEgressCommandInput,
  AuthorizeSecurityGroupEgressCommandOutput
> = {
  authorizes: (input, context) => onGroup('AuthorizeSecurityGroupEgress', input, context),
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
    if (rules.filter((rule) => rule.egress === egress).length > limit.ec2.rules)
      throw ruleLimit(limit.ec2.rules);
    draft.put('security-group', group.id, { ...group, rules });
    return {
      Return: true,
      SecurityGroupRules: made.map((rule) => shownRule(rule, group, context)),
    };
  });
}

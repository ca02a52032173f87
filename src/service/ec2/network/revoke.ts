// RevokeSecurityGroupIngress and RevokeSecurityGroupEgress: they take rules away, by what they say
// or by their ids.

import type {
  RevokeSecurityGroupEgressCommandInput,
  RevokeSecurityGroupEgressCommandOutput,
  RevokeSecurityGroupIngressCommandInput,
  RevokeSecurityGroupIngressCommandOutput,
} from '@aws-sdk/client-ec2';
import type { RequestContext } from '../../../wire/operation.ts';
import { on } from '../access.ts';
import { change, type Ec2Deps, type Ec2Operation } from '../deps.ts';
import { missing, noRule, ruleNotThere } from '../error.ts';
import { groupReferred, groupSaid, ruleKey, rulesOf } from './security-group.ts';

export const revokeSecurityGroupIngress: Ec2Operation<
  RevokeSecurityGroupIngressCommandInput,
  RevokeSecurityGroupIngressCommandOutput
> = {
  authorizes: (input, context) =>
    on('RevokeSecurityGroupIngress', context, 'security-group', groupSaid(input)),
  handle: (deps, input, context) => revoke(deps, input, context, false),
};

export const revokeSecurityGroupEgress: Ec2Operation<
  RevokeSecurityGroupEgressCommandInput,
  RevokeSecurityGroupEgressCommandOutput
> = {
  authorizes: (input, context) =>
    on('RevokeSecurityGroupEgress', context, 'security-group', groupSaid(input)),
  handle: (deps, input, context) => revoke(deps, input, context, true),
};

async function revoke(
  deps: Ec2Deps,
  input: RevokeSecurityGroupIngressCommandInput,
  context: RequestContext,
  egress: boolean,
): Promise<{ Return: boolean }> {
  await change(deps, context, input, (draft) => {
    const group = groupReferred(draft, input);
    const ids = new Set(input.SecurityGroupRuleIds);
    const keys = new Set(rulesOf(draft, group, input, { egress }).map(ruleKey));
    if (ids.size + keys.size === 0) throw missing('ipPermissions or securityGroupRuleIds');
    const mine = group.rules.filter((rule) => rule.egress === egress);
    for (const id of ids) if (!mine.some((rule) => rule.id === id)) throw noRule(id);
    const known = new Set(mine.map(ruleKey));
    for (const key of keys) if (!known.has(key)) throw ruleNotThere();
    draft.put('security-group', group.id, {
      ...group,
      rules: group.rules.filter(
        (rule) => rule.egress !== egress || (!ids.has(rule.id) && !keys.has(ruleKey(rule))),
      ),
    });
  });
  return { Return: true };
}

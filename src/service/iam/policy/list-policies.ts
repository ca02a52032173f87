// ListPolicies: the account's own, and of AWS's those that are read here.

import type {
  ListPoliciesCommandInput,
  ListPoliciesCommandOutput,
  PolicyScopeType,
} from '@aws-sdk/client-iam';
import { oneOf, path } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { managedPolicies } from './managed-policies.ts';
import { page } from '../page.ts';
import { listedPolicy, managedPolicyArn, onPolicy, policyArn } from './policy.ts';
import { policyUsages, policyUses } from './policy-uses.ts';

/** Written out here, for the SDK's module is loaded at IAM's first request. */
const policyScopes: Readonly<Record<string, PolicyScopeType>> = {
  all: 'All',
  aws: 'AWS',
  local: 'Local',
};

export const listPolicies: IamOperation<ListPoliciesCommandInput, ListPoliciesCommandOutput> = {
  authorizes: () => onPolicy('ListPolicies', '*'),

  async handle(deps, input, context) {
    const scope = oneOf(policyScopes, input.Scope, 'scope') ?? 'All';
    const usage = oneOf(policyUsages, input.PolicyUsageFilter, 'policyUsageFilter');
    const below = path(input.PathPrefix, 'pathPrefix');
    const iam = await view(deps, context);
    const uses = policyUses(iam);
    const own =
      scope === 'AWS'
        ? []
        : iam.all('policy').map((policy) => ({ policy, arn: policyArn(context, policy) }));
    const managed =
      scope === 'Local'
        ? []
        : managedPolicies.map((policy) => ({ policy, arn: managedPolicyArn(context, policy) }));
    const shown = [...own, ...managed]
      .filter(({ policy }) => policy.path.startsWith(below))
      .map(({ policy, arn }) => listedPolicy(uses, policy, arn));
    // By ARN, for one of AWS's may have the name of one of the account's.
    const found = shown
      .filter(
        ({ AttachmentCount: attached = 0, PermissionsBoundaryUsageCount: bounding = 0 }) =>
          (!input.OnlyAttached || attached > 0) &&
          (usage !== 'PermissionsBoundary' || bounding > 0),
      )
      .sort((a, b) => ((a.Arn ?? '') < (b.Arn ?? '') ? -1 : 1));
    const { items, ...more } = page(found, ({ Arn: arn = '' }) => arn, input);
    return { Policies: [...items], ...more };
  },
};

// GetAccountSummary: how much there is of everything, and how much there may be.

import type {
  GetAccountSummaryCommandInput,
  GetAccountSummaryCommandOutput,
} from '@aws-sdk/client-iam';
import { limit } from '../../../core/limit.ts';
import { onAll } from '../../access.ts';
import { keysOf } from '../access-key/access-key.ts';
import { view, type IamOperation } from '../deps.ts';

export const getAccountSummary: IamOperation<
  GetAccountSummaryCommandInput,
  GetAccountSummaryCommandOutput
> = {
  authorizes: () => onAll('iam:GetAccountSummary'),

  async handle(deps, _input, context) {
    const iam = await view(deps, context);
    const policies = iam.all('policy');
    const { inlinePolicyCharacters: inline, attachedPolicies: attached, ...most } = limit.iam;
    return {
      SummaryMap: {
        Users: iam.all('user').length,
        UsersQuota: most.users,
        Groups: iam.all('group').length,
        GroupsQuota: most.groups,
        Roles: iam.all('role').length,
        RolesQuota: most.roles,
        InstanceProfiles: iam.all('instance-profile').length,
        InstanceProfilesQuota: most.instanceProfiles,
        Policies: policies.length,
        PoliciesQuota: most.policies,
        PolicyVersionsInUse: policies.reduce((sum, { versions }) => sum + versions.length, 0),
        VersionsPerPolicyQuota: most.policyVersions,
        Providers: iam.all('openid-provider').length,
        PolicySizeQuota: most.managedPolicyCharacters,
        AssumeRolePolicySizeQuota: most.trustPolicyCharacters,
        UserPolicySizeQuota: inline.user,
        GroupPolicySizeQuota: inline.group,
        RolePolicySizeQuota: inline.role,
        AttachedPoliciesPerUserQuota: attached,
        AttachedPoliciesPerGroupQuota: attached,
        AttachedPoliciesPerRoleQuota: attached,
        GroupsPerUserQuota: most.groupsPerUser,
        AccessKeysPerUserQuota: most.accessKeysPerUser,
        AccountAccessKeysPresent: Math.min(keysOf(iam, undefined).length, 1),
        AccountMFAEnabled: 0,
        AccountSigningCertificatesPresent: 0,
        MFADevices: 0,
        MFADevicesInUse: 0,
        ServerCertificates: 0,
      },
    };
  },
};

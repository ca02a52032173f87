// Everything that GetAccountAuthorizationDetails shows, in the order of its pages: users, groups,
// roles, and managed policies with their versions. Each is made up only when its page is asked for.

import type {
  EntityType,
  GroupDetail,
  ManagedPolicyDetail,
  PolicyDetail,
  RoleDetail,
  UserDetail,
} from '@aws-sdk/client-iam';
import { shownAttached } from '../entity/attached.ts';
import { groupArn } from '../group/group.ts';
import { managedPolicies } from '../policy/managed-policies.ts';
import { listedPolicy, managedPolicyArn, policyArn, wholeVersion } from '../policy/policy.ts';
import { policyUses, type PolicyUses } from '../policy/policy-uses.ts';
import type { Entity, Group, IamView, Policy, Role, User } from '../resources.ts';
import {
  encodedDocument,
  roleArn,
  shownBoundary,
  shownProfile,
  tagList,
  type Where,
} from '../show.ts';
import { userArn } from '../user/user.ts';

/** Written out here, for the SDK's module is loaded at IAM's first request. */
export const entityTypes: Readonly<Record<string, EntityType>> = {
  aws: 'AWSManagedPolicy',
  group: 'Group',
  local: 'LocalManagedPolicy',
  role: 'Role',
  user: 'User',
};

interface Of<Type extends EntityType, Shown> {
  readonly type: Type;
  /** By which pages go on. */
  readonly key: string;
  readonly show: () => Shown;
}
type Detail =
  | Of<'User', UserDetail>
  | Of<'Group', GroupDetail>
  | Of<'Role', RoleDetail>
  | Of<'LocalManagedPolicy' | 'AWSManagedPolicy', ManagedPolicyDetail>;

/** All of the account, ascending by key. */
export function detailsOf(iam: IamView, where: Where): readonly Detail[] {
  const uses = policyUses(iam);
  const profiles = iam.all('instance-profile');
  const details: Detail[] = [
    ...iam.all('user').map((user): Detail => ({
      type: 'User',
      key: `1 ${user.name}`,
      show: () => userDetail(user, where),
    })),
    ...iam.all('group').map((group): Detail => ({
      type: 'Group',
      key: `2 ${group.name}`,
      show: () => groupDetail(group, where),
    })),
    ...iam.all('role').map((role): Detail => ({
      type: 'Role',
      key: `3 ${role.name}`,
      show: () => ({
        ...roleDetail(role, where),
        InstanceProfileList: profiles
          .filter((profile) => profile.role === role.name)
          .map((profile) => shownProfile(iam, profile, where)),
      }),
    })),
    ...iam.all('policy').map((policy): Detail => ({
      type: 'LocalManagedPolicy',
      key: `4 ${policyArn(where, policy)}`,
      show: () => policyDetail(uses, policy, policyArn(where, policy)),
    })),
    ...managedPolicies.map((policy): Detail => ({
      type: 'AWSManagedPolicy',
      key: `5 ${managedPolicyArn(where, policy)}`,
      show: () => policyDetail(uses, policy, managedPolicyArn(where, policy)),
    })),
  ];
  return details.sort((a, b) => (a.key < b.key ? -1 : 1));
}

const inlineList = ({ inline }: Entity): PolicyDetail[] =>
  Object.entries(inline).map(([PolicyName, document]) => ({
    PolicyName,
    PolicyDocument: encodedDocument(document),
  }));

const userDetail = (user: User, where: Where): UserDetail => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.id,
  Arn: userArn(where, user),
  CreateDate: new Date(user.createdAtMs),
  UserPolicyList: inlineList(user),
  GroupList: [...user.groups],
  AttachedManagedPolicies: user.attached.map(shownAttached),
  ...shownBoundary(user.boundary),
  Tags: tagList(user.tags),
});

const groupDetail = (group: Group, where: Where): GroupDetail => ({
  Path: group.path,
  GroupName: group.name,
  GroupId: group.id,
  Arn: groupArn(where, group),
  CreateDate: new Date(group.createdAtMs),
  GroupPolicyList: inlineList(group),
  AttachedManagedPolicies: group.attached.map(shownAttached),
});

const roleDetail = (role: Role, where: Where): RoleDetail => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: roleArn(where, role),
  CreateDate: new Date(role.createdAtMs),
  AssumeRolePolicyDocument: encodedDocument(role.trustPolicy),
  RolePolicyList: inlineList(role),
  AttachedManagedPolicies: role.attached.map(shownAttached),
  ...shownBoundary(role.boundary),
  Tags: tagList(role.tags),
  RoleLastUsed: {},
});

const policyDetail = (uses: PolicyUses, policy: Policy, arn: string): ManagedPolicyDetail => ({
  ...listedPolicy(uses, policy, arn),
  Description: policy.description,
  PolicyVersionList: policy.versions.map((version) => wholeVersion(policy, version)),
});

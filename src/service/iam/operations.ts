// The operations of IAM that are built, by AWS's name: roles, their policies and instance profiles,
// which is what Batch asks for.

import type { OperationTable } from '../../wire/operation.ts';
import { addRoleToInstanceProfile } from './instance-profile/add-role-to-instance-profile.ts';
import { attachRolePolicy } from './role/attach-role-policy.ts';
import { createInstanceProfile } from './instance-profile/create-instance-profile.ts';
import { createPolicy } from './policy/create-policy.ts';
import { createPolicyVersion } from './policy/create-policy-version.ts';
import { createRole } from './role/create-role.ts';
import { createServiceLinkedRole } from './service-linked-role/create-service-linked-role.ts';
import { deleteInstanceProfile } from './instance-profile/delete-instance-profile.ts';
import { deletePolicy } from './policy/delete-policy.ts';
import { deletePolicyVersion } from './policy/delete-policy-version.ts';
import { deleteRole } from './role/delete-role.ts';
import { deleteRolePolicy } from './role/delete-role-policy.ts';
import { deleteServiceLinkedRole } from './service-linked-role/delete-service-linked-role.ts';
import type { IamDeps } from './deps.ts';
import { detachRolePolicy } from './role/detach-role-policy.ts';
import { getInstanceProfile } from './instance-profile/get-instance-profile.ts';
import { getPolicy } from './policy/get-policy.ts';
import { getPolicyVersion } from './policy/get-policy-version.ts';
import { getRole } from './role/get-role.ts';
import { getRolePolicy } from './role/get-role-policy.ts';
import { getServiceLinkedRoleDeletionStatus } from './service-linked-role/get-service-linked-role-deletion-status.ts';
import { listAttachedRolePolicies } from './role/list-attached-role-policies.ts';
import { listEntitiesForPolicy } from './policy/list-entities-for-policy.ts';
import { listInstanceProfileTags } from './instance-profile/list-instance-profile-tags.ts';
import { listInstanceProfiles } from './instance-profile/list-instance-profiles.ts';
import { listInstanceProfilesForRole } from './instance-profile/list-instance-profiles-for-role.ts';
import { listPolicies } from './policy/list-policies.ts';
import { listPolicyTags } from './policy/list-policy-tags.ts';
import { listPolicyVersions } from './policy/list-policy-versions.ts';
import { listRolePolicies } from './role/list-role-policies.ts';
import { listRoleTags } from './role/list-role-tags.ts';
import { listRoles } from './role/list-roles.ts';
import { putRolePolicy } from './role/put-role-policy.ts';
import { removeRoleFromInstanceProfile } from './instance-profile/remove-role-from-instance-profile.ts';
import { setDefaultPolicyVersion } from './policy/set-default-policy-version.ts';
import { tagInstanceProfile } from './instance-profile/tag-instance-profile.ts';
import { tagPolicy } from './policy/tag-policy.ts';
import { tagRole } from './role/tag-role.ts';
import { untagInstanceProfile } from './instance-profile/untag-instance-profile.ts';
import { untagPolicy } from './policy/untag-policy.ts';
import { untagRole } from './role/untag-role.ts';
import { updateAssumeRolePolicy } from './role/update-assume-role-policy.ts';
import { updateRole } from './role/update-role.ts';
import { updateRoleDescription } from './role/update-role-description.ts';

export const iamOperations: OperationTable<IamDeps> = {
  AddRoleToInstanceProfile: addRoleToInstanceProfile,
  AttachRolePolicy: attachRolePolicy,
  CreateInstanceProfile: createInstanceProfile,
  CreatePolicy: createPolicy,
  CreatePolicyVersion: createPolicyVersion,
  CreateRole: createRole,
  CreateServiceLinkedRole: createServiceLinkedRole,
  DeleteInstanceProfile: deleteInstanceProfile,
  DeletePolicy: deletePolicy,
  DeletePolicyVersion: deletePolicyVersion,
  DeleteRole: deleteRole,
  DeleteRolePolicy: deleteRolePolicy,
  DeleteServiceLinkedRole: deleteServiceLinkedRole,
  DetachRolePolicy: detachRolePolicy,
  GetInstanceProfile: getInstanceProfile,
  GetPolicy: getPolicy,
  GetPolicyVersion: getPolicyVersion,
  GetRole: getRole,
  GetRolePolicy: getRolePolicy,
  GetServiceLinkedRoleDeletionStatus: getServiceLinkedRoleDeletionStatus,
  ListAttachedRolePolicies: listAttachedRolePolicies,
  ListEntitiesForPolicy: listEntitiesForPolicy,
  ListInstanceProfileTags: listInstanceProfileTags,
  ListInstanceProfiles: listInstanceProfiles,
  ListInstanceProfilesForRole: listInstanceProfilesForRole,
  ListPolicies: listPolicies,
  ListPolicyTags: listPolicyTags,
  ListPolicyVersions: listPolicyVersions,
  ListRolePolicies: listRolePolicies,
  ListRoleTags: listRoleTags,
  ListRoles: listRoles,
  PutRolePolicy: putRolePolicy,
  RemoveRoleFromInstanceProfile: removeRoleFromInstanceProfile,
  SetDefaultPolicyVersion: setDefaultPolicyVersion,
  TagInstanceProfile: tagInstanceProfile,
  TagPolicy: tagPolicy,
  TagRole: tagRole,
  UntagInstanceProfile: untagInstanceProfile,
  UntagPolicy: untagPolicy,
  UntagRole: untagRole,
  UpdateAssumeRolePolicy: updateAssumeRolePolicy,
  UpdateRole: updateRole,
  UpdateRoleDescription: updateRoleDescription,
};

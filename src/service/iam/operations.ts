// The operations of IAM that are built, by AWS's name: who may call (users, groups, access keys),
// roles, their policies and instance profiles, and what tools read of an account.

import type { OperationTable } from '../../wire/operation.ts';
import { createAccessKey } from './access-key/create-access-key.ts';
import { deleteAccessKey } from './access-key/delete-access-key.ts';
import { getAccessKeyLastUsed } from './access-key/get-access-key-last-used.ts';
import { listAccessKeys } from './access-key/list-access-keys.ts';
import { updateAccessKey } from './access-key/update-access-key.ts';
import { createAccountAlias } from './account/create-account-alias.ts';
import { deleteAccountAlias } from './account/delete-account-alias.ts';
import { getAccountAuthorizationDetails } from './account/get-account-authorization-details.ts';
import { getAccountSummary } from './account/get-account-summary.ts';
import { listAccountAliases } from './account/list-account-aliases.ts';
import { deleteLoginProfile } from './credential/delete-login-profile.ts';
import { getLoginProfile } from './credential/get-login-profile.ts';
import { listMFADevices } from './credential/list-mfa-devices.ts';
import { listServiceSpecificCredentials } from './credential/list-service-specific-credentials.ts';
import { listSigningCertificates } from './credential/list-signing-certificates.ts';
import { listSSHPublicKeys } from './credential/list-ssh-public-keys.ts';
import { listVirtualMFADevices } from './credential/list-virtual-mfa-devices.ts';
import type { IamDeps } from './deps.ts';
import { addUserToGroup } from './group/add-user-to-group.ts';
import { attachGroupPolicy } from './group/attach-group-policy.ts';
import { createGroup } from './group/create-group.ts';
import { deleteGroupPolicy } from './group/delete-group-policy.ts';
import { deleteGroup } from './group/delete-group.ts';
import { detachGroupPolicy } from './group/detach-group-policy.ts';
import { getGroupPolicy } from './group/get-group-policy.ts';
import { getGroup } from './group/get-group.ts';
import { listAttachedGroupPolicies } from './group/list-attached-group-policies.ts';
import { listGroupPolicies } from './group/list-group-policies.ts';
import { listGroups } from './group/list-groups.ts';
import { putGroupPolicy } from './group/put-group-policy.ts';
import { removeUserFromGroup } from './group/remove-user-from-group.ts';
import { updateGroup } from './group/update-group.ts';
import { addRoleToInstanceProfile } from './instance-profile/add-role-to-instance-profile.ts';
import { createInstanceProfile } from './instance-profile/create-instance-profile.ts';
import { deleteInstanceProfile } from './instance-profile/delete-instance-profile.ts';
import { getInstanceProfile } from './instance-profile/get-instance-profile.ts';
import { listInstanceProfileTags } from './instance-profile/list-instance-profile-tags.ts';
import { listInstanceProfilesForRole } from './instance-profile/list-instance-profiles-for-role.ts';
import { listInstanceProfiles } from './instance-profile/list-instance-profiles.ts';
import { removeRoleFromInstanceProfile } from './instance-profile/remove-role-from-instance-profile.ts';
import { tagInstanceProfile } from './instance-profile/tag-instance-profile.ts';
import { untagInstanceProfile } from './instance-profile/untag-instance-profile.ts';
import { addClientIDToOpenIDConnectProvider } from './openid-provider/add-client-id-to-openid-provider.ts';
import { createOpenIDConnectProvider } from './openid-provider/create-openid-provider.ts';
import { deleteOpenIDConnectProvider } from './openid-provider/delete-openid-provider.ts';
import { getOpenIDConnectProvider } from './openid-provider/get-openid-provider.ts';
import { listOpenIDConnectProviderTags } from './openid-provider/list-openid-provider-tags.ts';
import { listOpenIDConnectProviders } from './openid-provider/list-openid-providers.ts';
import { removeClientIDFromOpenIDConnectProvider } from './openid-provider/remove-client-id-from-openid-provider.ts';
import { tagOpenIDConnectProvider } from './openid-provider/tag-openid-provider.ts';
import { untagOpenIDConnectProvider } from './openid-provider/untag-openid-provider.ts';
import { updateOpenIDConnectProviderThumbprint } from './openid-provider/update-openid-provider-thumbprint.ts';
import { createPolicyVersion } from './policy/create-policy-version.ts';
import { createPolicy } from './policy/create-policy.ts';
import { deletePolicyVersion } from './policy/delete-policy-version.ts';
import { deletePolicy } from './policy/delete-policy.ts';
import { getPolicyVersion } from './policy/get-policy-version.ts';
import { getPolicy } from './policy/get-policy.ts';
import { listEntitiesForPolicy } from './policy/list-entities-for-policy.ts';
import { listPolicies } from './policy/list-policies.ts';
import { listPolicyTags } from './policy/list-policy-tags.ts';
import { listPolicyVersions } from './policy/list-policy-versions.ts';
import { setDefaultPolicyVersion } from './policy/set-default-policy-version.ts';
import { tagPolicy } from './policy/tag-policy.ts';
import { untagPolicy } from './policy/untag-policy.ts';
import { attachRolePolicy } from './role/attach-role-policy.ts';
import { createRole } from './role/create-role.ts';
import { deleteRolePermissionsBoundary } from './role/delete-role-permissions-boundary.ts';
import { deleteRolePolicy } from './role/delete-role-policy.ts';
import { deleteRole } from './role/delete-role.ts';
import { detachRolePolicy } from './role/detach-role-policy.ts';
import { getRolePolicy } from './role/get-role-policy.ts';
import { getRole } from './role/get-role.ts';
import { listAttachedRolePolicies } from './role/list-attached-role-policies.ts';
import { listRolePolicies } from './role/list-role-policies.ts';
import { listRoleTags } from './role/list-role-tags.ts';
import { listRoles } from './role/list-roles.ts';
import { putRolePermissionsBoundary } from './role/put-role-permissions-boundary.ts';
import { putRolePolicy } from './role/put-role-policy.ts';
import { tagRole } from './role/tag-role.ts';
import { untagRole } from './role/untag-role.ts';
import { updateAssumeRolePolicy } from './role/update-assume-role-policy.ts';
import { updateRoleDescription } from './role/update-role-description.ts';
import { updateRole } from './role/update-role.ts';
import { createServiceLinkedRole } from './service-linked-role/create-service-linked-role.ts';
import { deleteServiceLinkedRole } from './service-linked-role/delete-service-linked-role.ts';
import { getServiceLinkedRoleDeletionStatus } from './service-linked-role/get-service-linked-role-deletion-status.ts';
import { attachUserPolicy } from './user/attach-user-policy.ts';
import { createUser } from './user/create-user.ts';
import { deleteUserPermissionsBoundary } from './user/delete-user-permissions-boundary.ts';
import { deleteUserPolicy } from './user/delete-user-policy.ts';
import { deleteUser } from './user/delete-user.ts';
import { detachUserPolicy } from './user/detach-user-policy.ts';
import { getUserPolicy } from './user/get-user-policy.ts';
import { getUser } from './user/get-user.ts';
import { listAttachedUserPolicies } from './user/list-attached-user-policies.ts';
import { listGroupsForUser } from './user/list-groups-for-user.ts';
import { listUserPolicies } from './user/list-user-policies.ts';
import { listUserTags } from './user/list-user-tags.ts';
import { listUsers } from './user/list-users.ts';
import { putUserPermissionsBoundary } from './user/put-user-permissions-boundary.ts';
import { putUserPolicy } from './user/put-user-policy.ts';
import { tagUser } from './user/tag-user.ts';
import { untagUser } from './user/untag-user.ts';
import { updateUser } from './user/update-user.ts';
import { getContextKeysForCustomPolicy } from './simulation/get-context-keys-for-custom-policy.ts';
import { getContextKeysForPrincipalPolicy } from './simulation/get-context-keys-for-principal-policy.ts';
import { simulateCustomPolicy } from './simulation/simulate-custom-policy.ts';
import { simulatePrincipalPolicy } from './simulation/simulate-principal-policy.ts';

export const iamOperations: OperationTable<IamDeps> = {
  GetContextKeysForCustomPolicy: getContextKeysForCustomPolicy,
  GetContextKeysForPrincipalPolicy: getContextKeysForPrincipalPolicy,
  SimulateCustomPolicy: simulateCustomPolicy,
  SimulatePrincipalPolicy: simulatePrincipalPolicy,
  AddClientIDToOpenIDConnectProvider: addClientIDToOpenIDConnectProvider,
  AddRoleToInstanceProfile: addRoleToInstanceProfile,
  AddUserToGroup: addUserToGroup,
  AttachGroupPolicy: attachGroupPolicy,
  AttachRolePolicy: attachRolePolicy,
  AttachUserPolicy: attachUserPolicy,
  CreateAccessKey: createAccessKey,
  CreateAccountAlias: createAccountAlias,
  CreateGroup: createGroup,
  CreateInstanceProfile: createInstanceProfile,
  CreateOpenIDConnectProvider: createOpenIDConnectProvider,
  CreatePolicy: createPolicy,
  CreatePolicyVersion: createPolicyVersion,
  CreateRole: createRole,
  CreateServiceLinkedRole: createServiceLinkedRole,
  CreateUser: createUser,
  DeleteAccessKey: deleteAccessKey,
  DeleteAccountAlias: deleteAccountAlias,
  DeleteGroup: deleteGroup,
  DeleteGroupPolicy: deleteGroupPolicy,
  DeleteInstanceProfile: deleteInstanceProfile,
  DeleteLoginProfile: deleteLoginProfile,
  DeleteOpenIDConnectProvider: deleteOpenIDConnectProvider,
  DeletePolicy: deletePolicy,
  DeletePolicyVersion: deletePolicyVersion,
  DeleteRole: deleteRole,
  DeleteRolePermissionsBoundary: deleteRolePermissionsBoundary,
  DeleteRolePolicy: deleteRolePolicy,
  DeleteServiceLinkedRole: deleteServiceLinkedRole,
  DeleteUser: deleteUser,
  DeleteUserPermissionsBoundary: deleteUserPermissionsBoundary,
  DeleteUserPolicy: deleteUserPolicy,
  DetachGroupPolicy: detachGroupPolicy,
  DetachRolePolicy: detachRolePolicy,
  DetachUserPolicy: detachUserPolicy,
  GetAccessKeyLastUsed: getAccessKeyLastUsed,
  GetAccountAuthorizationDetails: getAccountAuthorizationDetails,
  GetAccountSummary: getAccountSummary,
  GetGroup: getGroup,
  GetGroupPolicy: getGroupPolicy,
  GetInstanceProfile: getInstanceProfile,
  GetLoginProfile: getLoginProfile,
  GetOpenIDConnectProvider: getOpenIDConnectProvider,
  GetPolicy: getPolicy,
  GetPolicyVersion: getPolicyVersion,
  GetRole: getRole,
  GetRolePolicy: getRolePolicy,
  GetServiceLinkedRoleDeletionStatus: getServiceLinkedRoleDeletionStatus,
  GetUser: getUser,
  GetUserPolicy: getUserPolicy,
  ListAccessKeys: listAccessKeys,
  ListAccountAliases: listAccountAliases,
  ListAttachedGroupPolicies: listAttachedGroupPolicies,
  ListAttachedRolePolicies: listAttachedRolePolicies,
  ListAttachedUserPolicies: listAttachedUserPolicies,
  ListEntitiesForPolicy: listEntitiesForPolicy,
  ListGroupPolicies: listGroupPolicies,
  ListGroups: listGroups,
  ListGroupsForUser: listGroupsForUser,
  ListInstanceProfiles: listInstanceProfiles,
  ListInstanceProfilesForRole: listInstanceProfilesForRole,
  ListInstanceProfileTags: listInstanceProfileTags,
  ListMFADevices: listMFADevices,
  ListOpenIDConnectProviders: listOpenIDConnectProviders,
  ListOpenIDConnectProviderTags: listOpenIDConnectProviderTags,
  ListPolicies: listPolicies,
  ListPolicyTags: listPolicyTags,
  ListPolicyVersions: listPolicyVersions,
  ListRolePolicies: listRolePolicies,
  ListRoles: listRoles,
  ListRoleTags: listRoleTags,
  ListServiceSpecificCredentials: listServiceSpecificCredentials,
  ListSigningCertificates: listSigningCertificates,
  ListSSHPublicKeys: listSSHPublicKeys,
  ListUserPolicies: listUserPolicies,
  ListUsers: listUsers,
  ListUserTags: listUserTags,
  ListVirtualMFADevices: listVirtualMFADevices,
  PutGroupPolicy: putGroupPolicy,
  PutRolePermissionsBoundary: putRolePermissionsBoundary,
  PutRolePolicy: putRolePolicy,
  PutUserPermissionsBoundary: putUserPermissionsBoundary,
  PutUserPolicy: putUserPolicy,
  RemoveClientIDFromOpenIDConnectProvider: removeClientIDFromOpenIDConnectProvider,
  RemoveRoleFromInstanceProfile: removeRoleFromInstanceProfile,
  RemoveUserFromGroup: removeUserFromGroup,
  SetDefaultPolicyVersion: setDefaultPolicyVersion,
  TagInstanceProfile: tagInstanceProfile,
  TagOpenIDConnectProvider: tagOpenIDConnectProvider,
  TagPolicy: tagPolicy,
  TagRole: tagRole,
  TagUser: tagUser,
  UntagInstanceProfile: untagInstanceProfile,
  UntagOpenIDConnectProvider: untagOpenIDConnectProvider,
  UntagPolicy: untagPolicy,
  UntagRole: untagRole,
  UntagUser: untagUser,
  UpdateAccessKey: updateAccessKey,
  UpdateAssumeRolePolicy: updateAssumeRolePolicy,
  UpdateGroup: updateGroup,
  UpdateOpenIDConnectProviderThumbprint: updateOpenIDConnectProviderThumbprint,
  UpdateRole: updateRole,
  UpdateRoleDescription: updateRoleDescription,
  UpdateUser: updateUser,
};

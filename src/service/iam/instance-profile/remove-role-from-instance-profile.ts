// RemoveRoleFromInstanceProfile.

import type {
  RemoveRoleFromInstanceProfileCommandInput,
  RemoveRoleFromInstanceProfileCommandOutput,
} from '@aws-sdk/client-iam';
import { foundProfile, roleName } from '../check.ts';
import { change, putProfile, type IamOperation } from '../deps.ts';
import { notInProfile } from '../error.ts';
import { onProfile } from '../show.ts';

export const removeRoleFromInstanceProfile: IamOperation<
  RemoveRoleFromInstanceProfileCommandInput,
  RemoveRoleFromInstanceProfileCommandOutput
> = {
  authorizes: (input, context) =>
    onProfile('RemoveRoleFromInstanceProfile', input.InstanceProfileName, context),

  async handle(deps, input, context) {
    const role = roleName(input.RoleName);
    await change(deps, context, (draft) => {
      const profile = foundProfile(draft, input.InstanceProfileName);
      if (profile.role !== role) throw notInProfile(role, profile.name);
      putProfile(draft, { ...profile, role: undefined });
    });
    return {};
  },
};

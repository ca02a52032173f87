// AddRoleToInstanceProfile. A profile holds one role.

import type {
  AddRoleToInstanceProfileCommandInput,
  AddRoleToInstanceProfileCommandOutput,
} from '@aws-sdk/client-iam';
import { passRole } from '../../access.ts';
import { foundProfile, ownRole } from '../check.ts';
import { change, putProfile, type IamOperation } from '../deps.ts';
import { limitExceeded } from '../error.ts';
import { onProfile } from '../show.ts';

export const addRoleToInstanceProfile: IamOperation<
  AddRoleToInstanceProfileCommandInput,
  AddRoleToInstanceProfileCommandOutput
> = {
  authorizes: (input, context) => [
    ...onProfile('AddRoleToInstanceProfile', input.InstanceProfileName, context),
    ...passRole(context, ['ec2.amazonaws.com'], { roles: [input.RoleName] }),
  ],

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const profile = foundProfile(draft, input.InstanceProfileName);
      const role = ownRole(draft, input.RoleName);
      if (profile.role !== undefined) throw limitExceeded('InstanceSessionsPerInstanceProfile', 1);
      putProfile(draft, { ...profile, role: role.name });
    });
    return {};
  },
};

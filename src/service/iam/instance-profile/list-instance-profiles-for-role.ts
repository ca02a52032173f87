// ListInstanceProfilesForRole.

import type {
  ListInstanceProfilesForRoleCommandInput,
  ListInstanceProfilesForRoleCommandOutput,
} from '@aws-sdk/client-iam';
import { foundRole } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { page } from '../page.ts';
import { onRole, shownProfile } from '../show.ts';

export const listInstanceProfilesForRole: IamOperation<
  ListInstanceProfilesForRoleCommandInput,
  ListInstanceProfilesForRoleCommandOutput
> = {
  authorizes: (input, context) => onRole('ListInstanceProfilesForRole', input.RoleName, context),

  async handle(deps, input, context) {
    const iam = await view(deps, context);
    const { name } = foundRole(iam, input.RoleName);
    const { items, ...more } = page(
      iam.all('instance-profile').filter((profile) => profile.role === name),
      (profile) => profile.name,
      input,
    );
    return {
      InstanceProfiles: items.map((profile) => shownProfile(iam, profile, context)),
      ...more,
    };
  },
};

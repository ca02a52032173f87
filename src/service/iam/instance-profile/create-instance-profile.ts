// CreateInstanceProfile: empty; AddRoleToInstanceProfile puts a role into it.

import type {
  CreateInstanceProfileCommandInput,
  CreateInstanceProfileCommandOutput,
} from '@aws-sdk/client-iam';
import { path, profileName, tags } from '../check.ts';
import { change, newId, putProfile, type IamOperation } from '../deps.ts';
import { isSameName } from '../names.ts';
import type { InstanceProfile } from '../resources.ts';
import { limitExceeded, profileExists } from '../error.ts';
import { creation, onProfile, shownProfile } from '../show.ts';
import { limit } from '../../../core/limit.ts';

export const createInstanceProfile: IamOperation<
  CreateInstanceProfileCommandInput,
  CreateInstanceProfileCommandOutput
> = {
  authorizes: (input, context) =>
    creation('InstanceProfile', input.Tags, (action, more) =>
      onProfile(action, input.InstanceProfileName, context, { ...more, path: input.Path }),
    ),

  async handle(deps, input, context) {
    const name = profileName(input.InstanceProfileName);
    const profile: InstanceProfile = {
      name,
      id: newId(deps.ids, 'AIPA'),
      path: path(input.Path),
      createdAtMs: deps.clock.now(),
      tags: tags(input.Tags),
    };
    return change(deps, context, (draft) => {
      const others = draft.all('instance-profile').filter(({ isDefault }) => !isDefault);
      if (others.some(isSameName(name))) throw profileExists(name);
      if (others.length >= limit.iam.instanceProfiles)
        throw limitExceeded('InstanceProfilesPerAccount', limit.iam.instanceProfiles);
      putProfile(draft, profile);
      return { InstanceProfile: shownProfile(draft, profile, context) };
    });
  },
};

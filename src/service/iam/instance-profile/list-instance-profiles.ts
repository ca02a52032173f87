// ListInstanceProfiles: by name, below a path.

import type {
  ListInstanceProfilesCommandInput,
  ListInstanceProfilesCommandOutput,
} from '@aws-sdk/client-iam';
import { path } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { page } from '../page.ts';
import { onProfile, shownProfile } from '../show.ts';

export const listInstanceProfiles: IamOperation<
  ListInstanceProfilesCommandInput,
  ListInstanceProfilesCommandOutput
> = {
  authorizes: (_input, context) => onProfile('ListInstanceProfiles', '*', context),

  async handle(deps, input, context) {
    const below = path(input.PathPrefix, 'pathPrefix');
    const iam = await view(deps, context);
    const { items, ...more } = page(
      iam.all('instance-profile').filter((profile) => profile.path.startsWith(below)),
      (profile) => profile.name,
      input,
    );
    return {
      InstanceProfiles: items.map((profile) => shownProfile(iam, profile, context)),
      ...more,
    };
  },
};

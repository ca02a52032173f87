// TagInstanceProfile.

import type {
  TagInstanceProfileCommandInput,
  TagInstanceProfileCommandOutput,
} from '@aws-sdk/client-iam';
import { requestTags, tagsOfList } from '../../access.ts';
import { foundProfile, tags } from '../check.ts';
import { change, putProfile, type IamOperation } from '../deps.ts';
import { onProfile } from '../show.ts';

export const tagInstanceProfile: IamOperation<
  TagInstanceProfileCommandInput,
  TagInstanceProfileCommandOutput
> = {
  authorizes: (input, context) =>
    onProfile('TagInstanceProfile', input.InstanceProfileName, context, {
      conditions: () => requestTags(tagsOfList(input.Tags)),
    }),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const profile = foundProfile(draft, input.InstanceProfileName);
      putProfile(draft, { ...profile, tags: tags(input.Tags, profile.tags) });
    });
    return {};
  },
};

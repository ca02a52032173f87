// UntagInstanceProfile. Keys that are not there are left out, as AWS does.

import type {
  UntagInstanceProfileCommandInput,
  UntagInstanceProfileCommandOutput,
} from '@aws-sdk/client-iam';
import { requestTagKeys } from '../../access.ts';
import { foundProfile, withoutTags } from '../check.ts';
import { change, putProfile, type IamOperation } from '../deps.ts';
import { onProfile } from '../show.ts';

export const untagInstanceProfile: IamOperation<
  UntagInstanceProfileCommandInput,
  UntagInstanceProfileCommandOutput
> = {
  authorizes: (input, context) =>
    onProfile('UntagInstanceProfile', input.InstanceProfileName, context, {
      conditions: () => requestTagKeys(input.TagKeys),
    }),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const profile = foundProfile(draft, input.InstanceProfileName);
      putProfile(draft, { ...profile, tags: withoutTags(profile.tags, input.TagKeys) });
    });
    return {};
  },
};

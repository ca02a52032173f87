// ListInstanceProfileTags.

import type {
  ListInstanceProfileTagsCommandInput,
  ListInstanceProfileTagsCommandOutput,
} from '@aws-sdk/client-iam';
import { foundProfile } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { tagPage } from '../page.ts';
import { onProfile } from '../show.ts';

export const listInstanceProfileTags: IamOperation<
  ListInstanceProfileTagsCommandInput,
  ListInstanceProfileTagsCommandOutput
> = {
  authorizes: (input, context) =>
    onProfile('ListInstanceProfileTags', input.InstanceProfileName, context),
  handle: async (deps, input, context) =>
    tagPage(foundProfile(await view(deps, context), input.InstanceProfileName).tags, input),
};

// ListUserTags.

import type { ListUserTagsCommandInput, ListUserTagsCommandOutput } from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { tagPage } from '../page.ts';
import { foundUser, onUser } from './user.ts';

export const listUserTags: IamOperation<ListUserTagsCommandInput, ListUserTagsCommandOutput> = {
  authorizes: (input, context) => onUser('ListUserTags', input.UserName, context),
  handle: async (deps, input, context) =>
    tagPage(foundUser(await view(deps, context), input.UserName).tags, input),
};

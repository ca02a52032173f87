// TagUser.

import type { TagUserCommandInput, TagUserCommandOutput } from '@aws-sdk/client-iam';
import { requestTags, tagsOfList } from '../../access.ts';
import { tags } from '../check.ts';
import { change, type IamOperation } from '../deps.ts';
import { foundUser, onUser, putUser } from './user.ts';

export const tagUser: IamOperation<TagUserCommandInput, TagUserCommandOutput> = {
  authorizes: (input, context) =>
    onUser('TagUser', input.UserName, context, {
      conditions: () => requestTags(tagsOfList(input.Tags)),
    }),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const user = foundUser(draft, input.UserName);
      putUser(draft, { ...user, tags: tags(input.Tags, user.tags) });
    });
    return {};
  },
};

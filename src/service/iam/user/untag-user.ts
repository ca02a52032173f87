// UntagUser. Keys that are not there are left out, as AWS does.

import type { UntagUserCommandInput, UntagUserCommandOutput } from '@aws-sdk/client-iam';
import { requestTagKeys } from '../../access.ts';
import { withoutTags } from '../check.ts';
import { change, type IamOperation } from '../deps.ts';
import { foundUser, onUser, putUser } from './user.ts';

export const untagUser: IamOperation<UntagUserCommandInput, UntagUserCommandOutput> = {
  authorizes: (input, context) =>
    onUser('UntagUser', input.UserName, context, {
      conditions: () => requestTagKeys(input.TagKeys),
    }),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const user = foundUser(draft, input.UserName);
      putUser(draft, { ...user, tags: withoutTags(user.tags, input.TagKeys) });
    });
    return {};
  },
};

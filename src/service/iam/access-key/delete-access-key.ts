// DeleteAccessKey: nothing that it signs is taken any more, and it never comes back.

import type {
  DeleteAccessKeyCommandInput,
  DeleteAccessKeyCommandOutput,
} from '@aws-sdk/client-iam';
import { change, type IamOperation } from '../deps.ts';
import { foundUser, meantUser, onUser } from '../user/user.ts';
import { checkedKeyId, foundKey, removeKey } from './access-key.ts';

export const deleteAccessKey: IamOperation<
  DeleteAccessKeyCommandInput,
  DeleteAccessKeyCommandOutput
> = {
  authorizes: (input, context) => onUser('DeleteAccessKey', input.UserName, context),

  async handle(deps, input, context) {
    const id = checkedKeyId(input.AccessKeyId);
    const user = meantUser(input.UserName, context);
    await change(deps, context, (draft) => {
      if (user !== undefined) foundUser(draft, user);
      removeKey(draft, foundKey(draft, id, user).id);
    });
    return {};
  },
};

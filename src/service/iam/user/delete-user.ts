// DeleteUser: of one that holds nothing any more and is in no group, as AWS demands.

import type { DeleteUserCommandInput, DeleteUserCommandOutput } from '@aws-sdk/client-iam';
import { keysOf } from '../access-key/access-key.ts';
import { change, type IamOperation } from '../deps.ts';
import { deleteConflict } from '../error.ts';
import { foundUser, onUser } from './user.ts';

export const deleteUser: IamOperation<DeleteUserCommandInput, DeleteUserCommandOutput> = {
  authorizes: (input, context) => onUser('DeleteUser', input.UserName ?? '', context),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const { name, attached, inline, groups } = foundUser(draft, input.UserName);
      if (groups.length > 0) throw deleteConflict('remove users from group');
      if (attached.length > 0) throw deleteConflict('detach all policies');
      if (Object.keys(inline).length > 0) throw deleteConflict('delete policies');
      if (keysOf(draft, name).length > 0) throw deleteConflict('delete access keys');
      draft.remove('user', name);
    });
    return {};
  },
};

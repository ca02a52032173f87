// DeleteGroup: of one that holds nothing and nobody any more, as AWS demands.

import type { DeleteGroupCommandInput, DeleteGroupCommandOutput } from '@aws-sdk/client-iam';
import { change, type IamOperation } from '../deps.ts';
import { deleteConflict } from '../error.ts';
import { foundGroup, membersOf, onGroup } from './group.ts';

export const deleteGroup: IamOperation<DeleteGroupCommandInput, DeleteGroupCommandOutput> = {
  authorizes: (input, context) => onGroup('DeleteGroup', input.GroupName, context),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const { name, attached, inline } = foundGroup(draft, input.GroupName);
      if (membersOf(draft, name).length > 0) throw deleteConflict('remove users from group');
      if (attached.length > 0) throw deleteConflict('detach all policies');
      if (Object.keys(inline).length > 0) throw deleteConflict('delete policies');
      draft.remove('group', name);
    });
    return {};
  },
};

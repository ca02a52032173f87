// UpdateGroup: another name or path. Who is in it stays in it.

import type { UpdateGroupCommandInput, UpdateGroupCommandOutput } from '@aws-sdk/client-iam';
import { groupName, path } from '../check.ts';
import { change, view, type IamOperation } from '../deps.ts';
import { exists } from '../error.ts';
import { isSameName } from '../names.ts';
import { putUser } from '../user/user.ts';
import { foundGroup, membersOf, onGroup, putGroup } from './group.ts';

export const updateGroup: IamOperation<UpdateGroupCommandInput, UpdateGroupCommandOutput> = {
  authorizes: ({ GroupName: name }, context) => onGroup('UpdateGroup', name, context),

  /** Leave is needed for what it becomes as well. */
  async authorizesFound(deps, { GroupName: name = '', NewGroupName, NewPath }, context) {
    if (NewGroupName === undefined && NewPath === undefined) return [];
    const its = NewPath ?? (await view(deps, context)).get('group', name)?.path;
    return onGroup('UpdateGroup', NewGroupName ?? name, context, { path: its });
  },

  async handle(deps, input, context) {
    const newName = input.NewGroupName === undefined ? undefined : groupName(input.NewGroupName);
    const newPath = input.NewPath === undefined ? undefined : path(input.NewPath);
    await change(deps, context, (draft) => {
      const group = foundGroup(draft, input.GroupName);
      const name = newName ?? group.name;
      const others = draft.all('group').filter((one) => one.name !== group.name);
      if (others.some(isSameName(name))) throw exists('Group', name);
      if (name !== group.name)
        for (const user of membersOf(draft, group.name))
          putUser(draft, {
            ...user,
            groups: user.groups.map((one) => (one === group.name ? name : one)),
          });
      draft.remove('group', group.name);
      putGroup(draft, { ...group, name, path: newPath ?? group.path });
    });
    return {};
  },
};

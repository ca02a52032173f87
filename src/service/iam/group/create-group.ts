// CreateGroup: with nobody in it.

import type { CreateGroupCommandInput, CreateGroupCommandOutput } from '@aws-sdk/client-iam';
import { limit } from '../../../core/limit.ts';
import { groupName, path } from '../check.ts';
import { change, newId, type IamOperation } from '../deps.ts';
import { exists, limitExceeded } from '../error.ts';
import { isSameName } from '../names.ts';
import type { Group } from '../resources.ts';
import { onGroup, putGroup, shownGroup } from './group.ts';

export const createGroup: IamOperation<CreateGroupCommandInput, CreateGroupCommandOutput> = {
  authorizes: (input, context) =>
    onGroup('CreateGroup', input.GroupName, context, { path: input.Path }),

  async handle(deps, input, context) {
    const group: Group = {
      name: groupName(input.GroupName),
      id: newId(deps.ids, 'AGPA'),
      path: path(input.Path),
      createdAtMs: deps.clock.now(),
      attached: [],
      inline: {},
    };
    await change(deps, context, (draft) => {
      const groups = draft.all('group');
      if (groups.some(isSameName(group.name))) throw exists('Group', group.name);
      if (groups.length >= limit.iam.groups)
        throw limitExceeded('GroupsPerAccount', limit.iam.groups);
      putGroup(draft, group);
    });
    return { Group: shownGroup(group, context) };
  },
};

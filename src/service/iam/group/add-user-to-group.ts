// AddUserToGroup. A user may be in it already.

import type { AddUserToGroupCommandInput, AddUserToGroupCommandOutput } from '@aws-sdk/client-iam';
import { limit } from '../../../core/limit.ts';
import { change, type IamOperation } from '../deps.ts';
import { limitExceeded } from '../error.ts';
import { foundUser, putUser } from '../user/user.ts';
import { foundGroup, onGroup } from './group.ts';

export const addUserToGroup: IamOperation<AddUserToGroupCommandInput, AddUserToGroupCommandOutput> =
  {
    authorizes: (input, context) => onGroup('AddUserToGroup', input.GroupName, context),

    async handle(deps, input, context) {
      await change(deps, context, (draft) => {
        const group = foundGroup(draft, input.GroupName);
        const user = foundUser(draft, input.UserName);
        if (user.groups.includes(group.name)) return;
        if (user.groups.length >= limit.iam.groupsPerUser)
          throw limitExceeded('GroupsPerUser', limit.iam.groupsPerUser);
        putUser(draft, { ...user, groups: [...user.groups, group.name] });
      });
      return {};
    },
  };

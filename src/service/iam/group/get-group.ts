// GetGroup: with the users in it.

import type { GetGroupCommandInput, GetGroupCommandOutput } from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { page } from '../page.ts';
import { listedUser } from '../user/user.ts';
import { foundGroup, membersOf, onGroup, shownGroup } from './group.ts';

export const getGroup: IamOperation<GetGroupCommandInput, GetGroupCommandOutput> = {
  authorizes: (input, context) => onGroup('GetGroup', input.GroupName, context),

  async handle(deps, input, context) {
    const iam = await view(deps, context);
    const group = foundGroup(iam, input.GroupName);
    const { items, ...more } = page(membersOf(iam, group.name), ({ name }) => name, input);
    return {
      Group: shownGroup(group, context),
      Users: items.map((user) => listedUser(user, context)),
      ...more,
    };
  },
};

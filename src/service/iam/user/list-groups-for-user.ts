// ListGroupsForUser.

import type {
  ListGroupsForUserCommandInput,
  ListGroupsForUserCommandOutput,
} from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { foundGroup, shownGroup } from '../group/group.ts';
import { page } from '../page.ts';
import { foundUser, onUser } from './user.ts';

export const listGroupsForUser: IamOperation<
  ListGroupsForUserCommandInput,
  ListGroupsForUserCommandOutput
> = {
  authorizes: (input, context) => onUser('ListGroupsForUser', input.UserName, context),

  async handle(deps, input, context) {
    const iam = await view(deps, context);
    const { groups } = foundUser(iam, input.UserName);
    const { items, ...more } = page(groups.toSorted(), (name) => name, input);
    return { Groups: items.map((name) => shownGroup(foundGroup(iam, name), context)), ...more };
  },
};

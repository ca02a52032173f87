// ListUsers: by name, below a path.

import type { ListUsersCommandInput, ListUsersCommandOutput } from '@aws-sdk/client-iam';
import { path } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { page } from '../page.ts';
import { listedUser, onUser } from './user.ts';

export const listUsers: IamOperation<ListUsersCommandInput, ListUsersCommandOutput> = {
  authorizes: (_input, context) => onUser('ListUsers', '*', context),

  async handle(deps, input, context) {
    const below = path(input.PathPrefix, 'pathPrefix');
    const users = (await view(deps, context))
      .all('user')
      .filter((user) => user.path.startsWith(below));
    const { items, ...more } = page(users, (user) => user.name, input);
    return { Users: items.map((user) => listedUser(user, context)), ...more };
  },
};

// ListRoles: by name, below a path.

import type { ListRolesCommandInput, ListRolesCommandOutput } from '@aws-sdk/client-iam';
import { path } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { page } from '../page.ts';
import { listedRole, onRole } from '../show.ts';

export const listRoles: IamOperation<ListRolesCommandInput, ListRolesCommandOutput> = {
  authorizes: (_input, context) => onRole('ListRoles', '*', context),

  async handle(deps, input, context) {
    const below = path(input.PathPrefix, 'pathPrefix');
    const roles = (await view(deps, context))
      .all('role')
      .filter((role) => role.path.startsWith(below));
    const { items, ...more } = page(roles, (role) => role.name, input);
    return { Roles: items.map((role) => listedRole(role, context)), ...more };
  },
};

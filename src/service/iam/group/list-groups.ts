// ListGroups: by name, below a path.

import type { ListGroupsCommandInput, ListGroupsCommandOutput } from '@aws-sdk/client-iam';
import { path } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { page } from '../page.ts';
import { onGroup, shownGroup } from './group.ts';

export const listGroups: IamOperation<ListGroupsCommandInput, ListGroupsCommandOutput> = {
  authorizes: (_input, context) => onGroup('ListGroups', '*', context),

  async handle(deps, input, context) {
    const below = path(input.PathPrefix, 'pathPrefix');
    const groups = (await view(deps, context))
      .all('group')
      .filter((group) => group.path.startsWith(below));
    const { items, ...more } = page(groups, (group) => group.name, input);
    return { Groups: items.map((group) => shownGroup(group, context)), ...more };
  },
};

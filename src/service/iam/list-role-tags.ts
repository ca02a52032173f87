// ListRoleTags.

import type { ListRoleTagsCommandInput, ListRoleTagsCommandOutput } from '@aws-sdk/client-iam';
import { foundRole } from './check.ts';
import { view, type IamOperation } from './deps.ts';
import { page } from './page.ts';
import { onRole, tagList } from './show.ts';

export const listRoleTags: IamOperation<ListRoleTagsCommandInput, ListRoleTagsCommandOutput> = {
  authorizes: (input, context) => onRole('ListRoleTags', input.RoleName, context),

  async handle(deps, input, context) {
    const { tags } = foundRole(await view(deps, context), input.RoleName);
    const { items, ...more } = page(Object.keys(tags).toSorted(), (key) => key, input);
    return { Tags: items.flatMap((key) => tagList({ [key]: tags[key] ?? '' })), ...more };
  },
};

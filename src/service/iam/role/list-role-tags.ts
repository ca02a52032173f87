// ListRoleTags.

import type { ListRoleTagsCommandInput, ListRoleTagsCommandOutput } from '@aws-sdk/client-iam';
import { foundRole } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { tagPage } from '../page.ts';
import { onRole } from '../show.ts';

export const listRoleTags: IamOperation<ListRoleTagsCommandInput, ListRoleTagsCommandOutput> = {
  authorizes: (input, context) => onRole('ListRoleTags', input.RoleName, context),
  handle: async (deps, input, context) =>
    tagPage(foundRole(await view(deps, context), input.RoleName).tags, input),
};

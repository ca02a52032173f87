// TagRole, of a service-linked role too.

import type { TagRoleCommandInput, TagRoleCommandOutput } from '@aws-sdk/client-iam';
import { requestTags, tagsOfList } from '../../access.ts';
import { foundRole, tags } from '../check.ts';
import { change, putRole, type IamOperation } from '../deps.ts';
import { onRole } from '../show.ts';

export const tagRole: IamOperation<TagRoleCommandInput, TagRoleCommandOutput> = {
  authorizes: (input, context) =>
    onRole('TagRole', input.RoleName, context, {
      conditions: () => requestTags(tagsOfList(input.Tags)),
    }),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const role = foundRole(draft, input.RoleName);
      putRole(draft, { ...role, tags: tags(input.Tags, role.tags) });
    });
    return {};
  },
};

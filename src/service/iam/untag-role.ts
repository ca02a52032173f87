// UntagRole. Keys that are not there are left out, as AWS does.

import type { UntagRoleCommandInput, UntagRoleCommandOutput } from '@aws-sdk/client-iam';
import { ownRole } from './check.ts';
import { change, putRole, type IamOperation } from './deps.ts';
import { onRole } from './show.ts';

export const untagRole: IamOperation<UntagRoleCommandInput, UntagRoleCommandOutput> = {
  authorizes: (input, context) => onRole('UntagRole', input.RoleName, context),

  async handle(deps, input, context) {
    const keys = new Set(input.TagKeys);
    await change(deps, context, (draft) => {
      const role = ownRole(draft, input.RoleName);
      putRole(draft, { ...role, tags: Object.fromEntries(Object.entries(role.tags).filter(([key]) => !keys.has(key))) });
    });
    return {};
  },
};

// UntagRole, of a service-linked role too. Keys that are not there are left out, as AWS does.

import type { UntagRoleCommandInput, UntagRoleCommandOutput } from '@aws-sdk/client-iam';
import { requestTagKeys } from '../../access.ts';
import { foundRole, withoutTags } from '../check.ts';
import { change, putRole, type IamOperation } from '../deps.ts';
import { onRole } from '../show.ts';

export const untagRole: IamOperation<UntagRoleCommandInput, UntagRoleCommandOutput> = {
  authorizes: (input, context) =>
    onRole('UntagRole', input.RoleName, context, {
      conditions: () => requestTagKeys(input.TagKeys),
    }),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const role = foundRole(draft, input.RoleName);
      putRole(draft, { ...role, tags: withoutTags(role.tags, input.TagKeys) });
    });
    return {};
  },
};

// DeleteRole: of a role that nothing holds any more, as AWS demands.

import type { DeleteRoleCommandInput, DeleteRoleCommandOutput } from '@aws-sdk/client-iam';
import { ownRole } from '../check.ts';
import { changeRights, type IamOperation } from '../deps.ts';
import { deleteConflict } from '../error.ts';
import { onRole } from '../show.ts';

export const deleteRole: IamOperation<DeleteRoleCommandInput, DeleteRoleCommandOutput> = {
  authorizes: (input, context) => onRole('DeleteRole', input.RoleName, context),

  async handle(deps, input, context) {
    await changeRights(deps, context, (draft) => {
      const { name, attached, inline } = ownRole(draft, input.RoleName);
      if (draft.all('instance-profile').some((profile) => profile.role === name))
        throw deleteConflict('remove roles from instance profile');
      if (attached.length > 0) throw deleteConflict('detach all policies');
      if (Object.keys(inline).length > 0) throw deleteConflict('delete policies');
      draft.remove('role', name);
    });
    return {};
  },
};

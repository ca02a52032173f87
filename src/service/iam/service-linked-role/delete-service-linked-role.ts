// DeleteServiceLinkedRole: as on AWS it is asked for here, and GetServiceLinkedRoleDeletionStatus
// says what came of it. A role that compute environments use stays.

import type {
  DeleteServiceLinkedRoleCommandInput,
  DeleteServiceLinkedRoleCommandOutput,
} from '@aws-sdk/client-iam';
import { foundRole } from '../check.ts';
import { changeRights, type IamOperation } from '../deps.ts';
import { invalid } from '../error.ts';
import { onRole, roleArn } from '../show.ts';

export const deleteServiceLinkedRole: IamOperation<
  DeleteServiceLinkedRoleCommandInput,
  DeleteServiceLinkedRoleCommandOutput
> = {
  authorizes: (input, context) => onRole('DeleteServiceLinkedRole', input.RoleName, context),

  handle: (deps, input, context) =>
    changeRights(deps, context, (draft) => {
      const role = foundRole(draft, input.RoleName);
      if (!role.path.startsWith('/aws-service-role/'))
        throw invalid(`${role.name} is not a service-linked role: use DeleteRole.`);
      const id = `task${role.path}${role.name}/${deps.ids.uuid()}`;
      const uses = deps.usesOf(roleArn(context, role));
      // Nobody asks for long; one outcome a role is kept.
      for (const { id: former } of draft.all('role-deletion'))
        if (former.startsWith(`task${role.path}${role.name}/`))
          draft.remove('role-deletion', former);
      draft.put('role-deletion', id, uses.length === 0 ? { id } : { id, usedBy: uses });
      if (uses.length === 0) draft.remove('role', role.name);
      return { DeletionTaskId: id };
    }),
};

// DeleteRolePermissionsBoundary: its policies alone say what the role may do.

import type {
  DeleteRolePermissionsBoundaryCommandInput,
  DeleteRolePermissionsBoundaryCommandOutput,
} from '@aws-sdk/client-iam';
import { ownRole } from '../check.ts';
import { changeRights, putRole, type IamOperation } from '../deps.ts';
import { onRole } from '../show.ts';

export const deleteRolePermissionsBoundary: IamOperation<
  DeleteRolePermissionsBoundaryCommandInput,
  DeleteRolePermissionsBoundaryCommandOutput
> = {
  authorizes: (input, context) => onRole('DeleteRolePermissionsBoundary', input.RoleName, context),

  async handle(deps, input, context) {
    await changeRights(deps, context, (draft) =>
      putRole(draft, { ...ownRole(draft, input.RoleName), boundary: undefined }),
    );
    return {};
  },
};

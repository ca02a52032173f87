// PutRolePermissionsBoundary: bounds what policies of the role may grant, or bounds it anew.

import type {
  PutRolePermissionsBoundaryCommandInput,
  PutRolePermissionsBoundaryCommandOutput,
} from '@aws-sdk/client-iam';
import { ownRole } from '../check.ts';
import { changeRights, putRole, type IamOperation } from '../deps.ts';
import { foundBoundary, ofBoundary } from '../entity/boundary.ts';
import { onRole } from '../show.ts';

export const putRolePermissionsBoundary: IamOperation<
  PutRolePermissionsBoundaryCommandInput,
  PutRolePermissionsBoundaryCommandOutput
> = {
  authorizes: (input, context) =>
    onRole('PutRolePermissionsBoundary', input.RoleName, context, {
      conditions: () => ofBoundary(input.PermissionsBoundary),
    }),

  async handle(deps, input, context) {
    await changeRights(deps, context, (draft) => {
      const role = ownRole(draft, input.RoleName);
      const boundary = foundBoundary(draft, input.PermissionsBoundary, context);
      putRole(draft, { ...role, boundary });
    });
    return {};
  },
};

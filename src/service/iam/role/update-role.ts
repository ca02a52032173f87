// UpdateRole: its description and the length of its sessions. Of a service-linked role the
// description alone.

import type { UpdateRoleCommandInput, UpdateRoleCommandOutput } from '@aws-sdk/client-iam';
import { foundRole, integerIn, lengthIn, ownRole } from '../check.ts';
import { change, putRole, type IamOperation } from '../deps.ts';
import { onRole } from '../show.ts';

export const updateRole: IamOperation<UpdateRoleCommandInput, UpdateRoleCommandOutput> = {
  authorizes: (input, context) => onRole('UpdateRole', input.RoleName, context),

  async handle(deps, input, context) {
    const description = lengthIn(input.Description, 0, 1000, 'description');
    const maxSessionSeconds = integerIn(
      input.MaxSessionDuration,
      3600,
      43_200,
      'maxSessionDuration',
    );
    await change(deps, context, (draft) => {
      const role =
        maxSessionSeconds === undefined
          ? foundRole(draft, input.RoleName)
          : ownRole(draft, input.RoleName);
      putRole(draft, {
        ...role,
        description: description ?? role.description,
        maxSessionSeconds: maxSessionSeconds ?? role.maxSessionSeconds,
      });
    });
    return {};
  },
};

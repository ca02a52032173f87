// UpdateRole: its description and the length of its sessions.

import type { UpdateRoleCommandInput, UpdateRoleCommandOutput } from '@aws-sdk/client-iam';
import { integerIn, lengthIn, ownRole } from './check.ts';
import { change, putRole, type IamOperation } from './deps.ts';
import { onRole } from './show.ts';

export const updateRole: IamOperation<UpdateRoleCommandInput, UpdateRoleCommandOutput> = {
  authorizes: (input, context) => onRole('UpdateRole', input.RoleName, context),

  async handle(deps, input, context) {
    const description = lengthIn(input.Description, 0, 1000, 'description');
    const maxSessionSeconds = integerIn(input.MaxSessionDuration, 3600, 43_200, 'maxSessionDuration');
    await change(deps, context, (draft) => {
      const role = ownRole(draft, input.RoleName);
      putRole(draft, { ...role, description: description ?? role.description, maxSessionSeconds: maxSessionSeconds ?? role.maxSessionSeconds });
    });
    return {};
  },
};

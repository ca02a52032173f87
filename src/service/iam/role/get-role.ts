// GetRole.

import type { GetRoleCommandInput, GetRoleCommandOutput } from '@aws-sdk/client-iam';
import { foundRole } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { onRole, wholeRole } from '../show.ts';

export const getRole: IamOperation<GetRoleCommandInput, GetRoleCommandOutput> = {
  authorizes: (input, context) => onRole('GetRole', input.RoleName, context),
  handle: async (deps, input, context) => ({
    Role: wholeRole(foundRole(await view(deps, context), input.RoleName), context),
  }),
};

// GetRolePolicy: an inline policy.

import type { GetRolePolicyCommandInput, GetRolePolicyCommandOutput } from '@aws-sdk/client-iam';
import { foundRole, policyName } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { shownInline } from '../entity/inline.ts';
import { onRole } from '../show.ts';

export const getRolePolicy: IamOperation<GetRolePolicyCommandInput, GetRolePolicyCommandOutput> = {
  authorizes: (input, context) => onRole('GetRolePolicy', input.RoleName, context),

  async handle(deps, input, context) {
    const name = policyName(input.PolicyName);
    const role = foundRole(await view(deps, context), input.RoleName);
    return {
      RoleName: role.name,
      PolicyName: name,
      PolicyDocument: shownInline('role', role, name),
    };
  },
};

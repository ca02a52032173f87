// DeleteRolePolicy: an inline policy.

import type {
  DeleteRolePolicyCommandInput,
  DeleteRolePolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { ownRole, policyName } from '../check.ts';
import { changeRights, putRole, type IamOperation } from '../deps.ts';
import { withoutInline } from '../entity/inline.ts';
import { onRole } from '../show.ts';

export const deleteRolePolicy: IamOperation<
  DeleteRolePolicyCommandInput,
  DeleteRolePolicyCommandOutput
> = {
  authorizes: (input, context) => onRole('DeleteRolePolicy', input.RoleName, context),

  async handle(deps, input, context) {
    const name = policyName(input.PolicyName);
    await changeRights(deps, context, (draft) =>
      putRole(draft, withoutInline('role', ownRole(draft, input.RoleName), name)),
    );
    return {};
  },
};

// AttachRolePolicy: of a managed policy of the account, or of AWS's own.

import type {
  AttachRolePolicyCommandInput,
  AttachRolePolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { ownRole } from '../check.ts';
import { changeRights, putRole, type IamOperation } from '../deps.ts';
import { ofPolicy, withAttached } from '../entity/attached.ts';
import { checkedArn } from '../policy/policy.ts';
import { onRole } from '../show.ts';

export const attachRolePolicy: IamOperation<
  AttachRolePolicyCommandInput,
  AttachRolePolicyCommandOutput
> = {
  authorizes: (input, context) =>
    onRole('AttachRolePolicy', input.RoleName, context, ofPolicy(input.PolicyArn)),

  async handle(deps, input, context) {
    const arn = checkedArn(input.PolicyArn);
    await changeRights(deps, context, (draft) => {
      const role = ownRole(draft, input.RoleName);
      putRole(draft, withAttached('role', role, arn, { iam: draft, context }));
    });
    return {};
  },
};

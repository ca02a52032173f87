// DetachRolePolicy.

import type {
  DetachRolePolicyCommandInput,
  DetachRolePolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { ownRole } from '../check.ts';
import { changeRights, putRole, type IamOperation } from '../deps.ts';
import { ofPolicy, withoutAttached } from '../entity/attached.ts';
import { checkedArn } from '../policy/policy.ts';
import { onRole } from '../show.ts';

export const detachRolePolicy: IamOperation<
  DetachRolePolicyCommandInput,
  DetachRolePolicyCommandOutput
> = {
  authorizes: (input, context) =>
    onRole('DetachRolePolicy', input.RoleName, context, ofPolicy(input.PolicyArn)),

  async handle(deps, input, context) {
    const arn = checkedArn(input.PolicyArn);
    await changeRights(deps, context, (draft) =>
      putRole(draft, withoutAttached(ownRole(draft, input.RoleName), arn)),
    );
    return {};
  },
};

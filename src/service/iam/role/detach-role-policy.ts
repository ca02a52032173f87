// DetachRolePolicy.

import type {
  DetachRolePolicyCommandInput,
  DetachRolePolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { given, ownRole } from '../check.ts';
import { changeRights, putRole, type IamOperation } from '../deps.ts';
import { notAttached } from '../error.ts';
import { onRole } from '../show.ts';

export const detachRolePolicy: IamOperation<
  DetachRolePolicyCommandInput,
  DetachRolePolicyCommandOutput
> = {
  authorizes: (input, context) =>
    onRole('DetachRolePolicy', input.RoleName, context, {
      conditions: () => ({ 'iam:PolicyARN': input.PolicyArn ?? '' }),
    }),

  async handle(deps, input, context) {
    const arn = given(input.PolicyArn, 'policyArn');
    await changeRights(deps, context, (draft) => {
      const role = ownRole(draft, input.RoleName);
      if (!role.attached.includes(arn)) throw notAttached(arn);
      putRole(draft, { ...role, attached: role.attached.filter((one) => one !== arn) });
    });
    return {};
  },
};

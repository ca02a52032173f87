// DeleteUserPolicy: an inline policy.

import type {
  DeleteUserPolicyCommandInput,
  DeleteUserPolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { policyName } from '../check.ts';
import { change, type IamOperation } from '../deps.ts';
import { withoutInline } from '../entity/inline.ts';
import { foundUser, onUser, putUser } from './user.ts';

export const deleteUserPolicy: IamOperation<
  DeleteUserPolicyCommandInput,
  DeleteUserPolicyCommandOutput
> = {
  authorizes: (input, context) => onUser('DeleteUserPolicy', input.UserName, context),

  async handle(deps, input, context) {
    const name = policyName(input.PolicyName);
    await change(deps, context, (draft) =>
      putUser(draft, withoutInline('user', foundUser(draft, input.UserName), name)),
    );
    return {};
  },
};

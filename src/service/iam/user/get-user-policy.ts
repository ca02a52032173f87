// GetUserPolicy: an inline policy.

import type { GetUserPolicyCommandInput, GetUserPolicyCommandOutput } from '@aws-sdk/client-iam';
import { policyName } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { shownInline } from '../entity/inline.ts';
import { foundUser, onUser } from './user.ts';

export const getUserPolicy: IamOperation<GetUserPolicyCommandInput, GetUserPolicyCommandOutput> = {
  authorizes: (input, context) => onUser('GetUserPolicy', input.UserName, context),

  async handle(deps, input, context) {
    const name = policyName(input.PolicyName);
    const user = foundUser(await view(deps, context), input.UserName);
    return {
      UserName: user.name,
      PolicyName: name,
      PolicyDocument: shownInline('user', user, name),
    };
  },
};

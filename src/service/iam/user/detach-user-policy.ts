// DetachUserPolicy.

import type {
  DetachUserPolicyCommandInput,
  DetachUserPolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { change, type IamOperation } from '../deps.ts';
import { ofPolicy, withoutAttached } from '../entity/attached.ts';
import { checkedArn } from '../policy/policy.ts';
import { foundUser, onUser, putUser } from './user.ts';

export const detachUserPolicy: IamOperation<
  DetachUserPolicyCommandInput,
  DetachUserPolicyCommandOutput
> = {
  authorizes: (input, context) =>
    onUser('DetachUserPolicy', input.UserName, context, ofPolicy(input.PolicyArn)),

  async handle(deps, input, context) {
    const arn = checkedArn(input.PolicyArn);
    await change(deps, context, (draft) =>
      putUser(draft, withoutAttached(foundUser(draft, input.UserName), arn)),
    );
    return {};
  },
};

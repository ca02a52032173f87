// AttachUserPolicy: of a managed policy of the account, or of AWS's own.

import type {
  AttachUserPolicyCommandInput,
  AttachUserPolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { change, type IamOperation } from '../deps.ts';
import { ofPolicy, withAttached } from '../entity/attached.ts';
import { checkedArn } from '../policy/policy.ts';
import { foundUser, onUser, putUser } from './user.ts';

export const attachUserPolicy: IamOperation<
  AttachUserPolicyCommandInput,
  AttachUserPolicyCommandOutput
> = {
  authorizes: (input, context) =>
    onUser('AttachUserPolicy', input.UserName, context, ofPolicy(input.PolicyArn)),

  async handle(deps, input, context) {
    const arn = checkedArn(input.PolicyArn);
    await change(deps, context, (draft) => {
      const user = foundUser(draft, input.UserName);
      putUser(draft, withAttached('user', user, arn, { iam: draft, context }));
    });
    return {};
  },
};

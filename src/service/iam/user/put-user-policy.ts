// PutUserPolicy: sets an inline policy of a user.

import type { PutUserPolicyCommandInput, PutUserPolicyCommandOutput } from '@aws-sdk/client-iam';
import { policyDocument, policyName } from '../check.ts';
import { change, type IamOperation } from '../deps.ts';
import { withInline } from '../entity/inline.ts';
import { foundUser, onUser, putUser } from './user.ts';

export const putUserPolicy: IamOperation<PutUserPolicyCommandInput, PutUserPolicyCommandOutput> = {
  authorizes: (input, context) => onUser('PutUserPolicy', input.UserName, context),

  async handle(deps, input, context) {
    const name = policyName(input.PolicyName);
    const document = policyDocument(input.PolicyDocument, 'policyDocument');
    await change(deps, context, (draft) =>
      putUser(draft, withInline('user', foundUser(draft, input.UserName), name, document)),
    );
    return {};
  },
};

// GetPolicy: one of the account's own, or of AWS's.

import type { GetPolicyCommandInput, GetPolicyCommandOutput } from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { foundPolicy, onPolicy, wholePolicy } from './policy.ts';

export const getPolicy: IamOperation<GetPolicyCommandInput, GetPolicyCommandOutput> = {
  authorizes: (input) => onPolicy('GetPolicy', input.PolicyArn),

  async handle(deps, input, context) {
    const iam = await view(deps, context);
    const { policy, arn } = foundPolicy(iam, input.PolicyArn, context);
    return { Policy: wholePolicy(iam, policy, arn) };
  },
};

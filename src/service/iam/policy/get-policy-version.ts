// GetPolicyVersion: with the document.

import type {
  GetPolicyVersionCommandInput,
  GetPolicyVersionCommandOutput,
} from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { foundPolicy, foundVersion, onPolicy, wholeVersion } from './policy.ts';

export const getPolicyVersion: IamOperation<
  GetPolicyVersionCommandInput,
  GetPolicyVersionCommandOutput
> = {
  authorizes: (input) => onPolicy('GetPolicyVersion', input.PolicyArn),

  async handle(deps, input, context) {
    const { policy, arn } = foundPolicy(await view(deps, context), input.PolicyArn, context);
    return { PolicyVersion: wholeVersion(policy, foundVersion(policy, input.VersionId, arn)) };
  },
};

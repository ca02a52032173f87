// ListPolicyVersions: the newest first.

import type {
  ListPolicyVersionsCommandInput,
  ListPolicyVersionsCommandOutput,
} from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { foundPolicy, listedVersion, onPolicy } from './policy.ts';

export const listPolicyVersions: IamOperation<
  ListPolicyVersionsCommandInput,
  ListPolicyVersionsCommandOutput
> = {
  authorizes: (input) => onPolicy('ListPolicyVersions', input.PolicyArn),

  // There are five at most: they always fit on a page.
  async handle(deps, input, context) {
    const { policy } = foundPolicy(await view(deps, context), input.PolicyArn, context);
    return {
      Versions: policy.versions.toReversed().map((version) => listedVersion(policy, version)),
      IsTruncated: false,
    };
  },
};

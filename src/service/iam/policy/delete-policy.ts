// DeletePolicy: of one that nothing holds any more, as AWS demands.

import type { DeletePolicyCommandInput, DeletePolicyCommandOutput } from '@aws-sdk/client-iam';
import { change, type IamOperation } from '../deps.ts';
import { policyHasVersions, policyInUse } from '../error.ts';
import { changeablePolicy, onPolicy, rolesWith } from './policy.ts';

export const deletePolicy: IamOperation<DeletePolicyCommandInput, DeletePolicyCommandOutput> = {
  authorizes: (input) => onPolicy('DeletePolicy', input.PolicyArn),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const { policy, arn } = changeablePolicy(draft, input.PolicyArn, context);
      if (rolesWith(draft, arn).length > 0) throw policyInUse();
      if (policy.versions.length > 1) throw policyHasVersions();
      draft.remove('policy', policy.name);
    });
    return {};
  },
};

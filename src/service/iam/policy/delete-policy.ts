// DeletePolicy: of one that nothing holds any more, as AWS demands.

import type { DeletePolicyCommandInput, DeletePolicyCommandOutput } from '@aws-sdk/client-iam';
import { change, type IamOperation } from '../deps.ts';
import { policyHasVersions, policyInUse } from '../error.ts';
import { changeablePolicy, onPolicy } from './policy.ts';
import { policyUses } from './policy-uses.ts';

export const deletePolicy: IamOperation<DeletePolicyCommandInput, DeletePolicyCommandOutput> = {
  authorizes: (input) => onPolicy('DeletePolicy', input.PolicyArn),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const { policy, arn } = changeablePolicy(draft, input.PolicyArn, context);
      const uses = policyUses(draft);
      if (uses.attached(arn) > 0 || uses.bounding(arn) > 0) throw policyInUse();
      if (policy.versions.length > 1) throw policyHasVersions();
      draft.remove('policy', policy.name);
    });
    return {};
  },
};

// UntagPolicy. Keys that are not there are left out, as AWS does.

import type { UntagPolicyCommandInput, UntagPolicyCommandOutput } from '@aws-sdk/client-iam';
import { requestTagKeys } from '../../access.ts';
import { withoutTags } from '../check.ts';
import { change, type IamOperation } from '../deps.ts';
import { changeablePolicy, onPolicy, putPolicy } from './policy.ts';

export const untagPolicy: IamOperation<UntagPolicyCommandInput, UntagPolicyCommandOutput> = {
  authorizes: (input) =>
    onPolicy('UntagPolicy', input.PolicyArn, {
      conditions: () => requestTagKeys(input.TagKeys),
    }),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const { policy } = changeablePolicy(draft, input.PolicyArn, context);
      putPolicy(draft, { ...policy, tags: withoutTags(policy.tags, input.TagKeys) });
    });
    return {};
  },
};

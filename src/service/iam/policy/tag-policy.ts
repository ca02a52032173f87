// TagPolicy.

import type { TagPolicyCommandInput, TagPolicyCommandOutput } from '@aws-sdk/client-iam';
import { requestTags, tagsOfList } from '../../access.ts';
import { tags } from '../check.ts';
import { change, type IamOperation } from '../deps.ts';
import { changeablePolicy, onPolicy, putPolicy } from './policy.ts';

export const tagPolicy: IamOperation<TagPolicyCommandInput, TagPolicyCommandOutput> = {
  authorizes: (input) =>
    onPolicy('TagPolicy', input.PolicyArn, {
      conditions: () => requestTags(tagsOfList(input.Tags)),
    }),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const { policy } = changeablePolicy(draft, input.PolicyArn, context);
      putPolicy(draft, { ...policy, tags: tags(input.Tags, policy.tags) });
    });
    return {};
  },
};

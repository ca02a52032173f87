// ListPolicyTags.

import type { ListPolicyTagsCommandInput, ListPolicyTagsCommandOutput } from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { tagPage } from '../page.ts';
import { foundPolicy, onPolicy } from './policy.ts';

export const listPolicyTags: IamOperation<ListPolicyTagsCommandInput, ListPolicyTagsCommandOutput> =
  {
    authorizes: (input) => onPolicy('ListPolicyTags', input.PolicyArn),
    handle: async (deps, input, context) =>
      tagPage(foundPolicy(await view(deps, context), input.PolicyArn, context).policy.tags, input),
  };

// GetGroupPolicy: an inline policy.

import type { GetGroupPolicyCommandInput, GetGroupPolicyCommandOutput } from '@aws-sdk/client-iam';
import { policyName } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { shownInline } from '../entity/inline.ts';
import { foundGroup, onGroup } from './group.ts';

export const getGroupPolicy: IamOperation<GetGroupPolicyCommandInput, GetGroupPolicyCommandOutput> =
  {
    authorizes: (input, context) => onGroup('GetGroupPolicy', input.GroupName, context),

    async handle(deps, input, context) {
      const name = policyName(input.PolicyName);
      const group = foundGroup(await view(deps, context), input.GroupName);
      return {
        GroupName: group.name,
        PolicyName: name,
        PolicyDocument: shownInline('group', group, name),
      };
    },
  };

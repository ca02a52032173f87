// DeleteGroupPolicy: an inline policy.

import type {
  DeleteGroupPolicyCommandInput,
  DeleteGroupPolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { policyName } from '../check.ts';
import { change, type IamOperation } from '../deps.ts';
import { withoutInline } from '../entity/inline.ts';
import { foundGroup, onGroup, putGroup } from './group.ts';

export const deleteGroupPolicy: IamOperation<
  DeleteGroupPolicyCommandInput,
  DeleteGroupPolicyCommandOutput
> = {
  authorizes: (input, context) => onGroup('DeleteGroupPolicy', input.GroupName, context),

  async handle(deps, input, context) {
    const name = policyName(input.PolicyName);
    await change(deps, context, (draft) =>
      putGroup(draft, withoutInline('group', foundGroup(draft, input.GroupName), name)),
    );
    return {};
  },
};

// DetachGroupPolicy.

import type {
  DetachGroupPolicyCommandInput,
  DetachGroupPolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { change, type IamOperation } from '../deps.ts';
import { ofPolicy, withoutAttached } from '../entity/attached.ts';
import { checkedArn } from '../policy/policy.ts';
import { foundGroup, onGroup, putGroup } from './group.ts';

export const detachGroupPolicy: IamOperation<
  DetachGroupPolicyCommandInput,
  DetachGroupPolicyCommandOutput
> = {
  authorizes: (input, context) =>
    onGroup('DetachGroupPolicy', input.GroupName, context, ofPolicy(input.PolicyArn)),

  async handle(deps, input, context) {
    const arn = checkedArn(input.PolicyArn);
    await change(deps, context, (draft) =>
      putGroup(draft, withoutAttached(foundGroup(draft, input.GroupName), arn)),
    );
    return {};
  },
};

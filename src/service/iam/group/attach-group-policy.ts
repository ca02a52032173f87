// AttachGroupPolicy: of a managed policy of the account, or of AWS's own.

import type {
  AttachGroupPolicyCommandInput,
  AttachGroupPolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { change, type IamOperation } from '../deps.ts';
import { ofPolicy, withAttached } from '../entity/attached.ts';
import { checkedArn } from '../policy/policy.ts';
import { foundGroup, onGroup, putGroup } from './group.ts';

export const attachGroupPolicy: IamOperation<
  AttachGroupPolicyCommandInput,
  AttachGroupPolicyCommandOutput
> = {
  authorizes: (input, context) =>
    onGroup('AttachGroupPolicy', input.GroupName, context, ofPolicy(input.PolicyArn)),

  async handle(deps, input, context) {
    const arn = checkedArn(input.PolicyArn);
    await change(deps, context, (draft) => {
      const group = foundGroup(draft, input.GroupName);
      putGroup(draft, withAttached('group', group, arn, { iam: draft, context }));
    });
    return {};
  },
};

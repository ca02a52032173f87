// PutGroupPolicy: sets an inline policy of a group.

import type { PutGroupPolicyCommandInput, PutGroupPolicyCommandOutput } from '@aws-sdk/client-iam';
import { policyDocument, policyName } from '../check.ts';
import { change, type IamOperation } from '../deps.ts';
import { withInline } from '../entity/inline.ts';
import { foundGroup, onGroup, putGroup } from './group.ts';

export const putGroupPolicy: IamOperation<PutGroupPolicyCommandInput, PutGroupPolicyCommandOutput> =
  {
    authorizes: (input, context) => onGroup('PutGroupPolicy', input.GroupName, context),

    async handle(deps, input, context) {
      const name = policyName(input.PolicyName);
      const document = policyDocument(input.PolicyDocument, 'policyDocument');
      await change(deps, context, (draft) =>
        putGroup(draft, withInline('group', foundGroup(draft, input.GroupName), name, document)),
      );
      return {};
    },
  };

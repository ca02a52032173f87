// GetContextKeysForPrincipalPolicy: the condition keys that the policies of a user, group or role
// ask for.

import type {
  GetContextKeysForPrincipalPolicyCommandInput,
  GetContextKeysForPrincipalPolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { contextKeys, policiesIn } from './simulate.ts';
import { onSource, sourceOf } from './source.ts';

export const getContextKeysForPrincipalPolicy: IamOperation<
  GetContextKeysForPrincipalPolicyCommandInput,
  GetContextKeysForPrincipalPolicyCommandOutput
> = {
  authorizes: (input) => onSource('GetContextKeysForPrincipalPolicy', input.PolicySourceArn),

  async handle(deps, input, context) {
    const { identity } = sourceOf(await view(deps, context), input.PolicySourceArn, context);
    const policies = [...identity, ...policiesIn(input.PolicyInputList, 'PolicyInputList')];
    return { ContextKeyNames: contextKeys(policies) };
  },
};

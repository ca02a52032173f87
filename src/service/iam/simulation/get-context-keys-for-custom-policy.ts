// GetContextKeysForCustomPolicy: the condition keys that policies ask for, so that a simulation can
// say what they are.

import type {
  GetContextKeysForCustomPolicyCommandInput,
  GetContextKeysForCustomPolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { onAll } from '../../access.ts';
import type { IamOperation } from '../deps.ts';
import { contextKeys, policiesIn } from './simulate.ts';

export const getContextKeysForCustomPolicy: IamOperation<
  GetContextKeysForCustomPolicyCommandInput,
  GetContextKeysForCustomPolicyCommandOutput
> = {
  authorizes: () => onAll('iam:GetContextKeysForCustomPolicy'),

  handle: (_deps, input) => ({
    ContextKeyNames: contextKeys(policiesIn(input.PolicyInputList, 'PolicyInputList')),
  }),
};

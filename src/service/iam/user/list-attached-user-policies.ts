// ListAttachedUserPolicies: managed policies, by ARN.

import type {
  ListAttachedUserPoliciesCommandInput,
  ListAttachedUserPoliciesCommandOutput,
} from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { attachedPage } from '../entity/attached.ts';
import { foundUser, onUser } from './user.ts';

export const listAttachedUserPolicies: IamOperation<
  ListAttachedUserPoliciesCommandInput,
  ListAttachedUserPoliciesCommandOutput
> = {
  authorizes: (input, context) => onUser('ListAttachedUserPolicies', input.UserName, context),
  handle: async (deps, input, context) =>
    attachedPage(foundUser(await view(deps, context), input.UserName), input),
};

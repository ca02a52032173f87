// ListUserPolicies: the names of inline policies.

import type {
  ListUserPoliciesCommandInput,
  ListUserPoliciesCommandOutput,
} from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { inlinePage } from '../entity/inline.ts';
import { foundUser, onUser } from './user.ts';

export const listUserPolicies: IamOperation<
  ListUserPoliciesCommandInput,
  ListUserPoliciesCommandOutput
> = {
  authorizes: (input, context) => onUser('ListUserPolicies', input.UserName, context),
  handle: async (deps, input, context) =>
    inlinePage(foundUser(await view(deps, context), input.UserName), input),
};

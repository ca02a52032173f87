// ListAttachedRolePolicies: managed policies, by ARN.

import type {
  ListAttachedRolePoliciesCommandInput,
  ListAttachedRolePoliciesCommandOutput,
} from '@aws-sdk/client-iam';
import { foundRole } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { attachedPage } from '../entity/attached.ts';
import { onRole } from '../show.ts';

export const listAttachedRolePolicies: IamOperation<
  ListAttachedRolePoliciesCommandInput,
  ListAttachedRolePoliciesCommandOutput
> = {
  authorizes: (input, context) => onRole('ListAttachedRolePolicies', input.RoleName, context),
  handle: async (deps, input, context) =>
    attachedPage(foundRole(await view(deps, context), input.RoleName), input),
};

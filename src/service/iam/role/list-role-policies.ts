// ListRolePolicies: the names of inline policies.

import type {
  ListRolePoliciesCommandInput,
  ListRolePoliciesCommandOutput,
} from '@aws-sdk/client-iam';
import { foundRole } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { inlinePage } from '../entity/inline.ts';
import { onRole } from '../show.ts';

export const listRolePolicies: IamOperation<
  ListRolePoliciesCommandInput,
  ListRolePoliciesCommandOutput
> = {
  authorizes: (input, context) => onRole('ListRolePolicies', input.RoleName, context),
  handle: async (deps, input, context) =>
    inlinePage(foundRole(await view(deps, context), input.RoleName), input),
};

// ListRolePolicies: the names of inline policies.

import type {
  ListRolePoliciesCommandInput,
  ListRolePoliciesCommandOutput,
} from '@aws-sdk/client-iam';
import { foundRole } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { page } from '../page.ts';
import { onRole } from '../show.ts';

export const listRolePolicies: IamOperation<
  ListRolePoliciesCommandInput,
  ListRolePoliciesCommandOutput
> = {
  authorizes: (input, context) => onRole('ListRolePolicies', input.RoleName, context),

  async handle(deps, input, context) {
    const { inline } = foundRole(await view(deps, context), input.RoleName);
    const { items, ...more } = page(Object.keys(inline).toSorted(), (name) => name, input);
    return { PolicyNames: [...items], ...more };
  },
};

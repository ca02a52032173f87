// UpdateRoleDescription: what UpdateRole does to the description, and the older way to it. Of a
// service-linked role too.

import type {
  UpdateRoleDescriptionCommandInput,
  UpdateRoleDescriptionCommandOutput,
} from '@aws-sdk/client-iam';
import { foundRole, given, lengthIn } from '../check.ts';
import { change, putRole, type IamOperation } from '../deps.ts';
import { onRole, wholeRole } from '../show.ts';

export const updateRoleDescription: IamOperation<
  UpdateRoleDescriptionCommandInput,
  UpdateRoleDescriptionCommandOutput
> = {
  authorizes: (input, context) => onRole('UpdateRoleDescription', input.RoleName, context),

  async handle(deps, input, context) {
    const description = given(lengthIn(input.Description, 0, 1000, 'description'), 'description');
    return change(deps, context, (draft) => {
      const role = { ...foundRole(draft, input.RoleName), description };
      putRole(draft, role);
      return { Role: wholeRole(role, context) };
    });
  },
};

// PutRolePolicy: sets an inline policy of a role.

import type { PutRolePolicyCommandInput, PutRolePolicyCommandOutput } from '@aws-sdk/client-iam';
import { ownRole, policyDocument, policyName } from '../check.ts';
import { changeRights, putRole, type IamOperation } from '../deps.ts';
import { withInline } from '../entity/inline.ts';
import { onRole } from '../show.ts';

export const putRolePolicy: IamOperation<PutRolePolicyCommandInput, PutRolePolicyCommandOutput> = {
  authorizes: (input, context) => onRole('PutRolePolicy', input.RoleName, context),

  async handle(deps, input, context) {
    const name = policyName(input.PolicyName);
    const document = policyDocument(input.PolicyDocument, 'policyDocument');
    await changeRights(deps, context, (draft) =>
      putRole(draft, withInline('role', ownRole(draft, input.RoleName), name, document)),
    );
    return {};
  },
};

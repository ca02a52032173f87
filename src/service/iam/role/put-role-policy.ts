// PutRolePolicy: sets an inline policy of a role.

import type { PutRolePolicyCommandInput, PutRolePolicyCommandOutput } from '@aws-sdk/client-iam';
import { ownRole, policyDocument, policyName } from '../check.ts';
import { changeRights, putRole, type IamOperation } from '../deps.ts';
import { limitExceeded } from '../error.ts';
import { onRole } from '../show.ts';
import { limit } from '../../../core/limit.ts';

export const putRolePolicy: IamOperation<PutRolePolicyCommandInput, PutRolePolicyCommandOutput> = {
  authorizes: (input, context) => onRole('PutRolePolicy', input.RoleName, context),

  async handle(deps, input, context) {
    const name = policyName(input.PolicyName);
    const document = policyDocument(input.PolicyDocument, 'policyDocument');
    await changeRights(deps, context, (draft) => {
      const role = ownRole(draft, input.RoleName);
      const inline = Object.fromEntries([
        ...Object.entries(role.inline).filter(([one]) => one !== name),
        [name, document],
      ]);
      // Blanks do not count against the quota.
      const characters = Object.values(inline).reduce(
        (sum, one) => sum + one.replaceAll(/\s/g, '').length,
        0,
      );
      if (characters > limit.iam.inlinePolicyCharacters)
        throw limitExceeded('InlinePolicySizePerRole', limit.iam.inlinePolicyCharacters);
      putRole(draft, { ...role, inline });
    });
    return {};
  },
};

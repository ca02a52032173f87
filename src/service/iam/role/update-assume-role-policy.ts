// UpdateAssumeRolePolicy: who may assume the role.

import type {
  UpdateAssumeRolePolicyCommandInput,
  UpdateAssumeRolePolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { ownRole, trustPolicy } from '../check.ts';
import { change, putRole, type IamOperation } from '../deps.ts';
import { onRole } from '../show.ts';

export const updateAssumeRolePolicy: IamOperation<
  UpdateAssumeRolePolicyCommandInput,
  UpdateAssumeRolePolicyCommandOutput
> = {
  authorizes: (input, context) => onRole('UpdateAssumeRolePolicy', input.RoleName, context),

  async handle(deps, input, context) {
    const document = trustPolicy(input.PolicyDocument, 'policyDocument');
    await change(deps, context, (draft) =>
      putRole(draft, { ...ownRole(draft, input.RoleName), trustPolicy: document }),
    );
    return {};
  },
};

// AttachRolePolicy. Managed policies are AWS's own, by their ARN: whether AWS has one of that name is not known here, and what it
// permits is not judged. Policies of customers are not built, so that none can be attached.

import type { AttachRolePolicyCommandInput, AttachRolePolicyCommandOutput } from '@aws-sdk/client-iam';
import { given, lengthIn, mostAttachedPolicies, ownRole } from './check.ts';
import { change, putRole, type IamOperation } from './deps.ts';
import { limitExceeded, noPolicy } from './error.ts';
import { onRole } from './show.ts';

const managedPolicy = /^arn:aws[\w-]*:iam::aws:policy\/[\w+=,.@/-]+$/;

export const attachRolePolicy: IamOperation<AttachRolePolicyCommandInput, AttachRolePolicyCommandOutput> = {
  authorizes: (input, context) => onRole('AttachRolePolicy', input.RoleName, context).map((access) => ({ ...access, conditions: { 'iam:PolicyARN': input.PolicyArn ?? '' } })),

  async handle(deps, input, context) {
    const arn = given(lengthIn(input.PolicyArn, 20, 2048, 'policyArn'), 'policyArn');
    await change(deps, context, (draft) => {
      const role = ownRole(draft, input.RoleName);
      if (!managedPolicy.test(arn)) throw noPolicy(arn);
      if (role.attached.includes(arn)) return;
      if (role.attached.length >= mostAttachedPolicies) throw limitExceeded('PoliciesPerRole', mostAttachedPolicies);
      putRole(draft, { ...role, attached: [...role.attached, arn] });
    });
    return {};
  },
};

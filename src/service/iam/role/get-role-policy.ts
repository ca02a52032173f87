// GetRolePolicy: an inline policy.

import type { GetRolePolicyCommandInput, GetRolePolicyCommandOutput } from '@aws-sdk/client-iam';
import { foundRole, policyName } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { noInlinePolicy } from '../error.ts';
import { encodedDocument, onRole } from '../show.ts';

export const getRolePolicy: IamOperation<GetRolePolicyCommandInput, GetRolePolicyCommandOutput> = {
  authorizes: (input, context) => onRole('GetRolePolicy', input.RoleName, context),

  async handle(deps, input, context) {
    const name = policyName(input.PolicyName);
    const role = foundRole(await view(deps, context), input.RoleName);
    const document = Object.hasOwn(role.inline, name) ? role.inline[name] : undefined;
    if (document === undefined) throw noInlinePolicy(name);
    return { RoleName: role.name, PolicyName: name, PolicyDocument: encodedDocument(document) };
  },
};

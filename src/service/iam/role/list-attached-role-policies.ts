// ListAttachedRolePolicies: managed policies, by ARN.

import type {
  ListAttachedRolePoliciesCommandInput,
  ListAttachedRolePoliciesCommandOutput,
} from '@aws-sdk/client-iam';
import { foundRole, path } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { page } from '../page.ts';
import { onRole } from '../show.ts';

export const listAttachedRolePolicies: IamOperation<
  ListAttachedRolePoliciesCommandInput,
  ListAttachedRolePoliciesCommandOutput
> = {
  authorizes: (input, context) => onRole('ListAttachedRolePolicies', input.RoleName, context),

  async handle(deps, input, context) {
    const below = path(input.PathPrefix, 'pathPrefix');
    const { attached } = foundRole(await view(deps, context), input.RoleName);
    const arns = attached.filter((arn) => arn.slice(arn.indexOf('/')).startsWith(below)).toSorted();
    const { items, ...more } = page(arns, (arn) => arn, input);
    return {
      AttachedPolicies: items.map((arn) => ({
        PolicyArn: arn,
        PolicyName: arn.slice(arn.lastIndexOf('/') + 1),
      })),
      ...more,
    };
  },
};

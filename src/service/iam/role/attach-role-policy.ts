// AttachRolePolicy: of a managed policy of the account, or any of AWS's own by its ARN: whether AWS
// has one of that name is not known here.

import type {
  AttachRolePolicyCommandInput,
  AttachRolePolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { partitionOf } from '../../../base/partition.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import { ownRole } from '../check.ts';
import { changeRights, putRole, type IamOperation } from '../deps.ts';
import { limitExceeded, noPolicy } from '../error.ts';
import { checkedArn, ownPolicy } from '../policy/policy.ts';
import { onRole } from '../show.ts';
import { limit } from '../../../core/limit.ts';

/** One of AWS's own, in the caller's partition. */
const isAws = (arn: string, { region }: RequestContext): boolean =>
  arn.startsWith(`arn:${partitionOf(region)}:iam::aws:policy/`) &&
  /:policy\/[\w+=,.@/-]+$/.test(arn);

export const attachRolePolicy: IamOperation<
  AttachRolePolicyCommandInput,
  AttachRolePolicyCommandOutput
> = {
  authorizes: (input, context) =>
    onRole('AttachRolePolicy', input.RoleName, context, {
      conditions: () => ({ 'iam:PolicyARN': input.PolicyArn ?? '' }),
    }),

  async handle(deps, input, context) {
    const arn = checkedArn(input.PolicyArn);
    await changeRights(deps, context, (draft) => {
      const role = ownRole(draft, input.RoleName);
      if (!isAws(arn, context) && ownPolicy(draft, arn, context) === undefined) throw noPolicy(arn);
      if (role.attached.includes(arn)) return;
      if (role.attached.length >= limit.iam.attachedPolicies)
        throw limitExceeded('PoliciesPerRole', limit.iam.attachedPolicies);
      putRole(draft, { ...role, attached: [...role.attached, arn] });
    });
    return {};
  },
};

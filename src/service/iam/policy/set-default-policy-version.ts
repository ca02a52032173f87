// SetDefaultPolicyVersion: which of a policy's documents holds.

import type {
  SetDefaultPolicyVersionCommandInput,
  SetDefaultPolicyVersionCommandOutput,
} from '@aws-sdk/client-iam';
import { changeRights, type IamOperation } from '../deps.ts';
import { changeablePolicy, foundVersion, onPolicy, putPolicy } from './policy.ts';

export const setDefaultPolicyVersion: IamOperation<
  SetDefaultPolicyVersionCommandInput,
  SetDefaultPolicyVersionCommandOutput
> = {
  authorizes: (input) => onPolicy('SetDefaultPolicyVersion', input.PolicyArn),

  async handle(deps, input, context) {
    const updatedAtMs = deps.clock.now();
    await changeRights(deps, context, (draft) => {
      const { policy, arn } = changeablePolicy(draft, input.PolicyArn, context);
      putPolicy(draft, {
        ...policy,
        defaultVersion: foundVersion(policy, input.VersionId, arn).id,
        updatedAtMs,
      });
    });
    return {};
  },
};

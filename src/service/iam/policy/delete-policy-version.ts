// DeletePolicyVersion: of any but the default one.

import type {
  DeletePolicyVersionCommandInput,
  DeletePolicyVersionCommandOutput,
} from '@aws-sdk/client-iam';
import { change, type IamOperation } from '../deps.ts';
import { defaultVersionStays } from '../error.ts';
import { changeablePolicy, foundVersion, onPolicy, putPolicy } from './policy.ts';

export const deletePolicyVersion: IamOperation<
  DeletePolicyVersionCommandInput,
  DeletePolicyVersionCommandOutput
> = {
  authorizes: (input) => onPolicy('DeletePolicyVersion', input.PolicyArn),

  async handle(deps, input, context) {
    const updatedAtMs = deps.clock.now();
    await change(deps, context, (draft) => {
      const { policy, arn } = changeablePolicy(draft, input.PolicyArn, context);
      const { id } = foundVersion(policy, input.VersionId, arn);
      if (id === policy.defaultVersion) throw defaultVersionStays();
      putPolicy(draft, {
        ...policy,
        versions: policy.versions.filter((version) => version.id !== id),
        updatedAtMs,
      });
    });
    return {};
  },
};

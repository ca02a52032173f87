// CreatePolicyVersion: a changed document, which holds at once where it is to be the default.

import type {
  CreatePolicyVersionCommandInput,
  CreatePolicyVersionCommandOutput,
} from '@aws-sdk/client-iam';
import { managedDocument } from '../check.ts';
import { changeRights, type IamOperation } from '../deps.ts';
import { tooManyVersions } from '../error.ts';
import { changeablePolicy, listedVersion, onPolicy, putPolicy } from './policy.ts';
import { limit } from '../../../core/limit.ts';

export const createPolicyVersion: IamOperation<
  CreatePolicyVersionCommandInput,
  CreatePolicyVersionCommandOutput
> = {
  authorizes: (input) => onPolicy('CreatePolicyVersion', input.PolicyArn),

  async handle(deps, input, context) {
    const document = managedDocument(input.PolicyDocument);
    const createdAtMs = deps.clock.now();
    return changeRights(deps, context, (draft) => {
      const { policy } = changeablePolicy(draft, input.PolicyArn, context);
      if (policy.versions.length >= limit.iam.policyVersions)
        throw tooManyVersions(limit.iam.policyVersions);
      const version = { id: `v${policy.versionsMade + 1}`, document, createdAtMs };
      const changed = {
        ...policy,
        versions: [...policy.versions, version],
        versionsMade: policy.versionsMade + 1,
        defaultVersion: input.SetAsDefault ? version.id : policy.defaultVersion,
        updatedAtMs: createdAtMs,
      };
      putPolicy(draft, changed);
      return { PolicyVersion: listedVersion(changed, version) };
    });
  },
};

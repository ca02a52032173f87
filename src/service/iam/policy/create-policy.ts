// CreatePolicy: a managed policy of the account's own, with its first version.

import type { CreatePolicyCommandInput, CreatePolicyCommandOutput } from '@aws-sdk/client-iam';
import { lengthIn, managedDocument, path, policyName, tags } from '../check.ts';
import { change, newId, type IamOperation } from '../deps.ts';
import { isSameName } from '../names.ts';
import type { Policy } from '../resources.ts';
import { limitExceeded, policyExists } from '../error.ts';
import { onPolicy, policyArn, putPolicy, wholePolicy } from './policy.ts';
import { creation } from '../show.ts';
import { limit } from '../../../core/limit.ts';

export const createPolicy: IamOperation<CreatePolicyCommandInput, CreatePolicyCommandOutput> = {
  authorizes(input, context) {
    const arn = policyArn(context, { path: input.Path ?? '/', name: input.PolicyName ?? '' });
    return creation('Policy', input.Tags, (action, more) => onPolicy(action, arn, more));
  },

  async handle(deps, input, context) {
    const createdAtMs = deps.clock.now();
    const policy: Policy = {
      name: policyName(input.PolicyName),
      id: newId(deps.ids, 'ANPA'),
      path: path(input.Path),
      description: lengthIn(input.Description, 0, 1000, 'description'),
      createdAtMs,
      updatedAtMs: createdAtMs,
      tags: tags(input.Tags),
      versions: [{ id: 'v1', document: managedDocument(input.PolicyDocument), createdAtMs }],
      defaultVersion: 'v1',
      versionsMade: 1,
    };
    return change(deps, context, (draft) => {
      const others = draft.all('policy');
      if (others.some(isSameName(policy.name))) throw policyExists(policy.name);
      if (others.length >= limit.iam.policies)
        throw limitExceeded('PoliciesPerAccount', limit.iam.policies);
      putPolicy(draft, policy);
      return { Policy: wholePolicy(draft, policy, policyArn(context, policy)) };
    });
  },
};

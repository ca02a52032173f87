// PutResourcePolicy: lets services write to the account's log groups. Of the two scopes that AWS
// has only the account's is built.

import type {
  PutResourcePolicyCommandInput,
  PutResourcePolicyCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { isRefusal } from '../../../base/refusal.ts';
import { limit } from '../../../core/limit.ts';
import { checkPolicy } from '../../../core/policy/check.ts';
import { onAll } from '../../access.ts';
import { given, lengthIn } from '../check.ts';
import type { LogsOperation } from '../deps.ts';
import { invalidParameter, tooManyPolicies } from '../error.ts';
import { shownPolicy } from './policy.ts';

export const putResourcePolicy: LogsOperation<
  PutResourcePolicyCommandInput,
  PutResourcePolicyCommandOutput
> = {
  authorizes: () => onAll('logs:PutResourcePolicy'),

  async handle({ space, clock }, input, context) {
    if (input.resourceArn !== undefined || input.expectedRevisionId !== undefined)
      throw invalidParameter(
        'Longshore has resource policies of the account alone: resourceArn and expectedRevisionId cannot be given.',
      );
    const name = given(input.policyName, 'policyName');
    lengthIn(name, 1, limit.logs.policyName, 'policyName');
    const document = given(input.policyDocument, 'policyDocument');
    lengthIn(document, 1, limit.logs.policyCharacters, 'policyDocument');
    const refusal = checkPolicy(document, 'resource');
    if (isRefusal(refusal)) throw invalidParameter(refusal.message);
    const policy = { name, document, changedAtMs: clock.now() };
    await space.change(context.scope, context, (draft) => {
      const isNew = draft.get('resource-policy', name) === undefined;
      if (isNew && draft.all('resource-policy').length >= limit.logs.policies)
        throw tooManyPolicies();
      draft.put('resource-policy', name, policy);
    });
    return { resourcePolicy: shownPolicy(policy) };
  },
};

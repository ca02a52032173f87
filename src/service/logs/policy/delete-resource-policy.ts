// DeleteResourcePolicy: what it allowed is allowed no more, from the next call on.

import type {
  DeleteResourcePolicyCommandInput,
  DeleteResourcePolicyCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { onAll } from '../../access.ts';
import { given } from '../check.ts';
import type { LogsOperation } from '../deps.ts';
import { invalidParameter, noPolicy } from '../error.ts';

export const deleteResourcePolicy: LogsOperation<
  DeleteResourcePolicyCommandInput,
  DeleteResourcePolicyCommandOutput
> = {
  authorizes: () => onAll('logs:DeleteResourcePolicy'),

  async handle({ space }, input, context) {
    if (input.resourceArn !== undefined || input.expectedRevisionId !== undefined)
      throw invalidParameter(
        'Longshore has resource policies of the account alone: resourceArn and expectedRevisionId cannot be given.',
      );
    const name = given(input.policyName, 'policyName');
    await space.change(context.scope, context, (draft) => {
      if (draft.get('resource-policy', name) === undefined) throw noPolicy(name);
      draft.remove('resource-policy', name);
    });
    return {};
  },
};

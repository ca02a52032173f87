// DeleteRetentionPolicy: the group's events are kept for ever.

import type {
  DeleteRetentionPolicyCommandInput,
  DeleteRetentionPolicyCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { onGroup } from './access.ts';
import { groupName } from './check.ts';
import { type LogsOperation } from './deps.ts';
import { groupNotFound } from './error.ts';

export const deleteRetentionPolicy: LogsOperation<
  DeleteRetentionPolicyCommandInput,
  DeleteRetentionPolicyCommandOutput
> = {
  authorizes: (input, context) => onGroup('logs:DeleteRetentionPolicy', input, context),

  async handle({ bus }, input, context) {
    const name = groupName(input.logGroupName);
    const outcome = await bus.write(
      {
        table: 'log-group',
        write: 'retention',
        scope: context.scope,
        name,
        retentionInDays: undefined,
      },
      context,
    );
    if (outcome === 'absent') throw groupNotFound();
    return {};
  },
};

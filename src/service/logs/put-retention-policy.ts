// PutRetentionPolicy. Expired events are left out of every answer at once; streams of which nothing
// is kept go some minutes later.

import type {
  PutRetentionPolicyCommandInput,
  PutRetentionPolicyCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { onGroup } from './access.ts';
import { given, groupName } from './check.ts';
import { type LogsOperation } from './deps.ts';
import { groupNotFound, invalidParameter } from './error.ts';
import { retentionDays } from './retention.ts';

export const putRetentionPolicy: LogsOperation<
  PutRetentionPolicyCommandInput,
  PutRetentionPolicyCommandOutput
> = {
  authorizes: (input, context) => onGroup('logs:PutRetentionPolicy', input, context),

  async handle({ bus }, input, context) {
    const name = groupName(input.logGroupName);
    const retentionInDays = given(input.retentionInDays, 'retentionInDays');
    if (!retentionDays.includes(retentionInDays))
      throw invalidParameter(
        `retentionInDays must be one of ${retentionDays.join(', ')}; it is ${retentionInDays}`,
      );
    const outcome = await bus.write(
      { table: 'log-group', write: 'retention', scope: context.scope, name, retentionInDays },
      context,
    );
    if (outcome === 'absent') throw groupNotFound();
    return {};
  },
};

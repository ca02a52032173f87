// CreateLogGroup. What a group cannot do here (encryption with a key, other classes, protection
// from deletion) is refused, never taken and forgotten.

import type {
  CreateLogGroupCommandInput,
  CreateLogGroupCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { requestTags } from '../access.ts';
import { onGroup, onPlainGroup } from './access.ts';
import { groupName } from './check.ts';
import { type LogsOperation } from './deps.ts';
import { groupExists, invalidParameter } from './error.ts';
import { checkedTags } from './tags.ts';
import { limit } from '../../core/limit.ts';

export const createLogGroup: LogsOperation<
  CreateLogGroupCommandInput,
  CreateLogGroupCommandOutput
> = {
  authorizes(input, context) {
    const conditions = () => requestTags(input.tags);
    return [
      ...onGroup('logs:CreateLogGroup', input, context, { conditions }),
      ...(Object.keys(input.tags ?? {}).length === 0
        ? []
        : onPlainGroup('logs:TagResource', input, context, { conditions })),
    ];
  },

  async handle({ bus, clock }, input, context) {
    const name = groupName(input.logGroupName);
    if (name.startsWith('aws/'))
      throw invalidParameter("Log groups starting with 'aws/' are reserved for AWS.");
    if (input.kmsKeyId !== undefined)
      throw invalidParameter('kmsKeyId is not supported: Longshore does not encrypt log groups');
    if ((input.logGroupClass ?? 'STANDARD') !== 'STANDARD')
      throw invalidParameter(
        `logGroupClass must be STANDARD: ${input.logGroupClass} is not supported`,
      );
    if (input.deletionProtectionEnabled === true)
      throw invalidParameter('deletionProtectionEnabled is not supported');
    const tags = checkedTags(input.tags);
    if (Object.keys(tags).length > limit.tags)
      throw invalidParameter(`A log group can have ${limit.tags} tags`);
    const outcome = await bus.write(
      {
        table: 'log-group',
        write: 'create',
        row: { scope: context.scope, name, createdAtMs: clock.now(), tags },
      },
      context,
    );
    if (outcome === 'exists') throw groupExists();
    return {};
  },
};

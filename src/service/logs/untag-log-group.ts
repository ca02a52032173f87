// UntagLogGroup: the older way to UntagResource.

import type {
  UntagLogGroupCommandInput,
  UntagLogGroupCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { requestTagKeys } from '../access.ts';
import { onGroup } from './access.ts';
import { groupName } from './check.ts';
import type { LogsOperation } from './deps.ts';
import { tooManyTags } from './error.ts';
import { changeTags } from './tags.ts';

export const untagLogGroup: LogsOperation<UntagLogGroupCommandInput, UntagLogGroupCommandOutput> = {
  authorizes: (input, context) =>
    onGroup('logs:UntagLogGroup', input, context, {
      conditions: () => requestTagKeys(input.tags),
    }),

  async handle(deps, input, context) {
    await changeTags(
      deps,
      groupName(input.logGroupName),
      { set: {}, remove: input.tags ?? [] },
      context,
      tooManyTags,
    );
    return {};
  },
};

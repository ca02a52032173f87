// TagLogGroup: the older way to TagResource.

import type {
  TagLogGroupCommandInput,
  TagLogGroupCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { requestTags } from '../access.ts';
import { onGroup } from './access.ts';
import { groupName } from './check.ts';
import type { LogsOperation } from './deps.ts';
import { invalidParameter } from './error.ts';
import { changeTags, checkedTags } from './tags.ts';
import { limit } from '../../core/limit.ts';

export const tagLogGroup: LogsOperation<TagLogGroupCommandInput, TagLogGroupCommandOutput> = {
  authorizes: (input, context) =>
    onGroup('logs:TagLogGroup', input, context, { conditions: () => requestTags(input.tags) }),

  async handle(deps, input, context) {
    await changeTags(
      deps,
      groupName(input.logGroupName),
      { set: checkedTags(input.tags), remove: [] },
      context,
      () => invalidParameter(`A log group can have ${limit.tags} tags`),
    );
    return {};
  },
};

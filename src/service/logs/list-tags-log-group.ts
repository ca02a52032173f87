// ListTagsLogGroup: the older way to ListTagsForResource.

import type {
  ListTagsLogGroupCommandInput,
  ListTagsLogGroupCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { onGroup } from './access.ts';
import { groupName } from './check.ts';
import type { LogsOperation } from './deps.ts';
import { tagsOfGroup } from './tags.ts';

export const listTagsLogGroup: LogsOperation<
  ListTagsLogGroupCommandInput,
  ListTagsLogGroupCommandOutput
> = {
  authorizes: (input, context) => onGroup('logs:ListTagsLogGroup', input, context),

  handle: (deps, input, context) => ({
    tags: tagsOfGroup(deps, groupName(input.logGroupName), context),
  }),
};

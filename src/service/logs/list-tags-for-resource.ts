// ListTagsForResource: of a log group, by its ARN.

import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { onPlainGroup } from './access.ts';
import type { LogsOperation } from './deps.ts';
import { taggedGroup, tagsOfGroup } from './tags.ts';

export const listTagsForResource: LogsOperation<
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput
> = {
  authorizes: (input, context) =>
    onPlainGroup('logs:ListTagsForResource', { logGroupIdentifier: input.resourceArn }, context),

  handle: (deps, input, context) => ({
    tags: tagsOfGroup(deps, taggedGroup(input.resourceArn, context), context),
  }),
};

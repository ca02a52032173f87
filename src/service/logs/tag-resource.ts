// TagResource: of a log group, by its ARN.

import type {
  TagResourceCommandInput,
  TagResourceCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { requestTags } from '../access.ts';
import { onPlainGroup } from './access.ts';
import type { LogsOperation } from './deps.ts';
import { tooManyTags } from './error.ts';
import { changeTags, checkedTags, taggedGroup } from './tags.ts';

export const tagResource: LogsOperation<TagResourceCommandInput, TagResourceCommandOutput> = {
  authorizes: (input, context) =>
    onPlainGroup('logs:TagResource', { logGroupIdentifier: input.resourceArn }, context, {
      conditions: () => requestTags(input.tags),
    }),

  async handle(deps, input, context) {
    await changeTags(
      deps,
      taggedGroup(input.resourceArn, context),
      { set: checkedTags(input.tags), remove: [] },
      context,
      tooManyTags,
    );
    return {};
  },
};

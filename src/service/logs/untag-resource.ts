// UntagResource: of a log group, by its ARN.

import type {
  UntagResourceCommandInput,
  UntagResourceCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { requestTagKeys } from '../access.ts';
import { onPlainGroup } from './access.ts';
import type { LogsOperation } from './deps.ts';
import { tooManyTags } from './error.ts';
import { changeTags, taggedGroup } from './tags.ts';

export const untagResource: LogsOperation<UntagResourceCommandInput, UntagResourceCommandOutput> = {
  authorizes: (input, context) =>
    onPlainGroup('logs:UntagResource', { logGroupIdentifier: input.resourceArn }, context, {
      conditions: () => requestTagKeys(input.tagKeys),
    }),

  async handle(deps, input, context) {
    await changeTags(
      deps,
      taggedGroup(input.resourceArn, context),
      { set: {}, remove: input.tagKeys ?? [] },
      context,
      tooManyTags,
    );
    return {};
  },
};

// UntagResource. A key that is not there is no error.

import type { UntagResourceCommandInput, UntagResourceCommandOutput } from '@aws-sdk/client-batch';
import { requestTagKeys } from '../../access.ts';
import { lengthIn } from '../../../wire/check.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkTagKey } from '../rule/tags.ts';
import { changeTags } from './tags-of-resource.ts';

export const untagResource: BatchOperation<
  UntagResourceCommandInput,
  Reply<UntagResourceCommandOutput>
> = {
  authorizes: (input) => [
    {
      action: 'batch:UntagResource',
      resources: [input.resourceArn ?? ''],
      conditions: () => requestTagKeys(input.tagKeys),
    },
  ],

  async handle(deps, input, context) {
    const { tagKeys = [] } = input;
    lengthIn(tagKeys, 1, deps.settings.limits.tagsPerResource, 'tagKeys');
    for (const key of tagKeys) checkTagKey(key);
    await changeTags(deps, input.resourceArn, { set: {}, remove: tagKeys }, context);
    return {};
  },
};

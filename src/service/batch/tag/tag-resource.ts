// TagResource: at least one tag. How many a resource may have in all is its command's affair.

import type { TagResourceCommandInput, TagResourceCommandOutput } from '@aws-sdk/client-batch';
import { invalid } from '../../../wire/error-catalogue.ts';
import { bearerOf } from '../../../core/own-tag/own-tags.ts';
import { requestTags } from '../../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkTags } from '../rule/tags.ts';
import { changeTags } from './tags-of-resource.ts';

export const tagResource: BatchOperation<
  TagResourceCommandInput,
  Reply<TagResourceCommandOutput>
> = {
  authorizes: (input) => [
    {
      action: 'batch:TagResource',
      resources: [input.resourceArn ?? ''],
      conditions: () => requestTags(input.tags),
    },
  ],

  async handle(deps, input, context) {
    const { tags = {} } = input;
    if (Object.keys(tags).length === 0) throw invalid('tags must hold at least one tag');
    checkTags(tags, deps.settings.limits, bearerOf(input.resourceArn ?? ''));
    await changeTags(deps, input.resourceArn, { set: tags, remove: [] }, context);
    return {};
  },
};

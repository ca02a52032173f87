// TagResource: of a topic.

import type { TagResourceCommandInput, TagResourceCommandOutput } from '@aws-sdk/client-sns';
import { requestTags, tagsOfList } from '../../access.ts';
import { onTopic } from '../access.ts';
import type { SnsOperation } from '../deps.ts';
import { changeTagged } from './tagged.ts';
import { tags } from './tag-set.ts';

export const tagResource: SnsOperation<TagResourceCommandInput, TagResourceCommandOutput> = {
  authorizes: (input) =>
    onTopic('TagResource', input.ResourceArn, () => requestTags(tagsOfList(input.Tags))),

  async handle(deps, input, context) {
    await changeTagged(deps, input.ResourceArn, context, (had) => tags(input.Tags, had));
    return {};
  },
};

// ListTagsForResource: of a topic.

import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
} from '@aws-sdk/client-sns';
import { tagList } from '../../tag-list.ts';
import { onTopic, resourceTags } from '../access.ts';
import type { SnsOperation } from '../deps.ts';
import { noResource } from '../error.ts';

export const listTagsForResource: SnsOperation<
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput
> = {
  authorizes: (input) => onTopic('ListTagsForResource', input.ResourceArn),

  async handle(deps, input) {
    const tags = await resourceTags(deps, input.ResourceArn ?? '');
    if (tags === undefined) throw noResource();
    return { Tags: tagList(tags) };
  },
};

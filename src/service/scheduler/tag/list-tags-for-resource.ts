// ListTagsForResource: of a group.

import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
} from '@aws-sdk/client-scheduler';
import { tagList } from '../../tag-list.ts';
import { view, type SchedulerOperation } from '../deps.ts';
import { taggedGroup } from './tagged.ts';

export const listTagsForResource: SchedulerOperation<
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput
> = {
  authorizes: (input) => [
    { action: 'scheduler:ListTagsForResource', resources: [input.ResourceArn ?? ''] },
  ],

  async handle(deps, input, context) {
    const { tags } = taggedGroup(await view(deps, context), context, input.ResourceArn);
    return { Tags: tagList(tags) };
  },
};

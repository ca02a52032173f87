// ListTagsForResource: of a rule or a bus.

import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { tagList } from '../../tag-list.ts';
import { onAny } from '../access.ts';
import { view, type EventsOperation } from '../deps.ts';
import { taggedBy } from './tagged.ts';

export const listTagsForResource: EventsOperation<
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput
> = {
  authorizes: (input, context) => onAny('ListTagsForResource', input.ResourceARN, context),

  async handle(deps, input, context) {
    const { tags } = taggedBy(await view(deps, context), input.ResourceARN, context);
    return { Tags: tagList(tags) };
  },
};

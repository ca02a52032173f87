// TagResource: of a rule or a bus.

import type {
  TagResourceCommandInput,
  TagResourceCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { requestTags, tagsOfList } from '../../access.ts';
import { onAny } from '../access.ts';
import { tags } from '../check.ts';
import { change, type EventsOperation } from '../deps.ts';
import { taggedBy } from './tagged.ts';

export const tagResource: EventsOperation<TagResourceCommandInput, TagResourceCommandOutput> = {
  authorizes: (input, context) =>
    onAny('TagResource', input.ResourceARN, context, () => requestTags(tagsOfList(input.Tags))),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const tagged = taggedBy(draft, input.ResourceARN, context);
      tagged.put(draft, tags(input.Tags, tagged.tags));
    });
    return {};
  },
};

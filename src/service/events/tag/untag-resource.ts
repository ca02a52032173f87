// UntagResource: of a rule or a bus.

import type {
  UntagResourceCommandInput,
  UntagResourceCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { requestTagKeys } from '../../access.ts';
import { withoutTags } from '../../tag-list.ts';
import { onAny } from '../access.ts';
import { change, type EventsOperation } from '../deps.ts';
import { taggedBy } from './tagged.ts';

export const untagResource: EventsOperation<UntagResourceCommandInput, UntagResourceCommandOutput> =
  {
    authorizes: (input, context) =>
      onAny('UntagResource', input.ResourceARN, context, () => requestTagKeys(input.TagKeys)),

    async handle(deps, input, context) {
      await change(deps, context, (draft) => {
        const tagged = taggedBy(draft, input.ResourceARN, context);
        tagged.put(draft, withoutTags(tagged.tags, input.TagKeys));
      });
      return {};
    },
  };

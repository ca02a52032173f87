// AddTags, to a trail.

import type { AddTagsCommandInput, AddTagsCommandOutput } from '@aws-sdk/client-cloudtrail';
import { requestTags, tagsOfList } from '../access.ts';
import { tagsOf } from './check.ts';
import type { CloudTrailOperation } from './deps.ts';
import { changeTrail, onTrail } from './trail.ts';

export const addTags: CloudTrailOperation<AddTagsCommandInput, AddTagsCommandOutput> = {
  authorizes: (input, context) =>
    onTrail('AddTags', input.ResourceId, context, {
      conditions: () => requestTags(tagsOfList(input.TagsList)),
    }),

  async handle(deps, input, context) {
    await changeTrail(deps, input.ResourceId, context, (draft, trail) => {
      draft.put('trail', trail.name, { ...trail, tags: tagsOf(input.TagsList, trail.tags) });
    });
    return {};
  },
};

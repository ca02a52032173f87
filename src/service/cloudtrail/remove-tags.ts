// RemoveTags, from a trail: by key, whatever value is given with it.

import type { RemoveTagsCommandInput, RemoveTagsCommandOutput } from '@aws-sdk/client-cloudtrail';
import { requestTagKeys } from '../access.ts';
import type { CloudTrailOperation } from './deps.ts';
import { changeTrail, onTrail } from './trail.ts';

export const removeTags: CloudTrailOperation<RemoveTagsCommandInput, RemoveTagsCommandOutput> = {
  authorizes: (input, context) =>
    onTrail('RemoveTags', input.ResourceId, context, {
      conditions: () => requestTagKeys((input.TagsList ?? []).map(({ Key = '' }) => Key)),
    }),

  async handle(deps, input, context) {
    const keys = new Set((input.TagsList ?? []).map(({ Key }) => Key));
    await changeTrail(deps, input.ResourceId, context, (draft, trail) => {
      const tags = Object.fromEntries(Object.entries(trail.tags).filter(([key]) => !keys.has(key)));
      draft.put('trail', trail.name, { ...trail, tags });
    });
    return {};
  },
};

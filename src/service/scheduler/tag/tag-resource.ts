// TagResource: of a group.

import type { TagResourceCommandInput, TagResourceCommandOutput } from '@aws-sdk/client-scheduler';
import { requestTags, tagsOfList } from '../../access.ts';
import { tags } from '../check.ts';
import { change, type SchedulerOperation } from '../deps.ts';
import { taggedGroup } from './tagged.ts';

export const tagResource: SchedulerOperation<TagResourceCommandInput, TagResourceCommandOutput> = {
  authorizes: (input) => [
    {
      action: 'scheduler:TagResource',
      resources: [input.ResourceArn ?? ''],
      conditions: () => requestTags(tagsOfList(input.Tags)),
    },
  ],

  async handle(deps, input, context) {
    const nowMs = deps.clock.now();
    await change(deps, context, (draft) => {
      const group = taggedGroup(draft, context, input.ResourceArn);
      const merged = tags(input.Tags, group.tags);
      draft.put('group', group.name, { ...group, tags: merged, changedAtMs: nowMs });
    });
    return {};
  },
};

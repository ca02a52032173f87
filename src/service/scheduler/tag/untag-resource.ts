// UntagResource: of a group.

import type {
  UntagResourceCommandInput,
  UntagResourceCommandOutput,
} from '@aws-sdk/client-scheduler';
import { requestTagKeys } from '../../access.ts';
import { withoutTags } from '../../tag-list.ts';
import { change, type SchedulerOperation } from '../deps.ts';
import { taggedGroup } from './tagged.ts';

export const untagResource: SchedulerOperation<
  UntagResourceCommandInput,
  UntagResourceCommandOutput
> = {
  authorizes: (input) => [
    {
      action: 'scheduler:UntagResource',
      resources: [input.ResourceArn ?? ''],
      conditions: () => requestTagKeys(input.TagKeys),
    },
  ],

  async handle(deps, input, context) {
    const nowMs = deps.clock.now();
    await change(deps, context, (draft) => {
      const group = taggedGroup(draft, context, input.ResourceArn);
      const left = withoutTags(group.tags, input.TagKeys);
      draft.put('group', group.name, { ...group, tags: left, changedAtMs: nowMs });
    });
    return {};
  },
};

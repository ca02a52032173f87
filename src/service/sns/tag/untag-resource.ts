// UntagResource: of a topic.

import type { UntagResourceCommandInput, UntagResourceCommandOutput } from '@aws-sdk/client-sns';
import { requestTagKeys } from '../../access.ts';
import { withoutTags } from '../../tag-list.ts';
import { onTopic } from '../access.ts';
import type { SnsOperation } from '../deps.ts';
import { changeTagged } from './tagged.ts';

export const untagResource: SnsOperation<UntagResourceCommandInput, UntagResourceCommandOutput> = {
  authorizes: (input) =>
    onTopic('UntagResource', input.ResourceArn, () => requestTagKeys(input.TagKeys)),

  async handle(deps, input, context) {
    await changeTagged(deps, input.ResourceArn, context, (had) => withoutTags(had, input.TagKeys));
    return {};
  },
};

// RemoveTagsFromResource: of a parameter.

import type {
  RemoveTagsFromResourceCommandInput,
  RemoveTagsFromResourceCommandOutput,
} from '@aws-sdk/client-ssm';
import { requestTagKeys } from '../access.ts';
import { withoutTags } from '../tag-list.ts';
import { onParameters } from './access.ts';
import { change, type SsmOperation } from './deps.ts';
import { taggedParameter } from './tagged.ts';

export const removeTagsFromResource: SsmOperation<
  RemoveTagsFromResourceCommandInput,
  RemoveTagsFromResourceCommandOutput
> = {
  authorizes: (input, context) =>
    onParameters('RemoveTagsFromResource', [input.ResourceId], context, {
      conditions: () => requestTagKeys(input.TagKeys),
    }),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const parameter = taggedParameter(draft, context.scope, input);
      draft.put('parameter', parameter.name, {
        ...parameter,
        tags: withoutTags(parameter.tags, input.TagKeys),
      });
    });
    return {};
  },
};

// AddTagsToResource: of a parameter.

import type {
  AddTagsToResourceCommandInput,
  AddTagsToResourceCommandOutput,
} from '@aws-sdk/client-ssm';
import { requestTags, tagsOfList } from '../access.ts';
import { onParameters } from './access.ts';
import { tags } from './check.ts';
import { change, type SsmOperation } from './deps.ts';
import { taggedParameter } from './tagged.ts';

export const addTagsToResource: SsmOperation<
  AddTagsToResourceCommandInput,
  AddTagsToResourceCommandOutput
> = {
  authorizes: (input, context) =>
    onParameters('AddTagsToResource', [input.ResourceId], context, {
      conditions: () => requestTags(tagsOfList(input.Tags)),
    }),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const parameter = taggedParameter(draft, context.scope, input);
      draft.put('parameter', parameter.name, {
        ...parameter,
        tags: tags(input.Tags, parameter.tags),
      });
    });
    return {};
  },
};

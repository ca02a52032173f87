// ListTagsForResource: of a parameter.

import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
} from '@aws-sdk/client-ssm';
import { tagList } from '../tag-list.ts';
import { onParameters } from './access.ts';
import { view, type SsmOperation } from './deps.ts';
import { taggedParameter } from './tagged.ts';

export const listTagsForResource: SsmOperation<
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput
> = {
  authorizes: (input, context) => onParameters('ListTagsForResource', [input.ResourceId], context),

  async handle(deps, input, context) {
    const parameter = taggedParameter(await view(deps, context), context.scope, input);
    return { TagList: tagList(parameter.tags) };
  },
};

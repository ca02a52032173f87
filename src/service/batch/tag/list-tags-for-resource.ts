// ListTagsForResource. Tags of a compute environment's EC2 instances are not among them.

import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
} from '@aws-sdk/client-batch';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { tagsOf } from './tags-of-resource.ts';

export const listTagsForResource: BatchOperation<
  ListTagsForResourceCommandInput,
  Reply<ListTagsForResourceCommandOutput>
> = {
  authorizes: (input) => [
    { action: 'batch:ListTagsForResource', resources: [input.resourceArn ?? ''] },
  ],

  handle: (deps, input, context) => ({ tags: { ...tagsOf(deps, input.resourceArn, context) } }),
};

// ListSchedulingPolicies: the ARNs of all, by name, in pages.

import type {
  ListSchedulingPoliciesCommandInput,
  ListSchedulingPoliciesCommandOutput,
} from '@aws-sdk/client-batch';
import { onAll } from '../../access.ts';
import type { BatchOperation } from '../deps.ts';
import { pageByName } from '../page.ts';
import type { Reply } from '../reply.ts';

export const listSchedulingPolicies: BatchOperation<
  ListSchedulingPoliciesCommandInput,
  Reply<ListSchedulingPoliciesCommandOutput>
> = {
  authorizes: () => onAll('batch:ListSchedulingPolicies'),

  handle({ reader }, input, { scope }) {
    const page = pageByName(
      'scheduling-policy',
      reader.batch.schedulingPolicies(scope),
      (view) => view.policy.name,
      input,
    );
    return {
      schedulingPolicies: page.items.map(({ policy }) => ({ arn: policy.arn })),
      nextToken: page.nextToken,
    };
  },
};

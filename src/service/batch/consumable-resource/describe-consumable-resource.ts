// DescribeConsumableResource: one resource and its figures of this moment.

import type {
  DescribeConsumableResourceCommandInput,
  DescribeConsumableResourceCommandOutput,
} from '@aws-sdk/client-batch';
import { notFound } from '../../../wire/error-catalogue.ts';
import { consumableResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkReference } from '../rule/name.ts';

export const describeConsumableResource: BatchOperation<
  DescribeConsumableResourceCommandInput,
  Reply<DescribeConsumableResourceCommandOutput>
> = {
  authorizes: (input, context) => [
    {
      action: 'batch:DescribeConsumableResource',
      resources: [consumableResource(context, input.consumableResource)],
    },
  ],

  handle({ reader }, input, { scope }) {
    checkReference(input.consumableResource, 'consumableResource');
    const view = reader.batch.consumableResource(scope, input.consumableResource);
    if (view === undefined) throw notFound(`Consumable resource ${input.consumableResource}`);
    const { resource, quantities, tags } = view;
    return {
      consumableResourceName: resource.name,
      consumableResourceArn: resource.arn,
      totalQuantity: quantities.total,
      inUseQuantity: quantities.inUse,
      availableQuantity: quantities.available,
      resourceType: resource.resourceType,
      createdAt: resource.createdAtMs,
      tags: { ...tags },
    };
  },
};

// ListConsumableResources: all by name, or those whose names match, in pages.

import type {
  KeyValuesPair,
  ListConsumableResourcesCommandInput,
  ListConsumableResourcesCommandOutput,
} from '@aws-sdk/client-batch';
import type { ConsumableResourceView } from '../../../port/reader.ts';
import { invalid } from '../../../wire/error-catalogue.ts';
import { onAll } from '../../access.ts';
import type { BatchOperation } from '../deps.ts';
import { pageByName } from '../page.ts';
import type { Reply } from '../reply.ts';
import { filterValue, namePattern } from '../rule/job-filters.ts';

export const listConsumableResources: BatchOperation<
  ListConsumableResourcesCommandInput,
  Reply<ListConsumableResourcesCommandOutput>
> = {
  authorizes: () => onAll('batch:ListConsumableResources'),

  handle({ reader }, input, { scope }) {
    const wanted = (input.filters ?? []).map(matcher);
    const found = reader.batch
      .consumableResources(scope)
      .filter((view) => wanted.every((matches) => matches(view)));
    const page = pageByName('consumable-resource', found, ({ resource }) => resource.name, input);
    return {
      consumableResources: page.items.map(({ resource, quantities }) => ({
        consumableResourceArn: resource.arn,
        consumableResourceName: resource.name,
        totalQuantity: quantities.total,
        inUseQuantity: quantities.inUse,
        resourceType: resource.resourceType,
      })),
      nextToken: page.nextToken,
    };
  },
};

/** "Case-insensitive matches for the consumable resource name." */
function matcher(filter: KeyValuesPair): (view: ConsumableResourceView) => boolean {
  if (filter.name !== 'CONSUMABLE_RESOURCE_NAME')
    throw invalid(`Filter name must be CONSUMABLE_RESOURCE_NAME; it is '${filter.name}'`);
  const { text, prefix } = namePattern(filterValue(filter).toLowerCase());
  return ({ resource }) =>
    prefix ? resource.name.toLowerCase().startsWith(text) : resource.name.toLowerCase() === text;
}

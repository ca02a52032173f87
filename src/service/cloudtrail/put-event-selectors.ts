// PutEventSelectors: which records a trail is for. There are no data events, and one selector says
// all there is to say; the advanced ones are refused.

import type {
  EventSelector,
  PutEventSelectorsCommandInput,
  PutEventSelectorsCommandOutput,
} from '@aws-sdk/client-cloudtrail';
import type { CloudTrailOperation } from './deps.ts';
import { invalidSelectors } from './error.ts';
import { selectorShown } from './get-event-selectors.ts';
import type { Selector } from './resources.ts';
import { arnOf, changeTrail, onTrail } from './trail.ts';

export const putEventSelectors: CloudTrailOperation<
  PutEventSelectorsCommandInput,
  PutEventSelectorsCommandOutput
> = {
  authorizes: (input, context) => onTrail('PutEventSelectors', input.TrailName, context),

  async handle(deps, input, context) {
    if (input.AdvancedEventSelectors !== undefined)
      throw invalidSelectors('Longshore does not support advanced event selectors');
    const [given, ...others] = input.EventSelectors ?? [];
    if (given === undefined || others.length > 0)
      throw invalidSelectors('Give one event selector: there are management events alone');
    const selector = selectorOf(given);
    const trail = await changeTrail(deps, input.TrailName, context, (draft, found) => {
      draft.put('trail', found.name, { ...found, selector });
      return found;
    });
    return { TrailARN: arnOf(trail), EventSelectors: [selectorShown(selector)] };
  },
};

function selectorOf({
  ReadWriteType: records = 'All',
  IncludeManagementEvents: hasManagement = true,
  DataResources: dataResources = [],
  ExcludeManagementEventSources: without = [],
}: EventSelector): Selector {
  if (records !== 'All' && records !== 'ReadOnly' && records !== 'WriteOnly')
    throw invalidSelectors('ReadWriteType must be All, ReadOnly or WriteOnly');
  if (dataResources.length > 0)
    throw invalidSelectors('Longshore has no data events: DataResources must be empty');
  const unknown = without.find(
    (source) => source !== 'kms.amazonaws.com' && source !== 'rdsdata.amazonaws.com',
  );
  if (unknown !== undefined)
    throw invalidSelectors(
      'ExcludeManagementEventSources may name kms.amazonaws.com and rdsdata.amazonaws.com',
    );
  return { records, hasManagement, without };
}

// GetEventSelectors: of a trail that was told nothing, the selector that takes all.

import type {
  GetEventSelectorsCommandInput,
  GetEventSelectorsCommandOutput,
  EventSelector,
} from '@aws-sdk/client-cloudtrail';
import type { CloudTrailOperation } from './deps.ts';
import type { Selector } from './resources.ts';
import { arnOf, foundTrail, onTrail } from './trail.ts';

export const getEventSelectors: CloudTrailOperation<
  GetEventSelectorsCommandInput,
  GetEventSelectorsCommandOutput
> = {
  authorizes: (input, context) => onTrail('GetEventSelectors', input.TrailName, context),

  async handle(deps, input, context) {
    const { trail } = await foundTrail(deps, input.TrailName, context);
    return { TrailARN: arnOf(trail), EventSelectors: [selectorShown(trail.selector)] };
  },
};

export const selectorShown = ({
  records = 'All',
  hasManagement = true,
  without = [],
}: Partial<Selector> = {}): EventSelector => ({
  ReadWriteType: records,
  IncludeManagementEvents: hasManagement,
  DataResources: [],
  ExcludeManagementEventSources: [...without],
});

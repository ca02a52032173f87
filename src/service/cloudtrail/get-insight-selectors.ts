// GetInsightSelectors: no trail has any, which is an error on AWS, too.

import type {
  GetInsightSelectorsCommandInput,
  GetInsightSelectorsCommandOutput,
} from '@aws-sdk/client-cloudtrail';
import type { CloudTrailOperation } from './deps.ts';
import { noInsight, notSupported } from './error.ts';
import { arnOf, foundTrail, onTrail } from './trail.ts';

export const getInsightSelectors: CloudTrailOperation<
  GetInsightSelectorsCommandInput,
  GetInsightSelectorsCommandOutput
> = {
  authorizes: (input, context) => onTrail('GetInsightSelectors', input.TrailName, context),

  async handle(deps, input, context) {
    if (input.EventDataStore !== undefined)
      throw notSupported('Longshore does not support event data stores');
    const { trail } = await foundTrail(deps, input.TrailName, context);
    throw noInsight(arnOf(trail));
  },
};

// GetTrail.

import type { GetTrailCommandInput, GetTrailCommandOutput } from '@aws-sdk/client-cloudtrail';
import type { CloudTrailOperation } from './deps.ts';
import { describedTrail, foundTrail, onTrail } from './trail.ts';

export const getTrail: CloudTrailOperation<GetTrailCommandInput, GetTrailCommandOutput> = {
  authorizes: (input, context) => onTrail('GetTrail', input.Name, context),

  async handle(deps, input, context) {
    const { trail } = await foundTrail(deps, input.Name, context);
    return { Trail: describedTrail(trail) };
  },
};

// ListTrails: of all regions. An account has so few that they are one page.

import type { ListTrailsCommandInput, ListTrailsCommandOutput } from '@aws-sdk/client-cloudtrail';
import { scopeParts } from '../../base/ids.ts';
import { onAll } from '../access.ts';
import type { CloudTrailOperation } from './deps.ts';
import { invalidNextToken } from './error.ts';
import { arnOf, trailsSeen } from './trail.ts';

export const listTrails: CloudTrailOperation<ListTrailsCommandInput, ListTrailsCommandOutput> = {
  authorizes: () => onAll('cloudtrail:ListTrails'),

  async handle(deps, input, context) {
    if (input.NextToken !== undefined) throw invalidNextToken();
    const trails = await trailsSeen(deps, context, true);
    return {
      Trails: trails.map((trail) => ({
        Name: trail.name,
        TrailARN: arnOf(trail),
        HomeRegion: scopeParts(trail.home).region,
      })),
    };
  },
};

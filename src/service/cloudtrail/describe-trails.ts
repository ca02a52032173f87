// DescribeTrails: those that are named, or all that are seen in the caller's region. What a name
// does not lead to is left out, as AWS does.

import type {
  DescribeTrailsCommandInput,
  DescribeTrailsCommandOutput,
} from '@aws-sdk/client-cloudtrail';
import { onAll } from '../access.ts';
import type { CloudTrailOperation } from './deps.ts';
import { arnOf, describedTrail, trailsSeen } from './trail.ts';

export const describeTrails: CloudTrailOperation<
  DescribeTrailsCommandInput,
  DescribeTrailsCommandOutput
> = {
  authorizes: () => onAll('cloudtrail:DescribeTrails'),

  async handle(deps, { trailNameList: names = [], includeShadowTrails = true }, context) {
    const seen = await trailsSeen(deps, context);
    const asked = new Set(names);
    return {
      trailList: seen
        .filter((trail) => includeShadowTrails || trail.home === context.scope)
        .filter((trail) => asked.size === 0 || asked.has(trail.name) || asked.has(arnOf(trail)))
        .map(describedTrail),
    };
  },
};

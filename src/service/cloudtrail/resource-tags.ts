// The tags of trails by their ARNs, for whoever judges access by them.

import type { Tags } from '../../wire/authorization.ts';
import type { RequestContext } from '../../wire/operation.ts';
import type { CloudTrailDeps } from './deps.ts';
import { arnOf, trailsSeen } from './trail.ts';

/** Undefined where no trail of the caller's account has this ARN. */
export async function resourceTags(
  deps: CloudTrailDeps,
  arn: string,
  context: RequestContext,
): Promise<Tags | undefined> {
  const trails = await trailsSeen(deps, context, true);
  return trails.find((trail) => arnOf(trail) === arn)?.tags;
}

// DeleteServiceEnvironment: only a DISABLED one that no queue uses. It is gone at once; jobs that
// run in it, of a queue that uses another one since, run on.

import type { Scope } from '../../../base/ids.ts';
import { refuse } from '../../../base/refusal.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';
import { deletionRefusal } from '../compute-environment/deletion-refusal.ts';
import { queuesOf } from './queues-of.ts';

interface DeleteServiceEnvironment {
  readonly type: 'delete-service-environment';
  readonly scope: Scope;
  /** Name or ARN. */
  readonly serviceEnvironment: string;
}

export function decideDeleteServiceEnvironment(
  world: World,
  { scope, serviceEnvironment }: DeleteServiceEnvironment,
): Decided {
  const environment = world.serviceEnvironments.find(scope, serviceEnvironment);
  if (environment === undefined)
    return refuse('not-found', `Service environment ${serviceEnvironment} does not exist`);
  const queues = queuesOf(world, environment.arn);
  const refusal = deletionRefusal(environment, queues);
  if (refusal !== undefined) return refusal;
  return {
    events: [{ type: 'service-environment-deleted', arn: environment.arn }],
    effects: [],
    reply: done,
  };
}

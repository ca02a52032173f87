// UpdateServiceEnvironment: its state and its limits. A limit that is lower than what is in use
// ends nothing: no more is started until less is in use.

import type { Arn, Scope } from '../../../base/ids.ts';
import { refuse } from '../../../base/refusal.ts';
import { isByType, type CapacityLimit } from '../../service-environment/service-environment.ts';
import type { World } from '../../world/world.ts';
import type { Decided } from '../decision.ts';
import { queuesOf } from './queues-of.ts';

interface UpdateServiceEnvironment {
  readonly type: 'update-service-environment';
  readonly scope: Scope;
  /** Name or ARN. */
  readonly serviceEnvironment: string;
  readonly state?: 'ENABLED' | 'DISABLED' | undefined;
  readonly capacityLimits?: readonly CapacityLimit[] | undefined;
}

interface UpdateServiceEnvironmentReply {
  readonly name: string;
  readonly arn: Arn;
}

export function decideUpdateServiceEnvironment(
  world: World,
  { scope, serviceEnvironment, state, capacityLimits }: UpdateServiceEnvironment,
): Decided<UpdateServiceEnvironmentReply> {
  const stored = world.serviceEnvironments.find(scope, serviceEnvironment);
  if (stored === undefined)
    return refuse('not-found', `Service environment ${serviceEnvironment} does not exist`);
  const environment = {
    ...stored,
    state: state ?? stored.state,
    capacityLimits: capacityLimits ?? stored.capacityLimits,
  };
  const [queue] = queuesOf(world, stored.arn);
  if (queue !== undefined && isByType(environment) !== isByType(stored))
    return refuse(
      'invalid',
      `Service environment ${stored.name} counts ${isByType(stored) ? 'by instance types' : 'all instances together'} as long as job queue ${queue.name} uses it.`,
    );
  return {
    events: [{ type: 'service-environment-stored', environment }],
    effects: [],
    reply: { name: stored.name, arn: stored.arn },
  };
}

// CreateServiceEnvironment. It has nothing to be prepared for it: it is VALID at once.

import type { CreateServiceEnvironmentCommandInput } from '@aws-sdk/client-batch';
import type { Arn, Scope } from '../../../base/ids.ts';
import { refuse } from '../../../base/refusal.ts';
import { serviceEnvironmentArn } from '../../arn.ts';
import type {
  CapacityLimit,
  ServiceEnvironment,
} from '../../service-environment/service-environment.ts';
import type { World } from '../../world/world.ts';
import type { Decided } from '../decision.ts';

interface CreateServiceEnvironment {
  readonly type: 'create-service-environment';
  readonly scope: Scope;
  readonly request: CreateServiceEnvironmentCommandInput;
  readonly capacityLimits: readonly CapacityLimit[];
}

interface CreateServiceEnvironmentReply {
  readonly name: string;
  readonly arn: Arn;
}

export function decideCreateServiceEnvironment(
  world: World,
  { scope, request, capacityLimits }: CreateServiceEnvironment,
  nowMs: number,
): Decided<CreateServiceEnvironmentReply> {
  const name = request.serviceEnvironmentName as string;
  const arn = serviceEnvironmentArn(scope, name);
  if (world.serviceEnvironments.get(arn) !== undefined)
    return refuse('conflict', 'Object already exists');
  const most = world.settings.limits.serviceEnvironments;
  let count = 0;
  for (const environment of world.serviceEnvironments.values())
    if (environment.scope === scope) count++;
  if (count >= most)
    return refuse('limit', `The limit of ${most} service environments is reached.`);
  const environment: ServiceEnvironment = {
    arn,
    scope,
    name,
    serviceEnvironmentType: 'SAGEMAKER_TRAINING',
    state: request.state ?? 'ENABLED',
    capacityLimits,
    createdAtMs: nowMs,
  };
  return {
    events: [{ type: 'service-environment-stored', environment, tags: request.tags }],
    effects: [],
    reply: { name, arn },
  };
}

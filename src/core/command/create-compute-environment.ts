// CreateComputeEnvironment (spec 4.2). First cut: an environment is VALID at once, for local capacity needs no preparation.

import { refuse } from '../../base/refusal.ts';
import { clusterArn, computeEnvironmentArn, serviceRoleArn } from '../arn.ts';
import type { ComputeEnvironment } from '../compute-environment/compute-environment.ts';
import { checkNewResources, withDefaults } from '../compute-environment/resources.ts';
import type { World } from '../world.ts';
import type { CreateComputeEnvironment, Decided } from './command.ts';

/** Nothing would come of them, so they are refused rather than forgotten. */
export const unmanagedResources = 'computeResources cannot be specified for an UNMANAGED compute environment.';

export function decideCreateComputeEnvironment(world: World, command: CreateComputeEnvironment, nowMs: number): Decided<CreateComputeEnvironment> {
  const { scope, request, uuid } = command;
  const name = request.computeEnvironmentName as string;
  if (world.computeEnvironment(scope, name) !== undefined) return refuse('conflict', 'Object already exists');
  const most = world.settings.limits.computeEnvironments;
  if (countIn(world.computeEnvironments.values(), scope) >= most) return refuse('limit', `The limit of ${most} compute environments is reached.`);
  const managed = request.type === 'MANAGED';
  if (managed && request.computeResources === undefined) return refuse('invalid', 'computeResources must be specified for a MANAGED compute environment.');
  if (!managed && !request.serviceRole) return refuse('invalid', 'serviceRole must be specified for an UNMANAGED compute environment.');
  if (managed && request.unmanagedvCpus !== undefined) return refuse('invalid', 'unmanagedvCpus can only be specified for an UNMANAGED compute environment.');
  if (!managed && request.computeResources !== undefined) return refuse('invalid', unmanagedResources);
  const resources = request.computeResources;
  const wrong = resources && checkNewResources(resources, world.settings.instanceTypes);
  if (wrong) return wrong;
  const environment: ComputeEnvironment = {
    arn: computeEnvironmentArn(scope, name),
    scope,
    name,
    uuid,
    type: managed ? 'MANAGED' : 'UNMANAGED',
    state: request.state ?? 'ENABLED',
    status: 'VALID',
    revision: 1,
    computeResources: resources && withDefaults(resources),
    serviceRole: serviceRoleArn(scope, request.serviceRole),
    ecsSettings: request.ecsSettings,
    unmanagedvCpus: request.unmanagedvCpus,
    context: request.context,
    ecsClusterArn: clusterArn(scope, name, uuid),
    createdAtMs: nowMs,
  };
  return {
    events: [{ type: 'compute-environment-stored', environment, tags: request.tags }],
    effects: [],
    reply: { name, arn: environment.arn },
  };
}

function countIn(environments: Iterable<ComputeEnvironment>, scope: ComputeEnvironment['scope']): number {
  let count = 0;
  for (const environment of environments) if (environment.scope === scope) count++;
  return count;
}

// CreateComputeEnvironment. The environment is CREATING until it has settled: VALID, or INVALID for
// what it names (user guide, INVALID Compute Environment).

import type { CreateComputeEnvironmentCommandInput, EksConfiguration } from '@aws-sdk/client-batch';
import { isRefusal, refuse, type Refusal } from '../../../base/refusal.ts';
import type { Scope, Arn } from '../../../base/ids.ts';
import {
  clusterArn,
  computeEnvironmentArn,
  isServiceLinkedRole,
  roleArn,
  serviceRoleArn,
} from '../../arn.ts';
import { capacityOf, placementOf } from '../../compute-environment/cluster-capacity.ts';
import type { ComputeEnvironment } from '../../compute-environment/compute-environment.ts';
import {
  checkNewEksEnvironment,
  storedEks,
  unknownCluster,
} from '../../compute-environment/eks.ts';
import { launchProblem, refuseWindows, resolveLaunch } from '../../compute-environment/launch.ts';
import {
  launchesUntagged,
  nothingKnown,
  problemOf,
  type KnownReferences,
} from '../../compute-environment/references.ts';
import { launchedResources } from '../../compute-environment/managed-instances.ts';
import { cutOffSubnets } from '../../compute-environment/network.ts';
import { checkNewResources, withDefaults } from '../../compute-environment/resources.ts';
import type { World } from '../../world/world.ts';
import type { Decided } from '../decision.ts';

interface CreateComputeEnvironment {
  readonly type: 'create-compute-environment';
  readonly scope: Scope;
  readonly uuid: string;
  readonly request: CreateComputeEnvironmentCommandInput;
  /** Absent: nothing is known, and everything may exist elsewhere. */
  readonly references?: KnownReferences | undefined;
}

interface CreateComputeEnvironmentReply {
  readonly name: string;
  readonly arn: Arn;
}

/** Nothing would come of them, so they are refused rather than forgotten. */
export const unmanagedResources =
  'computeResources cannot be specified for an UNMANAGED compute environment.';

export function decideCreateComputeEnvironment(
  world: World,
  command: CreateComputeEnvironment,
  nowMs: number,
): Decided<CreateComputeEnvironmentReply> {
  const { scope, request, uuid } = command;
  const name = request.computeEnvironmentName as string;
  if (world.computeEnvironment(scope, name) !== undefined)
    return refuse('conflict', 'Object already exists');
  const most = world.settings.limits.computeEnvironments;
  if (countIn(world.computeEnvironments.values(), scope) >= most)
    return refuse('limit', `The limit of ${most} compute environments is reached.`);
  const managed = request.type === 'MANAGED';
  if (managed && request.computeResources === undefined)
    return refuse(
      'invalid',
      'computeResources must be specified for a MANAGED compute environment.',
    );
  if (!managed && !request.serviceRole)
    return refuse('invalid', 'serviceRole must be specified for an UNMANAGED compute environment.');
  if (!managed && isServiceLinkedRole(serviceRoleArn(scope, request.serviceRole)))
    return refuse(
      'invalid',
      'Service Linked Role cannot be used with UNMANAGED Compute Environment',
    );
  if (managed && request.unmanagedvCpus !== undefined)
    return refuse(
      'invalid',
      'unmanagedvCpus can only be specified for an UNMANAGED compute environment.',
    );
  if (!managed && request.computeResources !== undefined)
    return refuse('invalid', unmanagedResources);
  const { eksConfiguration } = request;
  const wrong =
    (eksConfiguration && eksRefusal(world, scope, request, eksConfiguration)) ??
    (request.computeResources &&
      checkNewResources(
        request.computeResources,
        world.settings.instanceTypes,
        eksConfiguration !== undefined,
      ));
  if (wrong) return wrong;
  const capacity = capacityOf(world.settings, scope, request);
  if (isRefusal(capacity)) return capacity;
  const placement = placementOf(request, (eksConfiguration ?? capacity) !== undefined);
  if (isRefusal(placement)) return placement;
  const resources =
    request.computeResources &&
    withDefaults(
      {
        ...request.computeResources,
        spotIamFleetRole: fleetRole(scope, request.computeResources.spotIamFleetRole),
      },
      eksConfiguration !== undefined,
    );
  const references = command.references ?? nothingKnown;
  const serviceRole = serviceRoleArn(scope, request.serviceRole);
  const launch =
    resources === undefined || resources.type?.startsWith('FARGATE') || eksConfiguration || capacity
      ? undefined
      : resolveLaunch(launchedResources(resources), references, world.settings.instanceTypes);
  const windows = refuseWindows(launch, references);
  if (windows) return windows;
  const made: ComputeEnvironment = {
    arn: computeEnvironmentArn(scope, name),
    scope,
    name,
    uuid,
    type: managed ? 'MANAGED' : 'UNMANAGED',
    state: request.state ?? 'ENABLED',
    status: 'CREATING',
    revision: 1,
    problem: problemOf(serviceRole, resources, references, uuid) ?? launchProblem(launch),
    computeResources: resources,
    ...(eksConfiguration && { eks: storedEks(eksConfiguration) }),
    ...(capacity && { capacity }),
    ...(placement && { placement }),
    launchesUntagged: launchesUntagged(resources, references.roles ?? {}),
    launch: isRefusal(launch) ? undefined : launch,
    serviceRole,
    ecsSettings: request.ecsSettings,
    unmanagedvCpus: request.unmanagedvCpus,
    context: request.context,
    ecsClusterArn: clusterArn(scope, name, uuid),
    createdAtMs: nowMs,
  };
  const environment = { ...made, cutOff: cutOffSubnets(made, references.subnets) };
  return {
    events: [{ type: 'compute-environment-stored', environment, tags: request.tags }],
    effects: [{ type: 'settle-environment', arn: environment.arn }],
    reply: { name, arn: environment.arn },
  };
}

/**
 * "The cluster must exist before the compute environment can be created", and no more than a few
 * may name it.
 */
function eksRefusal(
  world: World,
  scope: Scope,
  request: CreateComputeEnvironmentCommandInput,
  { eksClusterArn = '' }: EksConfiguration,
): Refusal | undefined {
  const wrong = checkNewEksEnvironment(scope, request);
  if (wrong) return wrong;
  if (!world.settings.clusters.includes(eksClusterArn))
    return refuse('invalid', unknownCluster(eksClusterArn));
  const most = world.settings.limits.computeEnvironmentsPerCluster;
  let count = 0;
  for (const { eks } of world.computeEnvironments.values())
    if (eks?.eksClusterArn === eksClusterArn) count++;
  return count < most
    ? undefined
    : refuse('limit', `The limit of ${most} compute environments of one EKS cluster is reached.`);
}

const fleetRole = (scope: Scope, given: string | undefined): string | undefined =>
  given === undefined || given === '' ? undefined : roleArn(scope, given);

function countIn(environments: Iterable<ComputeEnvironment>, scope: Scope): number {
  let count = 0;
  for (const environment of environments) if (environment.scope === scope) count++;
  return count;
}

// UpdateComputeEnvironment (doc/compute-environments.md, updates): scaling changes take effect as
// they are; infrastructure changes make a new revision, whose instances take the place of the old
// ones, and the environment is UPDATING until those are gone.

import type {
  ComputeResource,
  ComputeResourceUpdate,
  UpdateComputeEnvironmentCommandInput,
} from '@aws-sdk/client-batch';
import { must } from '../../../base/assert.ts';
import { isRefusal, refuse, type Refusal } from '../../../base/refusal.ts';
import { isServiceLinkedRole, serviceRoleArn } from '../../arn.ts';
import {
  clusterArnOf,
  hasInstances,
  hasUpdatePolicy,
  isFargate,
  isManagedInstances,
  isEks,
  type ComputeEnvironment,
} from '../../compute-environment/compute-environment.ts';
import { changedEks, clusterProblem } from '../../compute-environment/eks.ts';
import {
  launchProblem,
  refuseWindows,
  resolveLaunch,
  type Launch,
} from '../../compute-environment/launch.ts';
import { launchedResources } from '../../compute-environment/managed-instances.ts';
import { cutOffSubnets } from '../../compute-environment/network.ts';
import {
  launchesUntagged,
  nothingKnown,
  problemOf,
  type KnownReferences,
} from '../../compute-environment/references.ts';
import { replaceInstances } from '../host/instance-ending.ts';
import { shownVcpus } from '../../world/vcpus.ts';
import {
  checkResources,
  infrastructureChanges,
  mergeResources,
} from '../../compute-environment/resources.ts';
import type { World } from '../../world/world.ts';
import { unmanagedResources } from './create-compute-environment.ts';
import { queueMixRefusal } from '../job-queue/queue-environments.ts';
import type { Decided } from '../decision.ts';
import type { Arn, Scope } from '../../../base/ids.ts';

interface UpdateComputeEnvironment {
  readonly type: 'update-compute-environment';
  readonly scope: Scope;
  readonly request: UpdateComputeEnvironmentCommandInput;
  /** Absent: nothing is known, and everything may exist elsewhere. */
  readonly references?: KnownReferences | undefined;
}

interface UpdateComputeEnvironmentReply {
  readonly name: string;
  readonly arn: Arn;
}

/** What AWS fills in where one of the two was never set. */
export const defaultUpdatePolicy = {
  terminateJobsOnUpdate: false,
  jobExecutionTimeoutMinutes: 30,
} as const;

/** Programs match its beginning. A wish ends when the environment is DISABLED. */
const noScalingDown =
  'Manually scaling down compute environment is not supported. Disconnecting job queues from compute environment will cause it to scale-down to minvCpus.';

export function decideUpdateComputeEnvironment(
  world: World,
  command: UpdateComputeEnvironment,
  nowMs: number,
): Decided<UpdateComputeEnvironmentReply> {
  const { scope, request } = command;
  const references = command.references ?? nothingKnown;
  const stored = world.computeEnvironment(scope, request.computeEnvironment as string);
  if (stored === undefined)
    return refuse('not-found', `Compute environment ${request.computeEnvironment} does not exist`);
  if (stored.status === 'DELETING')
    return refuse('invalid', `Compute environment ${stored.name} is being deleted.`);

  const serviceRole =
    request.serviceRole === undefined
      ? stored.serviceRole
      : serviceRoleArn(scope, request.serviceRole);
  if (isServiceLinkedRole(serviceRole) !== isServiceLinkedRole(stored.serviceRole)) {
    return refuse(
      'invalid',
      'serviceRole cannot be changed from the service-linked role to another role, nor the other way round.',
    );
  }
  if (stored.type === 'MANAGED' && request.unmanagedvCpus !== undefined) {
    return refuse(
      'invalid',
      'unmanagedvCpus can only be specified for an UNMANAGED compute environment.',
    );
  }
  const change = changedResources(world, stored, request.computeResources);
  if (isRefusal(change)) return change;
  const eks = changedEks(stored, request.eksConfiguration);
  if (isRefusal(eks)) return eks;
  const { computeResources, infrastructure } = change;
  const replaces = infrastructure.length > 0 && hasInstances(stored);
  // Also where what it names could not be found before: it may be there by now.
  // What managed instances are launched with holds for those that come.
  const isRelaunched = isManagedInstances(stored) && request.computeResources !== undefined;
  const launch =
    replaces || isRelaunched || (hasInstances(stored) && stored.launch === undefined)
      ? relaunch(world, stored, computeResources, request.computeResources, references)
      : stored.launch;
  const windows = refuseWindows(launch, references);
  if (windows) return windows;

  const problem =
    problemOf(serviceRole, computeResources, references, stored.uuid) ??
    clusterProblem(clusterArnOf(stored), world.settings.clusters) ??
    launchProblem(launch);
  const changed: ComputeEnvironment = {
    ...stored,
    state: request.state ?? stored.state,
    status:
      replaces ||
      stored.status === 'INVALID' ||
      serviceRole !== stored.serviceRole ||
      problem !== stored.problem
        ? 'UPDATING'
        : stored.status,
    statusReason: undefined,
    revision: replaces ? stored.revision + 1 : stored.revision,
    launch: isRefusal(launch) ? undefined : launch,
    problem,
    serviceRole,
    ...(eks && { eks }),
    computeResources:
      request.state === 'DISABLED' ? withoutWish(computeResources) : computeResources,
    launchesUntagged: launchesUntagged(computeResources, references.roles ?? {}),
    // It applies to EC2 only and is ignored on Fargate and managed instances.
    updatePolicy:
      request.updatePolicy === undefined || !hasUpdatePolicy(stored)
        ? stored.updatePolicy
        : { ...defaultUpdatePolicy, ...stored.updatePolicy, ...request.updatePolicy },
    ecsSettings: request.ecsSettings ?? stored.ecsSettings,
    unmanagedvCpus: request.unmanagedvCpus ?? stored.unmanagedvCpus,
    context: request.context ?? stored.context,
  };
  const environment = { ...changed, cutOff: cutOffSubnets(changed, references.subnets) };
  const mixed = brokenQueue(world, environment);
  if (mixed) return mixed;
  const replacement = replaceInstances(world, environment, nowMs);
  return {
    events: [{ type: 'compute-environment-stored', environment }, ...replacement.events],
    effects: [
      ...replacement.effects,
      ...(environment.status === 'UPDATING'
        ? [{ type: 'settle-environment', arn: environment.arn } as const]
        : []),
    ],
    reply: { name: environment.name, arn: environment.arn },
  };
}

/** What was wished for does not come back with the environment. */
function withoutWish(resources: ComputeResource | undefined): ComputeResource | undefined {
  if (resources?.desiredvCpus === undefined) return resources;
  const { desiredvCpus: _wish, ...rest } = resources;
  return rest;
}

function relaunch(
  world: World,
  stored: ComputeEnvironment,
  resources: ComputeResource | undefined,
  change: ComputeResourceUpdate | undefined,
  references: KnownReferences,
): Launch | Refusal {
  const update = {
    previous: stored.launch,
    toLatest: change?.updateToLatestImageVersion === true,
    templateChanged: change?.launchTemplate !== undefined,
  };
  return resolveLaunch(
    launchedResources(must(resources, 'a managed environment has compute resources')),
    references,
    world.settings.instanceTypes,
    update,
  );
}

interface Change {
  readonly computeResources: ComputeResource | undefined;
  /** Members whose change needs new instances. */
  readonly infrastructure: readonly string[];
}

function changedResources(
  world: World,
  environment: ComputeEnvironment,
  change: ComputeResourceUpdate | undefined,
): Change | Refusal {
  const stored = environment.computeResources;
  if (change === undefined) return { computeResources: stored, infrastructure: [] };
  if (stored === undefined) return refuse('invalid', unmanagedResources);
  const typed = checkType(stored, change);
  if (typed) return typed;
  const shown = shownVcpus(world, environment);
  if (change.desiredvCpus !== undefined && change.desiredvCpus < shown)
    return refuse(
      'invalid',
      `${noScalingDown} desiredvCpus must not be lower than its current value (${shown}); it is ${change.desiredvCpus}.`,
    );
  const onEks = isEks(environment);
  const merged = mergeResources(stored, change, onEks);
  const infrastructure = infrastructureChanges(stored, merged, change);
  const blocked =
    infrastructure.length === 0
      ? undefined
      : checkInfrastructure(environment, stored, infrastructure);
  return (
    blocked ??
    checkResources(merged, world.settings.instanceTypes, onEks) ?? {
      computeResources: merged,
      infrastructure,
    }
  );
}

function checkType(stored: ComputeResource, change: ComputeResourceUpdate): Refusal | undefined {
  if (change.type === undefined || change.type === stored.type) return undefined;
  const replaceable: readonly (string | undefined)[] = ['EC2', 'SPOT'];
  if (replaceable.includes(change.type) && replaceable.includes(stored.type)) return undefined;
  return refuse(
    'invalid',
    `computeResources.type cannot be changed from ${stored.type} to ${change.type}; it can be changed between EC2 and SPOT.`,
  );
}

/**
 * Preconditions of an infrastructure update (user guide, chapter Updating compute environments).
 */
function checkInfrastructure(
  environment: ComputeEnvironment,
  stored: ComputeResource,
  members: readonly string[],
): Refusal | undefined {
  const what = members.join(', ');
  if (isFargate(environment))
    return refuse('invalid', `${what} cannot be updated on a Fargate compute environment.`);
  if (isManagedInstances(environment))
    return refuse(
      'invalid',
      `${what} cannot be updated on an ECS_MANAGED_INSTANCES compute environment.`,
    );
  if (!isServiceLinkedRole(environment.serviceRole)) {
    return refuse(
      'invalid',
      `${what} can only be updated in a compute environment that uses the service-linked role AWSServiceRoleForBatch.`,
    );
  }
  if ((stored.allocationStrategy ?? 'BEST_FIT') === 'BEST_FIT') {
    return refuse(
      'invalid',
      `${what} cannot be updated in a compute environment whose allocation strategy is BEST_FIT.`,
    );
  }
  return undefined;
}

/**
 * New instance types may not bring a second architecture into a queue that names the environment.
 */
function brokenQueue(world: World, environment: ComputeEnvironment): Refusal | undefined {
  for (const queue of world.jobQueues.values()) {
    if (
      !queue.computeEnvironmentOrder.some((entry) => entry.computeEnvironment === environment.arn)
    )
      continue;
    const environments = queue.computeEnvironmentOrder.map((entry) =>
      entry.computeEnvironment === environment.arn
        ? environment
        : world.computeEnvironments.get(entry.computeEnvironment),
    );
    const mixed = queueMixRefusal(
      environments.filter((each) => each !== undefined),
      world.settings.instanceTypes,
    );
    if (mixed) return mixed;
  }
  return undefined;
}

// The scaling cycle launches instances of one type for a managed environment. They have a place in
// the books from here on; jobs go there when they are said to run.

import { assert, must } from '../../../base/assert.ts';
import type { HostId, Arn } from '../../../base/ids.ts';
import {
  buysSpot,
  hasInstances,
  isOpen,
  type ComputeEnvironment,
} from '../../compute-environment/compute-environment.ts';
import { launchOf, type LaunchSource } from '../../compute-environment/launch.ts';
import { launchedResources } from '../../compute-environment/managed-instances.ts';
import { openSubnets } from '../../compute-environment/network.ts';
import type { LaunchFacts } from '../../host/host.ts';
import { newInstance } from '../../host/instance.ts';
import { launchParameters } from '../../launch-template/launch-template.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';

/** From the scaling cycle. */
interface LaunchInstances {
  readonly type: 'launch-instances';
  readonly computeEnvironmentArn: Arn;
  readonly machineId: HostId;
  readonly instanceType: string;
  readonly hostIds: readonly HostId[];
}

export function decideLaunchInstances(
  world: World,
  { computeEnvironmentArn, machineId, instanceType, hostIds }: LaunchInstances,
  nowMs: number,
): Decided {
  const environment = world.computeEnvironments.get(computeEnvironmentArn);
  const type = world.settings.instanceTypes.type(instanceType);
  assert(
    environment !== undefined && hasInstances(environment) && isOpen(environment),
    'the plan launches for managed environments that run',
  );
  assert(type !== undefined, 'the plan launches types that are known');
  const source = environment.launch && launchOf(environment.launch, type.name);
  const { imageId, unfit, unfitForNodes, reservedMemoryMib } = source ?? {};
  const spot = buysSpot(environment);
  const numbers = freeNumbers(world, environment, hostIds.length);
  const instances = hostIds.map((id, at) =>
    newInstance(environment, type, {
      id,
      machineId,
      spot,
      imageId,
      unfit,
      unfitForNodes,
      reservedMemoryMib,
      launch: { ...launchFacts(environment, source, id), addressNumber: numbers[at] },
      nowMs,
    }),
  );
  return {
    events: instances.map((host) => ({ type: 'host-stored', host })),
    effects: instances.map(({ id }) => ({ type: 'launch-instance', hostId: id })),
    reply: done,
  };
}

/** The smallest that no instance of the account and region has. */
function freeNumbers(world: World, { scope }: ComputeEnvironment, count: number): number[] {
  const taken = new Set<number>();
  for (const host of world.hosts.values())
    if (
      host.kind === 'instance' &&
      host.scope === scope &&
      host.launch?.addressNumber !== undefined
    )
      taken.add(host.launch.addressNumber);
  const free: number[] = [];
  for (let number = 0; free.length < count; number++) if (!taken.has(number)) free.push(number);
  return free;
}

/**
 * Environment and launch template put together. Instances spread over the subnets that have a way
 * out. By default they are tagged with the environment's name (user guide, getting started); where
 * the Spot Fleet role may not tag, they have no tags at all.
 */
function launchFacts(
  environment: ComputeEnvironment,
  source: LaunchSource | undefined,
  id: HostId,
): LaunchFacts {
  const resources = launchedResources(
    must(
      environment.computeResources,
      'an environment that launches instances has compute resources',
    ),
  );
  const subnets = openSubnets(environment);
  // What was made before there was a source is launched as it says itself.
  const { securityGroupIds, keyName, tags, instanceProfile, placementGroup, blockDevices } =
    source?.parameters ?? launchParameters(resources, {}, []);
  const named =
    Object.keys(resources.tags ?? {}).length === 0 ? { Name: environment.name, ...tags } : tags;
  const subnetId = subnets[Number.parseInt(id.slice(0, 8), 16) % subnets.length];
  return {
    subnetId,
    securityGroupIds,
    keyName,
    tags: environment.launchesUntagged ? {} : named,
    instanceProfile,
    placementGroup,
    blockDevices,
  };
}

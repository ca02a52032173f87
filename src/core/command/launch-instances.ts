// The scaling cycle launches instances of one type for a managed environment. They have a place in the books from here on; jobs
// go there when they are said to run.

import type { ComputeResource } from '@aws-sdk/client-batch';
import { assert } from '../../base/assert.ts';
import type { HostId } from '../../base/ids.ts';
import { launchOf } from '../compute-environment/launch.ts';
import { hasInstances, isOpen } from '../compute-environment/compute-environment.ts';
import { instanceIdOf, type Instance, type LaunchFacts } from '../host.ts';
import { capacityOf } from '../instance-type/instance-type.ts';
import type { LaunchParameters } from '../launch-template/launch-template.ts';
import type { World } from '../world.ts';
import type { Decided, LaunchInstances } from './command.ts';
import { done } from './command.ts';

export function decideLaunchInstances(world: World, { computeEnvironmentArn, machineId, instanceType, hostIds }: LaunchInstances, nowMs: number): Decided<LaunchInstances> {
  const environment = world.computeEnvironments.get(computeEnvironmentArn);
  const type = world.settings.instanceTypes.type(instanceType);
  assert(environment !== undefined && hasInstances(environment) && isOpen(environment), 'the plan launches for managed environments that run');
  assert(type !== undefined, 'the plan launches types that are known');
  const source = environment.launch && launchOf(environment.launch, type.name);
  const instances = hostIds.map((id: HostId): Instance => ({
    kind: 'instance',
    id,
    title: `instance ${instanceIdOf(id)} (${type.name})`,
    scope: environment.scope,
    computeEnvironmentArn,
    machineId,
    instanceType: type.name,
    spot: environment.computeResources?.type === 'SPOT',
    revision: environment.revision,
    imageId: source?.imageId,
    unfit: source?.unfit,
    capacity: capacityOf(type, source?.reservedMemoryMib),
    state: 'PENDING',
    launchedAtMs: nowMs,
    launch: launchFacts(environment.computeResources, source?.parameters, id),
  }));
  return {
    events: instances.map((host) => ({ type: 'host-stored', host })),
    effects: instances.map(({ id }) => ({ type: 'launch-instance', hostId: id })),
    reply: done,
  };
}

/** Instances spread over the subnets. Those of Spot stay untagged where the Spot Fleet role may not tag (user guide, Spot Instances Not Tagged on Creation). */
function launchFacts({ subnets = [], type, spotIamFleetRole }: Partial<ComputeResource> = {}, parameters: LaunchParameters | undefined, id: HostId): LaunchFacts {
  const mayTag = type !== 'SPOT' || !/(^|\/)AmazonEC2SpotFleetRole$/.test(spotIamFleetRole ?? '');
  const { securityGroupIds = [], keyName, tags = {} } = parameters ?? {};
  return { subnetId: subnets[Number.parseInt(id.slice(0, 8), 16) % subnets.length], securityGroupIds, keyName, tags: mayTag ? tags : {} };
}

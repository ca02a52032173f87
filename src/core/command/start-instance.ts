// An instance of the user's own (EC2 RunInstances, StartInstances) boots with an agent that is told of a cluster: it joins that
// UNMANAGED environment, as a slice of this machine (user guide, chapter Unmanaged Compute Environments).

import { refuse } from '../../base/refusal.ts';
import { instanceIdOf, type Instance } from '../host.ts';
import { capacityOf } from '../instance-type/instance-type.ts';
import type { World } from '../world.ts';
import { done, type Decided, type StartInstance } from './command.ts';
import { environmentOfCluster } from './register-host.ts';

export function decideStartInstance(world: World, command: StartInstance, nowMs: number): Decided<StartInstance> {
  const { scope, hostId, cluster, instanceType, imageId, reservedMemoryMib, unfit, launch } = command;
  const environment = environmentOfCluster(world, command);
  const type = world.settings.instanceTypes.type(instanceType);
  const machine = world.hosts.machines().next().value;
  if (environment === undefined) return refuse('not-found', `Cluster ${cluster} belongs to no compute environment.`);
  if (environment.type !== 'UNMANAGED') return refuse('invalid', `Compute environment ${environment.name} is MANAGED: it launches its instances itself.`);
  if (type === undefined || machine === undefined) return refuse('not-found', `Nothing here can run an instance of type ${instanceType}.`);
  if (world.hosts.has(hostId)) return { events: [], effects: [], reply: done };
  const host: Instance = {
    kind: 'instance',
    own: true,
    id: hostId,
    title: `instance ${instanceIdOf(hostId)} (${type.name})`,
    scope,
    computeEnvironmentArn: environment.arn,
    machineId: machine.id,
    instanceType,
    spot: false,
    revision: environment.revision,
    imageId,
    capacity: capacityOf(type, reservedMemoryMib),
    state: 'PENDING',
    unfit,
    launchedAtMs: nowMs,
    launch,
  };
  return { events: [{ type: 'host-stored', host }], effects: [{ type: 'launch-instance', hostId }], reply: done };
}

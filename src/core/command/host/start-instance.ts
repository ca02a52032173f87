// An instance of the user's own (EC2 RunInstances, StartInstances) boots with an agent that is told
// of a cluster: it joins that UNMANAGED environment, as a slice of this machine (user guide,
// chapter Unmanaged Compute Environments).

import { refuse } from '../../../base/refusal.ts';
import { newInstance } from '../../host/instance.ts';
import type { World } from '../../world/world.ts';
import { environmentOfCluster } from './register-host.ts';
import { done, type Decided } from '../decision.ts';
import type { HostId, Scope } from '../../../base/ids.ts';
import type { LaunchFacts } from '../../host/host.ts';

/** An instance of the user's own boots, and its agent knows a cluster. */
interface StartInstance {
  readonly type: 'start-instance';
  readonly scope: Scope;
  readonly hostId: HostId;
  /** The ECS cluster of an UNMANAGED environment: its ARN, or its name. */
  readonly cluster: string;
  readonly instanceType: string;
  readonly imageId: string;
  readonly reservedMemoryMib: number | undefined;
  /** Which requirement of the AMI specification its image fails. */
  readonly unfit: string | undefined;
  readonly unfitForNodes?: string | undefined;
  readonly launch: LaunchFacts;
}

export function decideStartInstance(world: World, command: StartInstance, nowMs: number): Decided {
  const {
    hostId,
    cluster,
    instanceType,
    imageId,
    reservedMemoryMib,
    unfit,
    unfitForNodes,
    launch,
  } = command;
  const environment = environmentOfCluster(world, command);
  const type = world.settings.instanceTypes.type(instanceType);
  const machine = world.hosts.machines().next().value;
  if (environment === undefined)
    return refuse('not-found', `Cluster ${cluster} belongs to no compute environment.`);
  if (environment.type !== 'UNMANAGED')
    return refuse(
      'invalid',
      `Compute environment ${environment.name} is MANAGED: it launches its instances itself.`,
    );
  if (type === undefined || machine === undefined)
    return refuse('not-found', `Nothing here can run an instance of type ${instanceType}.`);
  if (world.hosts.has(hostId)) return { events: [], effects: [], reply: done };
  const host = newInstance(environment, type, {
    id: hostId,
    own: true,
    machineId: machine.id,
    spot: false,
    imageId,
    unfit,
    unfitForNodes,
    reservedMemoryMib,
    launch,
    nowMs,
  });
  return {
    events: [{ type: 'host-stored', host }],
    effects: [{ type: 'launch-instance', hostId }],
    reply: done,
  };
}

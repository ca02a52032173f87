// A cluster that chooses the nodes itself is the host of an environment there, from when it is
// heard of; while nothing is heard of it, it takes no jobs, and keeps those that it has.

import type { Arn, HostId } from '../../../base/ids.ts';
import { isOpen, isPlacedByCluster } from '../../compute-environment/compute-environment.ts';
import { clusterHost } from '../../host/cluster-host.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';

/** From the comparison with the clusters. Repeating it changes nothing. */
interface JoinCluster {
  readonly type: 'join-cluster';
  /** One that was never given, for the case that the environment has no host yet. */
  readonly hostId: HostId;
  readonly computeEnvironmentArn: Arn;
  readonly isHeard: boolean;
}

export function decideJoinCluster(
  world: World,
  { hostId, computeEnvironmentArn, isHeard }: JoinCluster,
  nowMs: number,
): Decided {
  const nothing: Decided = { events: [], effects: [], reply: done };
  const environment = world.computeEnvironments.get(computeEnvironmentArn);
  if (environment === undefined || !isPlacedByCluster(environment) || !isOpen(environment))
    return nothing;
  const [known] = world.hosts.instancesOf(computeEnvironmentArn);
  if (known === undefined ? !isHeard : (known.unheard !== true) === isHeard) return nothing;
  const { unheard: _before, ...host } = known ?? clusterHost(environment, hostId, nowMs);
  return {
    events: [{ type: 'host-stored', host: isHeard ? host : { ...host, unheard: true } }],
    effects: [{ type: 'link-host', hostId: host.id }],
    reply: done,
  };
}

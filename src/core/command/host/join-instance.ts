// A node of a cluster is a host of an environment there, or is another than before: it takes jobs
// again or no more, or has other room. One that takes none and has none is no host.

import { clusterArnOf, isOpen } from '../../compute-environment/compute-environment.ts';
import { isUpToDate, nodeHost, type NodeFacts } from '../../host/node.ts';
import type { World } from '../../world/world.ts';
import type { Arn, HostId } from '../../../base/ids.ts';
import { done, type Decided } from '../decision.ts';

/** From the comparison with the cluster's nodes. Repeating it changes nothing. */
interface JoinInstance {
  readonly type: 'join-instance';
  /** The host's that was known, or one that was never given. */
  readonly hostId: HostId;
  /** It was never given. */
  readonly isNew: boolean;
  readonly computeEnvironmentArn: Arn;
  readonly node: NodeFacts;
  readonly takesJobs: boolean;
}

export function decideJoinInstance(world: World, command: JoinInstance, nowMs: number): Decided {
  const { hostId, isNew, computeEnvironmentArn, node, takesJobs } = command;
  const nothing: Decided = { events: [], effects: [], reply: done };
  const environment = world.computeEnvironments.get(computeEnvironmentArn);
  if (environment === undefined || clusterArnOf(environment) === undefined) return nothing;
  if (!isOpen(environment)) return nothing;
  const known = world.hosts.get(hostId);
  if (known === undefined) {
    // A host that has left meanwhile does not come back: its node joins as another.
    if (!isNew || !takesJobs) return nothing;
    for (const { reference } of world.hosts.instancesOf(computeEnvironmentArn))
      if (reference === node.name) return nothing;
  } else if (
    known.kind !== 'instance' ||
    known.uid !== node.uid ||
    known.state === 'SHUTTING_DOWN' ||
    isUpToDate(known, node, takesJobs)
  )
    return nothing;
  const host = nodeHost(environment, node, { id: hostId, known, takesJobs, nowMs });
  return {
    events: [{ type: 'host-stored', host }],
    effects: [{ type: 'link-host', hostId }],
    reply: done,
  };
}

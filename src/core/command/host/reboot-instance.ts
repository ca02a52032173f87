// An instance reboots (EC2 RebootInstances): what runs there ends by the end of its host, and it
// takes jobs again.

import { refuse } from '../../../base/refusal.ts';
import { stopJobsOn } from './instance-ending.ts';
import { nodeRefusal } from '../../host/node.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';
import type { HostId, Scope } from '../../../base/ids.ts';

/** What runs there ends, and it takes jobs again. */
interface RebootInstance {
  readonly type: 'reboot-instance';
  readonly scope: Scope;
  readonly hostId: HostId;
}

export function decideRebootInstance(
  world: World,
  { scope, hostId }: RebootInstance,
  nowMs: number,
): Decided {
  const host = world.hosts.get(hostId);
  if (host?.kind !== 'instance' || host.scope !== scope)
    return refuse('not-found', `No instance ${hostId} was launched here.`);
  return nodeRefusal(host) ?? { ...stopJobsOn(world, host, nowMs), reply: done };
}

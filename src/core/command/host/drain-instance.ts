// An instance makes way for a larger one, or lies beyond a maxvCpus that was lowered: no more jobs
// go there, and it ends with its last one. One that is idle is gone at once.

import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';
import type { HostId } from '../../../base/ids.ts';

/** From the scaling cycle: it takes no more jobs, and ends with its last. */
interface DrainInstance {
  readonly type: 'drain-instance';
  readonly hostId: HostId;
}

export function decideDrainInstance(world: World, { hostId }: DrainInstance): Decided {
  const host = world.hosts.get(hostId);
  const drains =
    host?.kind === 'instance' && (host.state === 'PENDING' || host.state === 'RUNNING');
  return {
    events: drains ? [{ type: 'host-stored', host: { ...host, state: 'DRAINING' } }] : [],
    effects: [],
    reply: done,
  };
}

// An instance of a managed environment ends: because scaling needs it no longer, because Spot takes
// it back, or because somebody wants it to (EC2 TerminateInstances). An idle one is gone at once;
// else its jobs end first, as on AWS by the end of their host.

import { refuse } from '../../../base/refusal.ts';
import { endInstance } from './instance-ending.ts';
import { nodeRefusal } from '../../host/node.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';
import type { HostId, Scope } from '../../../base/ids.ts';
import type { EndCause } from '../../host/host.ts';

/** From the scaling cycle, or because somebody asks for it. */
interface EndInstance {
  readonly type: 'end-instance';
  readonly scope: Scope;
  readonly hostId: HostId;
  readonly cause: EndCause;
  /** Of its owner's, where EC2 was asked for it. */
  readonly becomes?: 'stopped' | 'terminated' | undefined;
}

export function decideEndInstance(
  world: World,
  { scope, hostId, cause, becomes }: EndInstance,
  nowMs: number,
): Decided {
  const host = world.hosts.get(hostId);
  if (host?.kind !== 'instance' || host.scope !== scope)
    return refuse('not-found', `No instance ${hostId} was launched here.`);
  const node = cause === 'user' ? nodeRefusal(host) : undefined;
  return node ?? { ...endInstance(world, host, cause, nowMs, becomes), reply: done };
}

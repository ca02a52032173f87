// A host leaves its cluster (ECS DeregisterContainerInstance): one that still runs jobs only by
// force, and those then end as if the host had. An instance of a managed environment, of no use to
// anybody outside of its cluster, ends.

import { refuse } from '../../../base/refusal.ts';
import { endInstance } from './instance-ending.ts';
import { nodeRefusal } from '../../host/node.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';
import type { HostId, Scope } from '../../../base/ids.ts';

interface DeregisterHost {
  readonly type: 'deregister-host';
  readonly scope: Scope;
  readonly hostId: HostId;
  /** Also while jobs run there: they end as if the host had. */
  readonly force: boolean;
}

export function decideDeregisterHost(
  world: World,
  { scope, hostId, force }: DeregisterHost,
  nowMs: number,
): Decided {
  const host = world.hosts.get(hostId);
  if (host === undefined || host.kind === 'machine' || host.scope !== scope)
    return refuse('not-found', `No host ${hostId} is registered.`);
  const node = nodeRefusal(host);
  if (node) return node;
  const running = world.attemptsOn(hostId).size;
  if (running > 0 && !force)
    return refuse(
      'invalid',
      `${host.title} runs ${running} ${running === 1 ? 'job' : 'jobs'}. Drain it and wait, or deregister it by force.`,
    );
  if (host.kind === 'instance') return { ...endInstance(world, host, 'user', nowMs), reply: done };
  return {
    events: [{ type: 'host-left', hostId, atMs: nowMs }],
    effects: [{ type: 'unlink-host', hostId }],
    reply: done,
  };
}

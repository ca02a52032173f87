// A registered host leaves its cluster (ECS DeregisterContainerInstance): one that still runs jobs only by force, and those then
// end as if the host had.

import type { HostId, Scope } from '../../base/ids.ts';
import { refuse } from '../../base/refusal.ts';
import type { RegisteredHost } from '../host.ts';
import type { World } from '../world.ts';
import type { Decided, DeregisterHost } from './command.ts';
import { done } from './command.ts';

export function decideDeregisterHost(world: World, { scope, hostId, force }: DeregisterHost): Decided<DeregisterHost> {
  const host = registeredHost(world, scope, hostId);
  if (host === undefined) return refuse('not-found', `No host ${hostId} is registered.`);
  const running = [...world.attemptsOn(hostId)].length;
  if (running > 0 && !force) return refuse('invalid', `${host.title} runs ${running} ${running === 1 ? 'job' : 'jobs'}. Drain it and wait, or deregister it by force.`);
  return { events: [{ type: 'host-left', hostId }], effects: [{ type: 'unlink-host', hostId }], reply: done };
}

export function registeredHost(world: World, scope: Scope, hostId: HostId): RegisteredHost | undefined {
  const host = world.hosts.get(hostId);
  return host?.kind === 'registered' && host.scope === scope ? host : undefined;
}

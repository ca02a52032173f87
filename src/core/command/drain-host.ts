// A registered host is drained, or made active again (ECS UpdateContainerInstancesState). What runs there goes on.

import { refuse } from '../../base/refusal.ts';
import type { World } from '../world.ts';
import type { Decided, DrainHost } from './command.ts';
import { done } from './command.ts';
import { registeredHost } from './deregister-host.ts';

export function decideDrainHost(world: World, { scope, hostId, status }: DrainHost): Decided<DrainHost> {
  const host = registeredHost(world, scope, hostId);
  if (host === undefined) return refuse('not-found', `No host ${hostId} is registered.`);
  if (host.status === status) return { events: [], effects: [], reply: done };
  return { events: [{ type: 'host-stored', host: { ...host, status } }], effects: [], reply: done };
}

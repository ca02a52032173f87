// An instance makes way for a larger one, or lies beyond a maxvCpus that was lowered: no more jobs
// go there, and it ends with its last one. One that is idle is gone at once.

import type { World } from '../../world/world.ts';
import type { Decided, DrainInstance } from '../command.ts';
import { done } from '../command.ts';

export function decideDrainInstance(
  world: World,
  { hostId }: DrainInstance,
): Decided<DrainInstance> {
  const host = world.hosts.get(hostId);
  const drains =
    host?.kind === 'instance' && (host.state === 'PENDING' || host.state === 'RUNNING');
  return {
    events: drains ? [{ type: 'host-stored', host: { ...host, state: 'DRAINING' } }] : [],
    effects: [],
    reply: done,
  };
}

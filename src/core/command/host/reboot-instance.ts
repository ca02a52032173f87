// An instance reboots (EC2 RebootInstances): what runs there ends by the end of its host, and it
// takes jobs again.

import { refuse } from '../../../base/refusal.ts';
import { stopJobsOn } from './instance-ending.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided, type RebootInstance } from '../command.ts';

export function decideRebootInstance(
  world: World,
  { scope, hostId }: RebootInstance,
  nowMs: number,
): Decided<RebootInstance> {
  const host = world.hosts.get(hostId);
  if (host?.kind !== 'instance' || host.scope !== scope)
    return refuse('not-found', `No instance ${hostId} was launched here.`);
  return { ...stopJobsOn(world, host, nowMs), reply: done };
}

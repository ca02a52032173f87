// Routes, gateways or subnets have changed in EC2: environments learn which of their subnets are
// cut off, and what waited for a way out goes on.

import { cutOffSubnets } from '../../compute-environment/network.ts';
import type { Event } from '../../event.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';
import type { Scope } from '../../../base/ids.ts';
import type { KnownSubnet } from '../../compute-environment/subnet.ts';

/** From EC2: these are all the subnets that it has. */
interface NoteNetwork {
  readonly type: 'note-network';
  readonly scope: Scope;
  readonly subnets: readonly KnownSubnet[];
}

export function decideNoteNetwork(world: World, { scope, subnets }: NoteNetwork): Decided {
  const events: Event[] = [];
  for (const environment of world.computeEnvironments.values()) {
    if (environment.scope !== scope) continue;
    const cutOff = cutOffSubnets(environment, subnets);
    if (JSON.stringify(cutOff) !== JSON.stringify(environment.cutOff))
      events.push({ type: 'compute-environment-stored', environment: { ...environment, cutOff } });
  }
  return { events, effects: [], reply: done };
}

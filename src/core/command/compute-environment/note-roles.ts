// Roles or their policies have changed in IAM: environments learn whether their Spot Fleet role may
// tag what it launches. What runs already keeps what it has.

import { launchesUntagged } from '../../compute-environment/references.ts';
import type { Event } from '../../event.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';

/** From IAM: which of an account's roles may not tag what they launch. */
interface NoteRoles {
  readonly type: 'note-roles';
  /** How the ARNs of its roles begin. */
  readonly prefix: string;
  readonly untagging: readonly string[];
}

export function decideNoteRoles(world: World, { prefix, untagging }: NoteRoles): Decided {
  const events: Event[] = [];
  for (const environment of world.computeEnvironments.values()) {
    if (!environment.computeResources?.spotIamFleetRole?.startsWith(prefix)) continue;
    const untagged = launchesUntagged(environment.computeResources, { untagging });
    if (untagged !== environment.launchesUntagged)
      events.push({
        type: 'compute-environment-stored',
        environment: { ...environment, launchesUntagged: untagged },
      });
  }
  return { events, effects: [], reply: done };
}

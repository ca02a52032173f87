// Roles or their policies have changed in IAM: environments learn whether their Spot Fleet role may
// tag what it launches. What runs already keeps what it has.

import { launchesUntagged } from '../../compute-environment/references.ts';
import type { Event } from '../../event.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided, type NoteRoles } from '../command.ts';

export function decideNoteRoles(
  world: World,
  { prefix, untagging }: NoteRoles,
): Decided<NoteRoles> {
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

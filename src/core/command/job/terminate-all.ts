// Jobs are terminated together, because what they belong to is being deleted: waiting ones at once,
// those under way once their containers have stopped.

import { splitJobId } from '../../../base/ids.ts';
import type { Effect } from '../../effect.ts';
import type { Event } from '../../event.ts';
import type { WorldJob } from '../../job/job.ts';
import type { Stop } from '../../job/stop.ts';
import type { World } from '../../world/world.ts';
import type { Followed } from '../decision.ts';
import { stopEvents } from './stop-job.ts';

/** `reason` is what the jobs show as their statusReason. */
export function terminateAll(
  world: World,
  jobs: Iterable<WorldJob>,
  reason: string,
  nowMs: number,
): Followed {
  const events: Event[] = [];
  const effects: Effect[] = [];
  const stop: Stop = { by: 'terminate', reason, atMs: nowMs };
  for (const job of jobs) {
    // A child is stopped with its parent, a node with its job.
    if (splitJobId(job.id).parent !== job.id) continue;
    const stopped = stopEvents(world, job, stop);
    events.push(...stopped.events);
    effects.push(...stopped.effects);
  }
  return { events, effects };
}

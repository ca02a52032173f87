// What a deadline that has passed brings about. An attempt's timeout stops it as a user's terminate would, with AWS's text; it
// is never retried (spec 4.5; user guide, chapter Job Timeouts).

import { isLive } from '../job/job.ts';
import type { World } from '../world.ts';
import type { Decided, MeetDeadline } from './command.ts';
import { done } from './command.ts';
import { stopEvents } from './stop-job.ts';

export const timeoutReason = 'Job attempt duration exceeded timeout';

export function decideMeetDeadline(world: World, { deadline }: MeetDeadline): Decided<MeetDeadline> {
  const jobId = world.attempts.get(deadline.attemptId);
  const job = jobId === undefined ? undefined : world.jobs.get(jobId);
  if (job === undefined || !isLive(job)) return { events: [], effects: [], reply: done };
  return { ...stopEvents(world, job, { by: 'timeout', reason: timeoutReason, atMs: deadline.dueAtMs }), reply: done };
}

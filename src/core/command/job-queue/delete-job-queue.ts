// DeleteJobQueue: a DISABLED queue only; its jobs are terminated. It is DELETING until the last of
// them has ended; what takes it away then is `decide` itself, for any command may end a job.

import type { Scope } from '../../../base/ids.ts';
import { refuse } from '../../../base/refusal.ts';
import type { Event } from '../../event.ts';
import type { World } from '../../world/world.ts';
import { terminateAll } from '../job/terminate-all.ts';
import { done, type Decided } from '../decision.ts';

interface DeleteJobQueue {
  readonly type: 'delete-job-queue';
  readonly scope: Scope;
  /** Name or ARN. */
  readonly jobQueue: string;
}

/** What the queue's jobs show as their statusReason. */
const queueDeletedReason = 'Terminated: the job queue is being deleted';

export function decideDeleteJobQueue(
  world: World,
  command: DeleteJobQueue,
  nowMs: number,
): Decided {
  const queue = world.jobQueue(command.scope, command.jobQueue);
  if (queue === undefined)
    return refuse('not-found', `Job queue ${command.jobQueue} does not exist`);
  if (queue.status === 'DELETING') return { events: [], effects: [], reply: done };
  if (queue.state !== 'DISABLED') return refuse('invalid', 'Cannot delete, state must be DISABLED');

  const stopped = terminateAll(world, world.queueJobs(queue.arn), queueDeletedReason, nowMs);
  const events: Event[] = [
    { type: 'job-queue-stored', queue: { ...queue, status: 'DELETING' } },
    ...stopped.events,
  ];
  // One that has jobs goes with the last of them.
  if (world.jobs.inQueue(queue.arn) === 0)
    events.push({ type: 'job-queue-deleted', arn: queue.arn });
  return { events, effects: stopped.effects, reply: done };
}

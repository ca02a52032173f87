// Who blocks a queue: the job at its head, where it cannot start for a reason that has a token of
// AWS's. Looked at after each pass, for queues that have time limits and where somebody wants to be
// told, and noted when it changes: a limit counts from then on (doc/reasons.md, time limits), and
// each is told of once.

import { assert } from '../../../base/assert.ts';
import type { Event } from '../../event.ts';
import { hasTimeLimits, type JobQueue } from '../../job-queue/job-queue.ts';
import { explainHead } from '../../schedule/explain/explain.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';
import { findJob } from '../job/stop-job.ts';
import type { Arn } from '../../../base/ids.ts';

/** From control, after each pass: who is at the head of the queue, and why it waits. */
interface WatchQueue {
  readonly type: 'watch-queue';
  readonly queueArn: Arn;
  /** Somebody wants to be told, whether or not the queue has time limits. */
  readonly isWanted: boolean;
}

export function decideWatchQueue(
  world: World,
  { queueArn, isWanted }: WatchQueue,
  nowMs: number,
): Decided {
  const queue = world.jobQueues.get(queueArn);
  const events = queue === undefined ? [] : blockedEvents(world, queue, isWanted, nowMs);
  return { events, effects: [], reply: done };
}

function blockedEvents(world: World, queue: JobQueue, isWanted: boolean, sinceMs: number): Event[] {
  const { blockedHead } = queue;
  const head = isWanted || hasTimeLimits(queue) ? explainHead(world, queue) : undefined;
  if (blockedHead?.jobId === head?.jobId && blockedHead?.reason === head?.reason) return [];
  if (head === undefined)
    return [{ type: 'job-queue-blocked', queue: { ...queue, blockedHead: undefined } }];
  const { jobId, reason, text } = head;
  const job = findJob(world, queue.scope, jobId);
  assert(job?.status === 'RUNNABLE', 'the head of a queue is RUNNABLE');
  return [
    {
      type: 'job-queue-blocked',
      queue: { ...queue, blockedHead: { jobId, reason, sinceMs } },
      head: { job, statusReason: text() },
    },
  ];
}

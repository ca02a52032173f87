// Who blocks a queue: the job at its head, where it cannot start for a reason that has a token of
// AWS's. Looked at after each pass for queues that have time limits, and noted when it changes, so
// that a limit counts from the right moment (doc/reasons.md, time limits).

import type { Event } from '../../event.ts';
import { hasTimeLimits, type BlockedHead, type JobQueue } from '../../job-queue/job-queue.ts';
import { explainHead } from '../../schedule/explain/explain.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';
import type { Arn } from '../../../base/ids.ts';

/** From control, after each pass: who is at the head of the queue, and why it waits. */
interface WatchQueue {
  readonly type: 'watch-queue';
  readonly queueArn: Arn;
}

export function decideWatchQueue(world: World, { queueArn }: WatchQueue, nowMs: number): Decided {
  const queue = world.jobQueues.get(queueArn);
  const events =
    queue === undefined
      ? []
      : blockedEvents(queue, hasTimeLimits(queue) ? explainHead(world, queue) : undefined, nowMs);
  return { events, effects: [], reply: done };
}

function blockedEvents(
  queue: JobQueue,
  now: Omit<BlockedHead, 'sinceMs'> | undefined,
  nowMs: number,
): Event[] {
  const { blockedHead } = queue;
  if (blockedHead?.jobId === now?.jobId && blockedHead?.reason === now?.reason) return [];
  return [
    {
      type: 'job-queue-blocked',
      queue: { ...queue, blockedHead: now && { ...now, sinceMs: nowMs } },
    },
  ];
}

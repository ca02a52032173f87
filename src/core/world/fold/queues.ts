// Job queues come, change and go, and with each its line. Its jobs have ended before it goes.

import { hasTimeLimits, timeLimitAtMs, type JobQueue } from '../../job-queue/job-queue.ts';
import type { LiveWorld } from '../live-world.ts';
import type { Folds } from './fold.ts';
import { removeSharesOf } from './quota-shares.ts';
import { tagged, untagged } from './tags.ts';

export const queueFolds = {
  'job-queue-stored'(world, { queue, tags }) {
    const known = world.jobQueues.get(queue.arn);
    if (known === undefined || !isShownAs(known, queue)) note(world, queue);
    store(world, queue);
    tagged(world, queue.arn, tags);
    world.scheduler.queueStored(queue, known);
  },

  'job-queue-blocked'(world, { queue, head }) {
    store(world, queue);
    if (head !== undefined) world.happenings.push({ type: 'queue-blocked', ...head });
  },

  'job-queue-deleted'(world, { arn }) {
    const queue = world.jobQueues.get(arn);
    if (queue !== undefined) note(world, queue, true);
    world.jobQueues.delete(arn);
    world.watchedQueues.delete(arn);
    world.changes.jobQueues.set(arn, undefined);
    world.changes.forgetShares(arn);
    removeSharesOf(world, arn);
    untagged(world, arn);
    world.scheduler.queueDeleted(arn);
  },
} satisfies Partial<Folds>;

const note = (world: LiveWorld, queue: JobQueue, isGone = false): void =>
  void world.happenings.push({ type: 'queue-changed', queue, isGone });

/** As DescribeJobQueues shows them, but for tags, they are the same. */
function isShownAs(
  { blockedHead: _known, firstSequence: _since, ...known }: JobQueue,
  { blockedHead: _queue, firstSequence: _from, ...queue }: JobQueue,
): boolean {
  return JSON.stringify(known) === JSON.stringify(queue);
}

/** Whether its head is watched, and when its time limit ends, goes with it. */
function store(world: LiveWorld, queue: JobQueue): void {
  world.jobQueues.set(queue.arn, queue);
  world.changes.jobQueues.set(queue.arn, queue);
  if (hasTimeLimits(queue) || queue.blockedHead !== undefined) world.watchedQueues.add(queue.arn);
  else world.watchedQueues.delete(queue.arn);
  const dueAtMs = timeLimitAtMs(queue);
  if (dueAtMs !== undefined)
    world.deadlines.add({ type: 'job-state-time-limit', dueAtMs, queueArn: queue.arn });
}

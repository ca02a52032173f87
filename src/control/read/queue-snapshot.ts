// The front of a queue and what its jobs hold, at this moment (GetJobQueueSnapshot). Changes
// nothing.

import type { JobId } from '../../base/ids.ts';
import { needsOfAll } from '../../core/job/nodes.ts';
import type { JobQueue } from '../../core/job-queue/job-queue.ts';
import { dispatchOrder } from '../../core/schedule/order/dispatch-order.ts';
import type { World } from '../../core/world/world.ts';
import type { QueueSnapshotView } from '../../port/reader.ts';
import { quotasOf } from './quota-usage.ts';
import { runnable } from './runnable.ts';
import { instancesUsed } from './service-usage.ts';

export function queueSnapshot(world: World, queue: JobQueue, limit: number): QueueSnapshotView {
  const line = world.scheduler.lines.of(queue.arn);
  const front: { jobId: JobId; sinceMs: number }[] = [];
  for (const jobId of dispatchOrder(world, queue.arn)) {
    if (front.length === limit) break;
    const job = runnable(world, jobId);
    front.push({ jobId, sinceMs: line.listOf(job).sinceMs(job) });
  }
  const quotas = quotasOf(world, queue);
  const { shares } = line;
  const instances = instancesUsed(world, queue);
  if (quotas !== undefined || shares === undefined)
    return {
      queue,
      front,
      usedMilliVcpu: usedMilliVcpu(world, queue),
      instancesUsed: instances,
      quotas,
    };
  const holding = [...shares.values()]
    .filter(({ milliVcpu }) => milliVcpu > 0)
    .sort((a, b) => b.milliVcpu - a.milliVcpu || (a.identifier < b.identifier ? -1 : 1));
  return {
    queue,
    front,
    usedMilliVcpu: shares.milliVcpu,
    instancesUsed: instances,
    shares: holding.map(({ identifier, milliVcpu }) => ({ identifier, usedMilliVcpu: milliVcpu })),
  };
}

function usedMilliVcpu(world: World, queue: JobQueue): number {
  let used = 0;
  for (const id of world.attempts.values()) {
    const job = world.jobs.get(id);
    if (job?.queueArn !== queue.arn) continue;
    // The places of nodes that are not launched are kept.
    used += (
      job.status === 'STARTING' && job.otherNodes !== undefined
        ? needsOfAll(job.terms)
        : job.terms.needs
    ).milliVcpu;
  }
  return used;
}

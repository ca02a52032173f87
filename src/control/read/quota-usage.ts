// What the quota shares of a queue hold, and which job of each goes next, at this moment
// (GetJobQueueSnapshot). Changes nothing.

import type { JobQueue } from '../../core/job-queue/job-queue.ts';
import type { World } from '../../core/world/world.ts';
import type { QuotasView, QuotaUsage } from '../../port/reader.ts';
import { runnable } from './runnable.ts';

/** Undefined: the queue's jobs are in no quota shares. */
export function quotasOf(world: World, queue: JobQueue): QuotasView | undefined {
  const line = world.scheduler.lines.of(queue.arn);
  const { quotas } = line;
  if (quotas === undefined) return undefined;
  const shares = [...world.quotaShares.of(queue.arn).values()].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  const usage = (quantityOf: (unit: string) => number): QuotaUsage =>
    quotas.units.map((unit) => ({ capacityUnit: unit, quantity: quantityOf(unit) }));
  const held = new Map(shares.map(({ name }) => [name, quotas.held(name)]));
  return {
    used: usage((unit) =>
      held.values().reduce((sum, amounts) => sum + (amounts.get(unit) ?? 0), 0),
    ),
    shares: shares.map(({ name }) => {
      const jobId = quotas.front(name);
      const job = jobId && runnable(world, jobId);
      return {
        name,
        used: usage((unit) => held.get(name)?.get(unit) ?? 0),
        front: job && { jobId: job.id, sinceMs: line.listOf(job).sinceMs(job) },
      };
    }),
  };
}

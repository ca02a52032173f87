// The last step of rebuilding a world from rows: what is in no row follows from what jobs wait for.

import { readyRanges } from './readiness.ts';
import { isArrayParent } from '../job/job.ts';
import type { World } from './world.ts';

/**
 * After all jobs are back: children without a row of arrays that wait for others are RUNNABLE where
 * they wait no more.
 */
export function restoreReadiness(world: World): void {
  for (const job of world.jobs.values()) {
    if (!isArrayParent(job)) continue;
    if (job.rest.status === 'RUNNABLE') world.scheduler.becameRunnable(job, job.createdAtMs);
    else if (job.rest.status === 'PENDING')
      for (const { from, to } of readyRanges(world, job))
        world.apply({
          type: 'children-runnable',
          parentId: job.id,
          from,
          to,
          atMs: job.children.lastChangedAtMs,
        });
  }
  world.occasions.length = 0;
}

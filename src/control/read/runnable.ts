// A job that a queue's line lists, or the child of an array that stands there, as a value. Changes
// nothing.

import { assert } from '../../base/assert.ts';
import { splitJobId, type JobId } from '../../base/ids.ts';
import { isArrayParent, type WaitingJob } from '../../core/job/job.ts';
import type { World } from '../../core/world/world.ts';

export function runnable(world: World, id: JobId): WaitingJob {
  const { parent, index } = splitJobId(id);
  const job =
    index === undefined ? world.jobs.get(id) : world.child(world.arrayParent(parent), index);
  assert(
    job !== undefined && !isArrayParent(job) && job.status === 'RUNNABLE',
    'a queue lists its RUNNABLE jobs',
  );
  return job;
}

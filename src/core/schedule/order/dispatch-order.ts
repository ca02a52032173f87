// The RUNNABLE jobs of a queue in the order in which a pass would try them now: those that room is
// kept for, then as its line goes. Reads, and changes nothing.

import { childId, type Arn, type JobId } from '../../../base/ids.ts';
import { isArrayParent } from '../../job/job.ts';
import type { World } from '../../world/world.ts';

export function* dispatchOrder(world: World, queueArn: Arn): Generator<JobId> {
  const first = new Set(world.scheduler.backlog.heldOf(queueArn).map((id) => nextOf(world, id)));
  yield* first;
  for (const id of world.scheduler.lines.of(queueArn).inTurn()) if (!first.has(id)) yield id;
}

/** The job itself, or the child of an array that goes next. */
export function nextOf(world: World, id: JobId): JobId {
  const job = world.jobs.get(id);
  const index = job !== undefined && isArrayParent(job) ? job.children.nextRunnable() : undefined;
  return index === undefined ? id : childId(id, index);
}

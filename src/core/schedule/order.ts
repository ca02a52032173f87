// In which order waiting jobs are tried: queue priority first, then submission (spec 4.3). The order is total: it ends in the
// sequence number, which is unique.

import { Heap } from '../../base/heap.ts';
import type { World } from '../world.ts';
import type { Entry, JobClass } from './backlog.ts';

/** The head of a class, with what it is ordered by. */
export interface Candidate {
  readonly jobClass: JobClass;
  readonly head: Entry;
  readonly priority: number;
}

export const before = (a: Candidate, b: Candidate): boolean =>
  a.priority !== b.priority ? a.priority > b.priority : a.head.rank < b.head.rank;

/** The heads of all classes that wait, first first. */
export function order(world: World): Heap<Candidate> {
  const heap = new Heap<Candidate>(before);
  for (const { jobClass, head } of world.backlog.classes(world.stillRunnable)) {
    const queue = world.jobQueues.get(jobClass.queueArn);
    if (queue !== undefined) heap.push({ jobClass, head, priority: queue.priority });
  }
  return heap;
}

// One pass of placement: asks the order for the next head, asks fit for a place, and says where the job goes. The caller
// applies each placement before asking for the next, so that the world is the only book of what is taken. A class that does
// not fit is left out for the rest of the pass: nothing grows while a pass takes.

import { must } from '../../base/assert.ts';
import { childId, type Arn, type HostId, type JobId } from '../../base/ids.ts';
import { isArrayParent } from '../job/job.ts';
import type { World } from '../world.ts';
import type { Heap } from '../../base/heap.ts';
import { fit } from './fit.ts';
import { order, type Candidate } from './order.ts';

export interface PlannedPlacement {
  readonly jobId: JobId;
  readonly computeEnvironmentArn: Arn;
  readonly hostId: HostId;
}

export class Pass {
  readonly #world: World;
  readonly #candidates: Heap<Candidate>;

  constructor(world: World) {
    this.#world = world;
    this.#candidates = order(world);
  }

  /** The next placement; undefined when nothing more fits. */
  next(): PlannedPlacement | undefined {
    for (;;) {
      const candidate = this.#candidates.pop();
      if (candidate === undefined) return undefined;
      const { jobClass, priority } = candidate;
      const head = jobClass.head(this.#world.stillRunnable);
      if (head === undefined) continue;
      if (head.rank !== candidate.head.rank) {
        // Its head was placed since the class was put back: its turn is the next head's.
        this.#candidates.push({ jobClass, head, priority });
        continue;
      }
      const queue = must(this.#world.jobQueues.get(jobClass.queueArn), 'a queue outlives the jobs that wait in it');
      const place = fit(this.#world, queue, jobClass.needs);
      if (!place.fits) continue;
      this.#candidates.push({ jobClass, head, priority });
      return { jobId: this.#jobOf(head.jobId), computeEnvironmentArn: place.computeEnvironmentArn, hostId: place.hostId };
    }
  }

  #jobOf(id: JobId): JobId {
    const job = must(this.#world.jobs.get(id), 'a head stands for a job that has not ended');
    if (!isArrayParent(job)) return id;
    return childId(id, must(job.children.nextRunnable(), 'the head array has a runnable child'));
  }
}

// One pass of placement: takes the next head of the order, asks fit for a place, and says where the job goes. The caller
// applies each placement before asking for the next, so that the world is the only book of what is taken. A class that does
// not fit is laid aside until the pass ends: nothing grows while a pass takes.

import { must } from '../../base/assert.ts';
import { childId, type Arn, type HostId, type JobId } from '../../base/ids.ts';
import { isArrayParent } from '../job/job.ts';
import type { World } from '../world.ts';
import type { Head } from './order.ts';
import { anyHostHasRoom, fit } from './fit.ts';

export interface PlannedPlacement {
  readonly jobId: JobId;
  readonly computeEnvironmentArn: Arn;
  readonly hostId: HostId;
}

export class Pass {
  readonly #world: World;
  #aside: Head[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  /** The next placement; undefined when nothing more fits. */
  next(): PlannedPlacement | undefined {
    const { backlog, jobQueues } = this.#world;
    // A full machine is told at once, however many different needs wait for it.
    while (anyHostHasRoom(this.#world, backlog.least)) {
      const head = backlog.take();
      if (head === undefined) return undefined;
      const { queueArn, needs } = head.jobClass;
      const place = fit(this.#world, must(jobQueues.get(queueArn), 'a queue outlives the jobs that wait in it'), needs);
      if (!place.fits) {
        this.#aside.push(head);
        continue;
      }
      backlog.putBack(head);
      return { jobId: this.#jobOf(head.entry.jobId), computeEnvironmentArn: place.computeEnvironmentArn, hostId: place.hostId };
    }
    return undefined;
  }

  /** Puts back what was laid aside. A pass must be ended before the next one begins. */
  end(): void {
    for (const head of this.#aside) this.#world.backlog.putBack(head);
    this.#aside = [];
  }

  #jobOf(id: JobId): JobId {
    const job = must(this.#world.jobs.get(id), 'a head stands for a job that has not ended');
    if (!isArrayParent(job)) return id;
    return childId(id, must(job.children.nextRunnable(), 'the head array has a runnable child'));
  }
}

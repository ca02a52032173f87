// How many jobs that have not ended stand in each status, kept by increments so that asking costs
// nothing: children of arrays count, their parents do not. An index of the world, changed by its
// fold alone.

import { jobStatuses, type JobStatus } from './status.ts';

export class StatusCounts {
  /** By the index in jobStatuses. */
  readonly #counts = new Float64Array(jobStatuses.length);

  add(code: number, count: number): void {
    this.#counts[code]! += count;
  }

  move(from: number, to: number, count: number): void {
    this.add(from, -count);
    this.add(to, count);
  }

  of(status: JobStatus): number {
    return this.#counts[jobStatuses.indexOf(status)] as number;
  }
}

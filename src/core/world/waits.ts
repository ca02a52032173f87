// Who waits for whom, by the job that is waited for: so that an end costs what depends on it. An
// index of the world, kept by its fold alone.

import type { JobId } from '../../base/ids.ts';
import type { Dependency } from '../job/dependency.ts';
import type { WorldJob } from '../job/job.ts';

/** What may be asked of them. */
export type WaitsView = Pick<Waits, 'targets'>;

const none: ReadonlySet<JobId> = new Set();

export class Waits {
  readonly #ofJob = new Map<JobId, Set<JobId>>();
  readonly #ofChildren = new Map<JobId, Set<JobId>>();

  add(dependent: JobId, waitsFor: readonly Dependency[]): void {
    for (const dependency of waitsFor) {
      if (dependency.type === 'SEQUENTIAL') continue;
      const index = dependency.type === 'JOB' ? this.#ofJob : this.#ofChildren;
      const known = index.get(dependency.jobId);
      if (known === undefined) index.set(dependency.jobId, new Set([dependent]));
      else known.add(dependent);
    }
  }

  /** The jobs that others wait for, and the arrays of which children do. */
  *targets(): Generator<JobId> {
    yield* this.#ofJob.keys();
    yield* this.#ofChildren.keys();
  }

  /** The job has ended: gives those that waited for the whole of it, and forgets them. */
  take(id: JobId): ReadonlySet<JobId> {
    const found = this.#ofJob.get(id) ?? none;
    this.#ofJob.delete(id);
    return found;
  }

  /** Arrays whose children wait for the children of this one, until it has ended. */
  ofChildren(parent: JobId): ReadonlySet<JobId> {
    return this.#ofChildren.get(parent) ?? none;
  }

  forgetChildren(parent: JobId): void {
    this.#ofChildren.delete(parent);
  }
}

/** Whether each child of the array waits for the one before it. */
export const isSequential = (job: WorldJob): boolean =>
  'waitsFor' in job &&
  (job.waitsFor?.some((dependency) => dependency.type === 'SEQUENTIAL') ?? false);

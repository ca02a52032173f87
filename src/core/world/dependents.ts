// Who waits for whom, by the job that is waited for: so that an end costs what depends on it. An
// index of the world, kept by its fold alone.

import { splitJobId, type Arn, type AttemptId, type HostId, type JobId } from '../../base/ids.ts';
import type { Dependency } from '../job/dependency.ts';
import type { LiveArrayParent, WorldJob } from '../job/job.ts';
import type { EndedStatus } from '../job/status.ts';

/** Something that the next decision of the same transaction has to see to. */
export type Occasion =
  | { readonly type: 'ended'; readonly jobId: JobId; readonly status: EndedStatus }
  /** A job that waits has come: what it waits for may have come before it. */
  | { readonly type: 'came'; readonly jobId: JobId }
  /** The host of an attempt that is under way is gone. */
  | { readonly type: 'stranded'; readonly attemptId: AttemptId }
  /** An instance that takes no more jobs may have none left. */
  | { readonly type: 'instance-idle'; readonly hostId: HostId }
  /** Its environment may have waited for that. */
  | { readonly type: 'instance-gone'; readonly computeEnvironmentArn: Arn }
  /** A queue that is being deleted goes with its last job, however that ended. */
  | { readonly type: 'queue-emptied'; readonly queueArn: Arn };

const none: readonly JobId[] = [];

export class Dependents {
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

  /** Those that wait for the whole of it. */
  ofJob(id: JobId): Iterable<JobId> {
    return this.#ofJob.get(id) ?? none;
  }

  /** Arrays whose children wait for the children of this one. */
  ofChildren(parent: JobId): Iterable<JobId> {
    return this.#ofChildren.get(parent) ?? none;
  }

  /** Whether anything could follow from the end of this job, or of a child of this parent. */
  concerns(id: JobId, parent: LiveArrayParent | undefined): boolean {
    if (this.#ofJob.has(id)) return true;
    return parent !== undefined && (this.#ofChildren.has(parent.id) || isSequential(parent));
  }

  /** The job is over and its dependents have been looked at. */
  forget(id: JobId): void {
    this.#ofJob.delete(id);
    if (splitJobId(id).index === undefined) this.#ofChildren.delete(id);
  }
}

export const isSequential = (job: WorldJob): boolean =>
  'waitsFor' in job &&
  (job.waitsFor?.some((dependency) => dependency.type === 'SEQUENTIAL') ?? false);

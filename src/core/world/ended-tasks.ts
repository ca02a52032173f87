// Attempts that ended of late, by id: of which job they were, and where. The job's row tells all
// the rest. It holds so many and no more, the oldest go first; nothing is decided by it.

import type { Arn, AttemptId, HostId, JobId } from '../../base/ids.ts';
import type { EndedAttempt } from '../job/attempt.ts';
import { limit } from '../limit.ts';

interface EndedTask {
  readonly jobId: JobId;
  readonly computeEnvironmentArn: Arn;
  readonly hostId: HostId;
  readonly stoppedAtMs: number;
}

/** What may be asked of them. */
export type EndedTasksView = Omit<EndedTasks, 'note'>;

export class EndedTasks {
  readonly #tasks = new Map<AttemptId, EndedTask>();

  note(
    jobId: JobId,
    { attemptId, computeEnvironmentArn, hostId, stoppedAtMs }: EndedAttempt,
  ): void {
    this.#tasks.set(attemptId, { jobId, computeEnvironmentArn, hostId, stoppedAtMs });
    if (this.#tasks.size <= limit.endedTasks) return;
    for (const oldest of this.#tasks.keys()) {
      this.#tasks.delete(oldest);
      return;
    }
  }

  get(attemptId: AttemptId): EndedTask | undefined {
    return this.#tasks.get(attemptId);
  }

  /** In the order in which they were noted. */
  entries(): Iterable<readonly [AttemptId, EndedTask]> {
    return this.#tasks.entries();
  }
}

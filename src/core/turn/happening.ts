// What others are told of beside jobs' changes of status: a queue that its first job blocks,
// service jobs that are preempted, environments and queues that are another, instances that come
// and go. Noted by the fold at the
// spot where it becomes true, with all that its teller needs but tags; it decides nothing, and the
// same is never told twice. Plain values: a row may hold one.

import type { Scope } from '../../base/ids.ts';
import type { ComputeEnvironment } from '../compute-environment/compute-environment.ts';
import type { InstanceState } from '../host/instance.ts';
import type { Job, LiveJob, WaitingJob } from '../job/job.ts';
import type { JobQueue } from '../job-queue/job-queue.ts';

/** A moment's, which is its transaction's. */
export type Happening = Happened & { readonly atMs: number };

export type Happened =
  /**
   * Another job is the first of the queue and cannot start, or the first one cannot for another of
   * AWS's reasons. Told of queues with time limits, and where somebody wants it.
   */
  | {
      readonly type: 'queue-blocked';
      readonly job: WaitingJob;
      /** With AWS's token in front, as DescribeJobs shows it. */
      readonly statusReason: string;
    }
  /** A service job is being stopped for another, which its stops say. */
  | { readonly type: 'preemption-started'; readonly job: LiveJob }
  /** … and its attempt has ended so: it waits again, or was preempted too often. */
  | { readonly type: 'preemption-completed'; readonly job: Job }
  /** It is new, shows something else than before, or is gone, and then this was the last of it. */
  | {
      readonly type: 'environment-changed';
      readonly environment: ComputeEnvironment;
      readonly isGone: boolean;
    }
  | { readonly type: 'queue-changed'; readonly queue: JobQueue; readonly isGone: boolean }
  /** EC2 shows another state of it; also of those that are its owner's. */
  | ({ readonly type: 'instance-changed'; readonly state: InstanceState } & ToldInstance)
  /** Spot takes it back. */
  | ({ readonly type: 'spot-interrupted' } & ToldInstance);

interface ToldInstance {
  readonly scope: Scope;
  /** EC2's: `i-…`. */
  readonly instanceId: string;
  readonly subnetId?: string | undefined;
}

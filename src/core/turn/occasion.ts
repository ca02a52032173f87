// Something that the next decision of the same transaction has to see to: the world's fold notes
// it, and the turn follows it up.

import type { Arn, AttemptId, HostId, JobId } from '../../base/ids.ts';
import type { EndedStatus } from '../job/status.ts';

export type Occasion =
  /** A single job, an array's parent, or a child has ended, and others may have waited for that. */
  | {
      readonly type: 'ended';
      readonly jobId: JobId;
      readonly status: EndedStatus;
      readonly dependents: Dependents;
    }
  /** A job that waits has come: what it waits for may have come before it. */
  | { readonly type: 'came'; readonly jobId: JobId }
  /** The host of an attempt that is under way is gone. */
  | { readonly type: 'stranded'; readonly attemptId: AttemptId }
  /** An instance that takes no more jobs may have none left. */
  | { readonly type: 'instance-idle'; readonly hostId: HostId }
  /** Its environment may have waited for that. */
  | { readonly type: 'instance-gone'; readonly computeEnvironmentArn: Arn }
  /** A queue that is being deleted goes with its last job, however that ended. */
  | { readonly type: 'queue-emptied'; readonly queueArn: Arn }
  /** Likewise a quota share. */
  | { readonly type: 'quota-share-emptied'; readonly arn: Arn };

/** Who waited for a job that has ended. */
interface Dependents {
  /** Those that waited for the whole of it. */
  readonly ofWhole: ReadonlySet<JobId>;
  /** Arrays whose children wait for the children of a child's array, each for its own. */
  readonly ofChildren: ReadonlySet<JobId>;
}

// A job's change of status as others are told of it: an event rule, a record of what was done.
// Noted by the fold at the spot where the change becomes true; it decides nothing, and the same
// change is never told twice.

import type { JobId } from '../../base/ids.ts';
import type { IndexRange } from '../job/index-ranges.ts';
import type { Job, PastArrayParent } from '../job/job.ts';
import type { JobStatus } from '../job/status.ts';

export interface Transition {
  /** A job, an array's parent, a child or a node; with `children` the parent alone. */
  readonly jobId: JobId;
  /** Absent: it was submitted. */
  readonly from?: JobStatus | undefined;
  readonly to: JobStatus;
  readonly atMs: number;
  /** `statusReason`, where the new status has one. */
  readonly reason?: string | undefined;
  /** These children of the array, and not the array itself; both ends are included. */
  readonly children?: IndexRange | undefined;
  /** What it is from here on; with `children` the array as it was then. */
  readonly job: Job | PastArrayParent;
}

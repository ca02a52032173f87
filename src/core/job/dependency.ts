// What a job waits for (user guide, chapters Job Dependencies and Array Jobs). Whether it has come
// is a question to the world.

import type { JobId } from '../../base/ids.ts';

export type Dependency =
  /** On the whole of a job: a single one, an array with all its children, or one child. */
  | { readonly type: 'JOB'; readonly jobId: JobId }
  /** Child by child on another array of the same size. */
  | { readonly type: 'N_TO_N'; readonly jobId: JobId }
  /** Each child on the one before it. */
  | { readonly type: 'SEQUENTIAL' };

export const dependentJobFailed = 'Dependent Job failed';

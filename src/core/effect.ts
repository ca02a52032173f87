// What is to be done outside after a commit: a closed union. An effect may be lost or repeated; the reconciler finds what is
// missing and every effect is idempotent (DESIGN 1).

import type { AttemptId, JobId } from '../base/ids.ts';

export type Effect =
  | { readonly type: 'start-attempt'; readonly jobId: JobId; readonly attemptId: AttemptId }
  /** SIGTERM, and SIGKILL after the grace time. */
  | { readonly type: 'stop-attempt'; readonly attemptId: AttemptId; readonly graceMs: number }
  /** The container and its files may go: its end is committed and its output is on disk. */
  | { readonly type: 'remove-attempt'; readonly attemptId: AttemptId };

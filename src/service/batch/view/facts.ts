// What job details and job summaries both tell of a job: its times, its arrays, its stop. Pure;
// reads nothing.

import { assert } from '../../../base/assert.ts';
import { isArrayParent, isLive } from '../../../core/job/job.ts';
import type { ContainerJobStatus } from '../../../core/job/status.ts';
import type { EndedAttempt, LiveAttempt } from '../../../core/job/attempt.ts';
import type { JobView, PastJobView } from '../../../port/reader.ts';

/** As it stands, or as it once was. */
export type ShownJob = JobView | PastJobView;

/** A container job's; service jobs are shown by themselves. */
export function containerJobStatus({ status }: ShownJob['job']): ContainerJobStatus {
  assert(status !== 'SCHEDULED', 'only service jobs are SCHEDULED');
  return status;
}

/** The attempt that a job's container shows: the one under way, else the last one. */
export function shownAttempt(job: ShownJob['job']): LiveAttempt | EndedAttempt | undefined {
  if (isArrayParent(job)) return undefined;
  return isLive(job) ? job.attempt : job.attempts.at(-1);
}

/**
 * How the container ended; absent while an attempt is under way, and of a job that has several.
 * `reason` is absent after a plain exit, whatever its code.
 */
export function containerEnd(job: ShownJob['job']): {
  exitCode?: number | undefined;
  reason?: string | undefined;
} {
  const attempt = shownAttempt(job);
  return attempt?.state === 'ended' && job.terms.containers === undefined
    ? { exitCode: attempt.exitCode, reason: attempt.containerReason }
    : {};
}

/**
 * When its container began to run; of an ended job the last attempt's, of an array the first
 * child's.
 */
export function startedAt(job: ShownJob['job']): number | undefined {
  if (!isArrayParent(job) && job.status === 'RUNNING') return job.attempt.startedAtMs;
  return 'startedAtMs' in job ? job.startedAtMs : undefined;
}

/**
 * Set on every job that ended, also one that was cancelled before it ran (Metaflow waits for it).
 */
export const stoppedAt = (job: ShownJob['job']): number | undefined =>
  'stoppedAtMs' in job ? job.stoppedAtMs : undefined;

/** The job's reason; where it waits without one, why, true at this moment. */
export const statusReason = ({ job, waitingReason }: ShownJob): string | undefined =>
  job.statusReason ??
  (job.status === 'RUNNABLE' || job.status === 'PENDING' ? waitingReason : undefined);

/** A child's, or a node's, is its parent's with the index. */
export function jobArnOf({ detail, arrayIndex, nodeIndex }: ShownJob): string {
  if (arrayIndex !== undefined) return `${detail.arn}:${arrayIndex}`;
  return nodeIndex === undefined ? detail.arn : `${detail.arn}#${nodeIndex}`;
}

/** A parent's size and its children's statuses, a child's index. */
export function arrayFacts(view: ShownJob):
  | {
      size?: number | undefined;
      index?: number | undefined;
      statusSummary?: Record<string, number> | undefined;
      statusSummaryLastUpdatedAt?: number | undefined;
    }
  | undefined {
  if (view.arrayIndex !== undefined) return { index: view.arrayIndex };
  if (view.detail.arraySize === undefined) return undefined;
  return {
    size: view.detail.arraySize,
    statusSummary: { ...view.statusSummary },
    statusSummaryLastUpdatedAt: view.statusSummaryLastUpdatedAtMs,
  };
}

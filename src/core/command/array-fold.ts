// An array's parent as a fold over its children: it ends when the last of them has, FAILED if any did (user guide, chapter
// Array Jobs; spec 4.5).

import type { Event } from '../event.ts';
import type { LiveArrayParent } from '../job/job.ts';

/** The parent's end, if the children that end now are the last; `anyFailed` speaks of those. */
export function parentEndEvents(parent: LiveArrayParent, now: { endedNow: number; anyFailed: boolean; because?: string }, atMs: number): Event[] {
  if (parent.children.ended + now.endedNow < parent.arraySize) return [];
  const failed = now.anyFailed || parent.children.count('FAILED') > 0;
  if (!failed) return [{ type: 'job-ended', jobId: parent.id, status: 'SUCCEEDED', atMs }];
  const statusReason = parent.stopRequested?.reason ?? now.because ?? 'Array Child Job failed';
  return [{ type: 'job-ended', jobId: parent.id, status: 'FAILED', statusReason, atMs }];
}

// An array's parent as a fold over its children: it ends when the last of them has, FAILED if any
// did (user guide, chapter Array Jobs).

import { childId } from '../../../base/ids.ts';
import type { Event } from '../../event.ts';
import type { LiveArrayParent } from '../../job/job.ts';
import { decidingStop, type Stop } from '../../job/stop.ts';
import type { World } from '../../world/world.ts';

/** The parent's end, if the children that end now are the last; `anyFailed` speaks of those. */
export function parentEndEvents(
  parent: LiveArrayParent,
  now: { endedNow: number; anyFailed: boolean; because?: string },
  atMs: number,
): Event[] {
  if (parent.children.ended + now.endedNow < parent.arraySize) return [];
  const failed = now.anyFailed || parent.children.count('FAILED') > 0;
  if (!failed) return [{ type: 'job-ended', jobId: parent.id, status: 'SUCCEEDED', atMs }];
  const stop = decidingStop(parent.stops, { atMs, heardAtMs: atMs });
  const statusReason = stop?.reason ?? now.because ?? 'Array Child Job failed';
  return [{ type: 'job-ended', jobId: parent.id, status: 'FAILED', statusReason, atMs }];
}

/**
 * The end of all children that wait, for the reason given. Those between two attempts have rows,
 * and end one by one.
 */
export function failWaitingChildren(
  world: World,
  parent: LiveArrayParent,
  because: Stop | { readonly reason: string },
  atMs: number,
): Event[] {
  if (parent.children.waiting === 0) return [];
  const stop = 'by' in because ? because : undefined;
  const tried = [...parent.children.indexes('RUNNABLE')]
    .map((index) => childId(parent.id, index))
    .filter((id) => world.jobs.has(id));
  const ends: Event[] = tried.map((jobId) => ({
    type: 'job-ended',
    jobId,
    status: 'FAILED',
    statusReason: because.reason,
    atMs,
    stop,
  }));
  if (tried.length < parent.children.waiting)
    ends.push({
      type: 'waiting-children-failed',
      parentId: parent.id,
      statusReason: because.reason,
      atMs,
    });
  return ends;
}

// Law: an attempt that its cluster had no room for says so in the cluster's words, costs its job
// none of those that it has, and gives back at once what it held; the job waits again, for some
// seconds, unless somebody wanted it to end.

import { splitJobId } from '../../src/base/ids.ts';
import { isArrayParent, type Job } from '../../src/core/job/job.ts';
import { isEnded } from '../../src/core/job/status.ts';
import { noRoom } from '../cluster-pods.ts';
import { endedIn, isNode, lateCancelOf, stopsIn, type Change } from '../ledger.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';

/** Until it is placed anew, at most. */
const pauseMs = 10_000;

export const unplacedWaitsAgain: Checker = {
  law: 'an attempt that there was no room for costs nothing',
  check(observed) {
    if (observed.cluster === undefined) return;
    for (const { commit, changes } of observed.commits)
      for (const change of changes) {
        const { before, after } = change;
        if (isArrayParent(after) || (before !== undefined && isArrayParent(before))) continue;
        if (endedIn(change).length > 0) checkEnd(observed, change, after, commit.atMs);
      }
  },
};

function checkEnd({ containers, ledger }: Observed, change: Change, job: Job, atMs: number): void {
  const last = job.attempts.at(-1);
  // A node is tried again with its job.
  if (last === undefined || isNode(job.id) || !containers.unplaced.has(last.attemptId)) return;
  const { parent, index } = splitJobId(job.id);
  const stops = stopsIn(change);
  const isWanted =
    stops.length === 0 &&
    lateCancelOf(change.before) === undefined &&
    lateCancelOf(job) === undefined &&
    (index === undefined || ledger.jobs.get(parent)?.stops === undefined);
  // Its node may have been given up, or it was believed lost, before it was told.
  if (!isWanted || containers.lost.has(last.attemptId)) return;
  const shown = `attempt ${last.number} of job ${job.id}, which there was no room for,`;
  if (last.statusReason !== noRoom) throw new BrokenLaw(`${shown} shows '${last.statusReason}'`);
  if (last.free !== true) throw new BrokenLaw(`${shown} costs one of its attempts`);
  if (isEnded(job.status)) throw new BrokenLaw(`${shown} is its last`);
  const notBeforeMs = 'notBeforeMs' in job ? job.notBeforeMs : undefined;
  if (notBeforeMs === undefined || notBeforeMs < atMs || notBeforeMs > atMs + pauseMs)
    throw new BrokenLaw(
      `${shown} is followed by another from ${notBeforeMs} on, and it is ${atMs}`,
    );
}

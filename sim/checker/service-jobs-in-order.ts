// Law: a service job goes through its statuses one by one: SCHEDULED comes between RUNNABLE and
// STARTING and stands where it was placed, and no other job is ever SCHEDULED (user guide, Service
// job status). An attempt is followed by another only from where an attempt can end, and each has
// the next number.

import { isLive } from '../../src/core/job/job.ts';
import type { JobStatus } from '../../src/core/job/status.ts';
import type { Transition } from '../../src/core/turn/transition.ts';
import type { Change } from '../ledger.ts';
import { BrokenLaw, type Checker } from './checker.ts';

/** By a single step; what ends has been RUNNABLE at least, or fails where it stands. */
const next: Readonly<Partial<Record<JobStatus, readonly JobStatus[]>>> = {
  SUBMITTED: ['RUNNABLE'],
  RUNNABLE: ['SCHEDULED', 'FAILED'],
  SCHEDULED: ['STARTING', 'RUNNABLE', 'FAILED'],
  STARTING: ['RUNNING', 'RUNNABLE', 'FAILED'],
  RUNNING: ['SUCCEEDED', 'FAILED', 'RUNNABLE'],
};

export const serviceJobsInOrder: Checker = {
  law: 'service jobs go from status to status',
  check({ commits }) {
    for (const { commit, changes, placed } of commits) {
      for (const transition of commit.transitions) checkStep(transition);
      for (const { id, terms, status } of placed)
        if (terms.service !== undefined && status !== 'SCHEDULED')
          throw new BrokenLaw(`service job ${id} was placed and is ${status} at once`);
      for (const change of changes) checkNumber(change);
    }
  },
};

function checkStep({ jobId, from, to, job }: Transition): void {
  if (job.terms.service === undefined) {
    if (to === 'SCHEDULED') throw new BrokenLaw(`job ${jobId} is no service job and is SCHEDULED`);
    return;
  }
  if (from !== undefined && next[from]?.includes(to) !== true)
    throw new BrokenLaw(`service job ${jobId} went from ${from} to ${to}`);
}

/** Attempts that were preempted may be forgotten, but not counted again. */
function checkNumber({ id, before, after }: Change): void {
  if (after.terms.service === undefined || !('attempts' in after) || !isLive(after)) return;
  const known = before !== undefined && 'attempts' in before && isLive(before) ? before : undefined;
  const last = after.attempts.at(-1)?.number ?? 0;
  if (known?.attempt.attemptId !== after.attempt.attemptId && after.attempt.number !== last + 1)
    throw new BrokenLaw(`service job ${id} is in attempt ${after.attempt.number} after ${last}`);
}

// Law: a job moves only as the table of transitions allows, and what has ended never changes again:
// not by a late report, not by a crash, not by a second stop. Of stops the first reason wins, and
// attempts that are over stay as they were; of those that cost nothing, as there is no end to them,
// the latest twenty of a kind are kept.

import type { EndedAttempt } from '../../src/core/job/attempt.ts';
import type { EndedContainer } from '../../src/core/job/container-run.ts';
import { isArrayParent, isLive, type ArrayParent, type Job } from '../../src/core/job/job.ts';
import { isEnded, type JobStatus } from '../../src/core/job/status.ts';
import { endedIn, launchedIn, stopsOf, type Change } from '../ledger.ts';
import { freeKept } from '../oracle.ts';
import { isSame } from '../same.ts';
import { BrokenLaw, type Checker } from './checker.ts';

/**
 * Where a job may go (user guide, chapter Job States); back to RUNNABLE is a retry. Written here
 * once more, on purpose.
 */
const next: Readonly<Partial<Record<JobStatus, readonly JobStatus[]>>> = {
  SUBMITTED: ['PENDING', 'RUNNABLE', 'FAILED'],
  PENDING: ['RUNNABLE', 'FAILED'],
  RUNNABLE: ['STARTING', 'FAILED'],
  STARTING: ['RUNNING', 'RUNNABLE', 'FAILED'],
  RUNNING: ['SUCCEEDED', 'FAILED', 'RUNNABLE'],
  SUCCEEDED: [],
  FAILED: [],
};
const nextOfService: Readonly<Partial<Record<JobStatus, readonly JobStatus[]>>> = {
  ...next,
  RUNNABLE: ['SCHEDULED', 'FAILED'],
  SCHEDULED: ['STARTING', 'RUNNABLE', 'FAILED'],
};
const nextOfParent: Partial<Record<JobStatus, readonly JobStatus[]>> = {
  SUBMITTED: ['PENDING', 'FAILED'],
  PENDING: ['SUCCEEDED', 'FAILED'],
};

/** Every status that can be reached in one transaction, by one step or more. */
function reachable(
  table: Partial<Record<JobStatus, readonly JobStatus[]>>,
): Map<string, Set<JobStatus>> {
  return new Map(
    Object.keys(nextOfService).map((from) => {
      const found = new Set<JobStatus>([from as JobStatus]);
      for (const status of found) for (const one of table[status] ?? []) found.add(one);
      return [from, found];
    }),
  );
}
const ofJob = reachable(next);
const ofParent = reachable(nextOfParent);
const ofService = reachable(nextOfService);

export const transitionsLegal: Checker = {
  law: 'transitions are legal and ends are for ever',
  check({ commits }) {
    for (const { changes } of commits) for (const change of changes) checkChange(change);
  },
};

function checkChange({ id, before, after }: Change): void {
  // A node begins again with its job's next attempt.
  const begun = before === undefined ? undefined : launchedIn({ id, before, after })[0];
  if (begun !== undefined) {
    if (isLive(before as Job) || !areKept((before as Job).attempts, begun.attempts))
      throw new BrokenLaw(`node ${id} began another attempt before one was over, or forgot one`);
    return;
  }
  const table = isArrayParent(after)
    ? ofParent
    : after.terms.service === undefined
      ? ofJob
      : ofService;
  if (!table.get(before?.status ?? 'SUBMITTED')?.has(after.status))
    throw new BrokenLaw(`job ${id} went from ${before?.status} to ${after.status}`);
  if (before === undefined) return;
  if (isEnded(before.status) && !isSame(withoutAttempts(before), withoutAttempts(after)))
    throw new BrokenLaw(`job ${id} changed after it had ended`);
  if (!firstStopWins(before, after))
    throw new BrokenLaw(
      `job ${id} was stopped for ${reasons(before)} and then for ${reasons(after)}`,
    );
  if (isArrayParent(before) || isArrayParent(after)) return;
  if (isEnded(before.status) && before.attempts.length !== after.attempts.length)
    throw new BrokenLaw(`job ${id} was tried again after it had ended`);
  if (!areKept(before.attempts, after.attempts))
    throw new BrokenLaw(`an attempt of job ${id} changed after it was over`);
}

/** A terminate that comes after is kept beside it; the next attempt has stops of its own. */
function firstStopWins(before: Job | ArrayParent, after: Job | ArrayParent): boolean {
  if (after.stops === undefined) return true;
  if (stopsOf(before).every((stop, at) => isSame(stop, after.stops?.[at]))) return true;
  return !isArrayParent(before) && !isArrayParent(after) && endedIn({ before, after }).length > 0;
}

const reasons = (job: Job | ArrayParent): string =>
  stopsOf(job)
    .map(({ reason }) => `'${reason}'`)
    .join(', ');

const withoutAttempts = (job: Job | ArrayParent): object => ({ ...job, attempts: undefined });

/** Only the oldest of these may be gone, and only where as many as are kept came after it. */
function areKept(before: readonly EndedAttempt[], after: readonly EndedAttempt[]): boolean {
  const byNumber = new Map(after.map((attempt) => [attempt.number, attempt]));
  return before.every((attempt) => {
    const now = byNumber.get(attempt.number);
    if (now !== undefined) return isKept(attempt, now);
    const kept = after.filter((each) => kindOf(each) === kindOf(attempt));
    return (
      kindOf(attempt) !== 'counted' &&
      kept.length === freeKept &&
      kept.every(({ number }) => number > attempt.number)
    );
  });
}

const kindOf = ({ preempted, unplaced }: EndedAttempt): 'preempted' | 'unplaced' | 'counted' =>
  preempted !== undefined ? 'preempted' : unplaced ? 'unplaced' : 'counted';

/**
 * How a container ended whose host had been declared lost is recorded when the host is heard of
 * again; all else stays.
 */
function isKept(before: EndedAttempt, after: EndedAttempt): boolean {
  if (before === after || isSame(before, after)) return true;
  const several = before.containers;
  if (several === undefined) return isAmended(before, after);
  const { stoppedAtMs } = before;
  return (
    isSame({ ...before, containers: [] }, { ...after, stoppedAtMs, containers: [] }) &&
    several.length === after.containers?.length &&
    several.every(
      (each, at) => isSame(each, after.containers?.[at]) || isAmended(each, after.containers?.[at]),
    )
  );
}

/** Of an attempt of one container, or of one of several. */
function isAmended<Run extends EndedAttempt | EndedContainer>(
  before: Run,
  after: Run | undefined,
): boolean {
  return (
    after !== undefined &&
    before.exitCode === undefined &&
    isSame(before, {
      ...after,
      exitCode: undefined,
      startedAtMs: before.startedAtMs,
      stoppedAtMs: before.stoppedAtMs,
    }) &&
    (before.startedAtMs === undefined || after.startedAtMs === before.startedAtMs)
  );
}

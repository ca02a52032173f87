// Law: a job whose tags ask for a delay between its attempts is not tried again before it is over,
// waits no longer than they say, and is not forgotten when its time has come. While the clock on
// the wall is set, nobody can say.

import { splitJobId, type JobId } from '../../src/base/ids.ts';
import { isArrayParent, type Job, type LiveJob } from '../../src/core/job/job.ts';
import { endedIn, type Change } from '../ledger.ts';
import type { Expectation } from '../oracle.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';

/** Until a time that has come is seen to, where nothing is wrong. */
const lateMs = 60_000;

const delayOf = (
  expectations: Observed['expectations'],
  id: JobId,
): NonNullable<Expectation['plan']['own']>['delay'] =>
  expectations.get(splitJobId(id).parent)?.plan.own?.delay;

export function delaysKept(): Checker {
  /**
   * The last attempt's end as it was told first, and when, by elapsed time. What became of a
   * container whose host was lost may be told later, and decides nothing.
   */
  const ends = new Map<JobId, { readonly stoppedAtMs: number; readonly elapsedMs: number }>();

  function note({ expectations, elapsedMs }: Observed, { id, before, after }: Change): void {
    const { attempts, notBeforeMs } = after as Job & { readonly notBeforeMs?: number };
    const last = attempts.at(-1);
    if (last === undefined || endedIn({ before, after }).length === 0) return;
    const { stoppedAtMs } = last;
    ends.set(id, { stoppedAtMs, elapsedMs });
    const delay = delayOf(expectations, id);
    // How long one waits for which its cluster had no room is the affair of another law.
    if (notBeforeMs === undefined || last.unplaced) return;
    const waitMs = notBeforeMs - stoppedAtMs;
    const mostMs =
      delay === undefined ? 0 : 1000 * Math.min(delay.most, delay.least * 2 ** last.number);
    if (delay === undefined || waitMs < delay.least * 1000 || waitMs > mostMs)
      throw new BrokenLaw(
        `job ${id} is put off by ${waitMs} ms after attempt ${last.number}, and may be by ${(delay?.least ?? 0) * 1000} to ${mostMs}`,
      );
  }

  function checkPlaced({ expectations, clockSetMs }: Observed, job: LiveJob): void {
    const last = ends.get(job.id);
    const delay = delayOf(expectations, job.id);
    // One that was preempted has not failed, nor one that there was no room for.
    const { preempted, unplaced } = job.attempts.at(-1) ?? {};
    if (last === undefined || delay === undefined || preempted !== undefined || unplaced) return;
    const waitedMs = job.attempt.placedAtMs - last.stoppedAtMs;
    if (waitedMs < delay.least * 1000 && (clockSetMs === 0 || clockSetMs < last.elapsedMs))
      throw new BrokenLaw(
        `job ${job.id} was tried again after ${waitedMs} ms, and ${delay.least} s have to pass`,
      );
  }

  return {
    law: 'delays between attempts are kept',
    check(observed) {
      for (const { changes, placed } of observed.commits) {
        for (const change of changes) if (!isArrayParent(change.after)) note(observed, change);
        for (const job of placed) checkPlaced(observed, job);
      }
    },
    checkNowAndThen({ ledger, faulty, nowMs, elapsedMs, upSinceMs, clockSetMs, server }) {
      if (faulty || server === undefined) return;
      if (elapsedMs - Math.max(upSinceMs, clockSetMs) <= lateMs) return;
      for (const job of ledger.open.values())
        if ('notBeforeMs' in job && (job.notBeforeMs ?? nowMs) + lateMs < nowMs)
          throw new BrokenLaw(`the time of job ${job.id} has come, and nobody sees to it`);
    },
  };
}

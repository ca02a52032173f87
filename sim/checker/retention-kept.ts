// Law: a job that has ended is kept for as long as the operator said, counted from the moment at
// which the server found it ended, however long the store then took, and for ever where he said
// nothing; after that it goes, while a server is up. Where the clock on the wall is set, nobody can
// say when.

import type { JobId, Scope } from '../../src/base/ids.ts';
import { splitJobId } from '../../src/base/ids.ts';
import { isEnded } from '../../src/core/job/status.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';

interface End {
  readonly id: JobId;
  readonly scope: Scope;
  readonly atElapsedMs: number;
}

/** Jobs that are looked at each time, at either end. */
const sample = 15;
/** How late a job may go that is due. */
const lateMs = 60_000;

export function retentionKept(): Checker {
  /** In order of their ends; those that went are not looked at again. */
  let kept: End[] = [];

  const isThere = ({ store }: Observed, { id, scope }: End): boolean =>
    store.reader.job(scope, id) !== undefined;

  function checkOld(observed: Observed, end: End): boolean {
    const { retainMs, elapsedMs, clockSetMs, upSinceMs } = observed;
    const isDue =
      retainMs !== undefined &&
      elapsedMs - Math.max(end.atElapsedMs, upSinceMs) > retainMs + lateMs &&
      clockSetMs === 0;
    const there = isThere(observed, end);
    if (there && isDue && observed.server !== undefined)
      throw new BrokenLaw(
        `job ${end.id} ended ${elapsedMs - end.atElapsedMs} ms ago and is kept, though jobs are to be kept for ${retainMs} ms`,
      );
    return there;
  }

  function checkYoung(observed: Observed, end: End): void {
    const { retainMs = Infinity, elapsedMs, clockSetMs } = observed;
    const mustBeThere =
      elapsedMs - end.atElapsedMs < retainMs && (retainMs === Infinity || clockSetMs === 0);
    if (mustBeThere && !isThere(observed, end))
      throw new BrokenLaw(`job ${end.id} ended ${elapsedMs - end.atElapsedMs} ms ago and is gone`);
  }

  return {
    law: 'ended jobs are kept as long as was said',
    check({ commits, nowMs, elapsedMs }) {
      for (const { commit, changes } of commits) {
        const atElapsedMs = elapsedMs - (nowMs - commit.atMs);
        for (const { id, before, after } of changes)
          if (
            isEnded(after.status) &&
            !(before !== undefined && isEnded(before.status)) &&
            splitJobId(id).parent === id
          )
            kept.push({ id, scope: after.scope, atElapsedMs });
      }
    },
    checkNowAndThen(observed) {
      for (const end of kept.slice(-sample)) checkYoung(observed, end);
      const old = kept.slice(0, sample).filter((end) => checkOld(observed, end));
      kept = [...old, ...kept.slice(sample)];
    },
    checkEnd(observed) {
      // Where all is kept, the law of accepted jobs looks at each.
      if (observed.retainMs !== undefined) for (const end of kept) checkYoung(observed, end);
    },
  };
}

// Law: an attempt whose container ran is never said not to have started, however late its start was
// carried out and whoever had asked for it; only where it vanished with its host may nobody have
// heard that it ran.

import { isArrayParent } from '../../src/core/job/job.ts';
import { BrokenLaw, type Checker } from './checker.ts';

export const startsTold: Checker = {
  law: 'what ran is not said not to have started',
  check({ commits, containers }) {
    for (const { changes } of commits) {
      for (const { id, after } of changes) {
        if (isArrayParent(after)) continue;
        const last = after.attempts.at(-1);
        if (last?.startedAtMs !== undefined || last === undefined) continue;
        // Of several containers some may have run, and not the one that decided.
        if (last.containers !== undefined) continue;
        if (containers.first(last.attemptId) !== undefined && !containers.lost.has(last.attemptId))
          throw new BrokenLaw(
            `attempt ${last.attemptId} of job ${id} ran, and is said not to have started: ${last.statusReason}`,
          );
      }
    }
  },
};

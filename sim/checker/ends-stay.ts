// Law: a job moves only as the table of transitions allows, and what has ended never changes again: not by a late report, not
// by a crash, not by a second stop.

import type { JobId } from '../../src/base/ids.ts';
import { isArrayParent } from '../../src/core/job/job.ts';
import { isEnded, type JobStatus } from '../../src/core/job/status.ts';
import { parentTransitions, transitions } from '../../src/core/job/transition.ts';
import { law, type Checker } from './checker.ts';

/** Every status that can be reached in one batch or more. */
function reachable(from: JobStatus, table: Partial<Record<JobStatus, readonly JobStatus[]>>): Set<JobStatus> {
  const found = new Set<JobStatus>([from]);
  for (const status of found) for (const next of table[status] ?? []) found.add(next);
  return found;
}

export function endsStay(): Checker {
  const last = new Map<JobId, { status: JobStatus; value: string }>();
  return {
    law: 'transitions are legal and ends are for ever',
    check({ written }) {
      for (const job of written) {
        const before = last.get(job.id);
        const value = JSON.stringify(job);
        if (before !== undefined) {
          const table = isArrayParent(job) ? parentTransitions : transitions;
          law(reachable(before.status, table).has(job.status), `job ${job.id} went from ${before.status} to ${job.status}`);
          law(!isEnded(before.status) || before.value === value, `job ${job.id} changed after it had ended`);
        }
        last.set(job.id, { status: job.status, value });
      }
    },
  };
}

// Law: a failed attempt is followed by another exactly where the retry strategy says so (attempts that are left, evaluateOnExit),
// and never after a success, a stop or a timeout.

import { splitJobId } from '../../src/base/ids.ts';
import { isArrayParent } from '../../src/core/job/job.ts';
import { isEnded } from '../../src/core/job/status.ts';
import { BrokenLaw, type Checker } from './checker.ts';

export const retriesObey: Checker = {
  law: 'retries obey their rules',
  check({ commits, expectations, ledger }) {
    for (const { changes } of commits) {
      for (const { id, before, after } of changes) {
        if (isArrayParent(after) || (before !== undefined && isArrayParent(before))) continue;
        const last = after.attempts.at(-1);
        if (last === undefined || after.attempts.length === (before?.attempts.length ?? 0)) continue;
        const { parent, index } = splitJobId(id);
        const stop = [after.stopRequested, before?.stopRequested].find((one) => one !== undefined && one.by !== 'host');
        const stopped = (stop !== undefined && last.statusReason === stop.reason) || (index !== undefined && ledger.jobs.get(parent)?.stopRequested !== undefined);
        const again = !isEnded(after.status);
        const wanted = (last.exitCode !== 0 || last.statusReason?.startsWith('Host EC2 ') === true) && !stopped && expectations.get(parent)?.isRetried(after.attempts) === true;
        if (again && !wanted) throw new BrokenLaw(`job ${id} is ${after.status} again after attempt ${last.number} (${last.exitCode}, ${last.statusReason}), which must be its last`);
        // A stop may have come between the attempt that failed and the next one.
        if (!again && wanted && stop === undefined) throw new BrokenLaw(`job ${id} ended with attempt ${last.number} (${last.exitCode}, ${last.statusReason}), which another should follow`);
      }
    }
  },
};

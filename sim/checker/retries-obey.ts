// Law: a failed attempt is followed by another exactly where the retry strategy says so (attempts
// that are left, evaluateOnExit), and never after a success, a stop, a timeout, or a cancel that
// came too late to stop anything.

import { splitJobId } from '../../src/base/ids.ts';
import { isArrayParent, type Job } from '../../src/core/job/job.ts';
import { isEnded } from '../../src/core/job/status.ts';
import { mayGoOn } from '../../src/core/job/stop.ts';
import { endedIn, isNode, lateCancelOf, stopsIn } from '../ledger.ts';
import { BrokenLaw, type Checker } from './checker.ts';

export const retriesObey: Checker = {
  law: 'retries obey their rules',
  check({ commits, expectations, ledger }) {
    for (const { changes } of commits) {
      for (const { id, before, after } of changes) {
        if (isArrayParent(after) || (before !== undefined && isArrayParent(before))) continue;
        const last = after.attempts.at(-1);
        // What a multi-node job does after its main node shows when the other nodes have stopped;
        // they are not tried again alone.
        if (
          last === undefined ||
          isNode(id) ||
          waitsForNodes(after) ||
          (endedIn({ before, after }).length === 0 && !waitsForNodes(before))
        )
          continue;
        const { parent, index } = splitJobId(id);
        const stops = stopsIn({ before, after }).filter((stop) => !mayGoOn(stop));
        const stopped =
          stops.some(({ reason }) => last.statusReason === reason) ||
          lateCancelOf(before) !== undefined ||
          lateCancelOf(after) !== undefined ||
          (index !== undefined && ledger.jobs.get(parent)?.stops !== undefined);
        const again = !isEnded(after.status);
        const wanted =
          (last.exitCode !== 0 ||
            last.statusReason?.startsWith('Host EC2 ') === true ||
            last.preempted !== undefined ||
            last.unplaced === true) &&
          !stopped &&
          expectations.get(parent)?.isRetried(after.attempts) === true;
        if (again && !wanted)
          throw new BrokenLaw(
            `job ${id} is ${after.status} again after attempt ${last.number} (${last.exitCode}, ${last.statusReason}), which must be its last`,
          );
        // A stop may have come between the attempt that failed and the next one.
        if (!again && wanted && stops.length === 0)
          throw new BrokenLaw(
            `job ${id} ended with attempt ${last.number} (${last.exitCode}, ${last.statusReason}), which another should follow`,
          );
      }
    }
  },
};

const waitsForNodes = (job: Job | undefined): boolean =>
  job !== undefined && 'mainNodeEnd' in job && job.mainNodeEnd !== undefined;

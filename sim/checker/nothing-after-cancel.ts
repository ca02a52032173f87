// Law: after a stop is committed nothing new starts for its job: no attempt is placed, and no
// container begins but of an attempt that was under way. In general a container begins for an
// attempt that is committed and not over.

import { splitJobId } from '../../src/base/ids.ts';
import { mayGoOn } from '../../src/core/job/stop.ts';
import {
  lateCancelOf,
  launchedIn,
  placedIn,
  stopsOf,
  type Change,
  type Ledger,
} from '../ledger.ts';
import { BrokenLaw, type Checker } from './checker.ts';

export const nothingAfterCancel: Checker = {
  law: 'nothing starts after a stop',
  check({ commits, containers, ledger }) {
    for (const { changes } of commits) {
      for (const change of changes) checkPlaced(change, ledger);
      if (changes.some((change) => launchedIn(change).length > 0)) checkLaunched(changes);
    }
    for (const { attemptId, jobId, ended } of containers.fresh) {
      if (ended === undefined && !ledger.live.has(attemptId) && !containers.lost.has(attemptId)) {
        throw new BrokenLaw(
          `a container of job ${jobId} began for attempt ${attemptId}, which is not under way; the job is ${ledger.statusOf(jobId)}`,
        );
      }
    }
  },
};

function checkPlaced(change: Change, ledger: Ledger): void {
  if (placedIn(change).length === 0) return;
  const { id, before } = change;
  const { parent, index } = splitJobId(id);
  // A timeout that was noticed after the end that came before it stops nothing, and the end of a
  // host, or a preemption, stops an attempt alone.
  const own =
    stopsOf(before).find((each) => each.by !== 'timeout' && !mayGoOn(each)) ?? lateCancelOf(before);
  const stop = own ?? (index === undefined ? undefined : ledger.jobs.get(parent)?.stops?.[0]);
  if (stop !== undefined)
    throw new BrokenLaw(`job ${id} was placed after it had been stopped for '${stop.reason}'`);
}

/**
 * Its nodes are launched by the transaction in which the job begins to run: what it said before
 * counts.
 */
function checkLaunched(changes: readonly Change[]): void {
  for (const { before } of changes) {
    const stop =
      before !== undefined && before.status === 'STARTING' ? before.stops?.[0] : undefined;
    const node =
      stop &&
      changes.find(
        (change) => splitJobId(change.id).parent === before?.id && launchedIn(change).length > 0,
      );
    if (node !== undefined)
      throw new BrokenLaw(
        `node ${node.id} was launched after its job had been stopped for '${stop?.reason}'`,
      );
  }
}

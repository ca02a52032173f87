// Law: after a stop is committed nothing new starts for its job: no attempt is placed, and no container begins but of an attempt
// that was under way. In general a container begins for an attempt that is committed and not over.

import { splitJobId } from '../../src/base/ids.ts';
import { placedIn, type Change, type Ledger } from '../ledger.ts';
import { BrokenLaw, type Checker } from './checker.ts';

export const nothingAfterCancel: Checker = {
  law: 'nothing starts after a stop',
  check({ commits, containers, ledger }) {
    for (const { changes } of commits) for (const change of changes) checkPlaced(change, ledger);
    for (const { attemptId, jobId, ended } of containers.fresh) {
      if (ended === undefined && !ledger.live.has(attemptId) && !containers.lost.has(attemptId)) {
        throw new BrokenLaw(`a container of job ${jobId} began for attempt ${attemptId}, which is not under way; the job is ${ledger.statusOf(jobId)}`);
      }
    }
  },
};

function checkPlaced(change: Change, ledger: Ledger): void {
  if (placedIn(change).length === 0) return;
  const { id, before } = change;
  const { parent, index } = splitJobId(id);
  // A timeout that was noticed after the end that came before it stops nothing, and the end of a host stops an attempt alone.
  const own = before?.stopRequested?.by === 'timeout' || before?.stopRequested?.by === 'host' ? undefined : before?.stopRequested;
  const stop = own ?? (index === undefined ? undefined : ledger.jobs.get(parent)?.stopRequested);
  if (stop !== undefined) throw new BrokenLaw(`job ${id} was placed after it had been stopped for '${stop.reason}'`);
}

// Law: what is shown is what was committed: every job that has not ended is found where it stands,
// by its id and in its queue's list, and nothing is shown that was not committed.

import { childId, nodeId, splitJobId, type JobId } from '../../src/base/ids.ts';
import { isArrayParent } from '../../src/core/job/job.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';

/** Jobs of one list that are looked at. */
const pageSize = 20;

export const shownAsCommitted: Checker = {
  law: 'what is shown was committed',
  checkNowAndThen(observed) {
    if (observed.server === undefined) return;
    for (const job of [...observed.ledger.open.values()].slice(-pageSize)) {
      checkShown(observed, job.id);
      if (isArrayParent(job)) checkShown(observed, childId(job.id, job.arraySize - 1));
      else if (job.terms.nodes !== undefined)
        checkShown(
          observed,
          nodeId(job.id, observed.ledger.details.size % job.terms.nodes.numNodes),
        );
    }
    for (const { arn, scope } of observed.ledger.queues.values()) {
      const page = observed.server.reader.jobs.listAtOnce({
        scope,
        of: { queueArn: arn },
        limit: pageSize,
        status: 'RUNNABLE',
      });
      for (const { id, job } of page?.items ?? []) {
        if (observed.ledger.statusOf(id) !== 'RUNNABLE' || job.queueArn !== arn)
          throw new BrokenLaw(
            `job ${id} is listed as RUNNABLE in ${arn}, and is ${observed.ledger.statusOf(id)} in ${job.queueArn}`,
          );
      }
    }
  },
};

function checkShown({ server, ledger }: Observed, id: JobId): void {
  const job = ledger.jobs.get(id) ?? ledger.jobs.get(splitJobId(id).parent);
  const shown = job && server?.reader.jobs.one(job.scope, id)?.job.status;
  if (shown !== ledger.statusOf(id))
    throw new BrokenLaw(`job ${id} is ${ledger.statusOf(id)} and is shown as ${shown}`);
}

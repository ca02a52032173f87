// Law: an array's parent is the fold of its children: it ends with the last of them, FAILED if any
// failed, its summary counts them, and it is never RUNNABLE, STARTING or RUNNING itself.

import { childId } from '../../src/base/ids.ts';
import { isArrayParent, type ArrayParent } from '../../src/core/job/job.ts';
import {
  containerJobStatuses,
  isEnded,
  type ContainerJobStatus,
} from '../../src/core/job/status.ts';
import type { Ledger } from '../ledger.ts';
import { BrokenLaw, type Checker } from './checker.ts';

function count(ledger: Ledger, { id, arraySize }: ArrayParent): Record<ContainerJobStatus, number> {
  const summary = Object.fromEntries(containerJobStatuses.map((status) => [status, 0])) as Record<
    ContainerJobStatus,
    number
  >;
  for (let index = 0; index < arraySize; index++) {
    const status = ledger.statusOf(childId(id, index));
    if (status !== undefined && status !== 'SCHEDULED') summary[status]++;
  }
  return summary;
}

const text = (summary: Readonly<Record<ContainerJobStatus, number>>): string =>
  containerJobStatuses.map((status) => `${status} ${summary[status]}`).join(', ');

export const parentsFold: Checker = {
  law: 'parents are folds',
  check({ commits, ledger }) {
    for (const { changes } of commits) {
      for (const { id, after } of changes) {
        if (!isArrayParent(after)) continue;
        if (!['SUBMITTED', 'PENDING', 'SUCCEEDED', 'FAILED'].includes(after.status))
          throw new BrokenLaw(`array ${id} is ${String(after.status)}`);
        if (isEnded(after.status)) checkEnded(ledger, after);
      }
    }
  },
  checkNowAndThen({ server, ledger }) {
    if (server === undefined) return;
    for (const job of ledger.open.values()) {
      if (!isArrayParent(job)) continue;
      const [mine, shown] = [
        text(count(ledger, job)),
        text(server.world.arrayParent(job.id).children.summary()),
      ];
      if (mine !== shown)
        throw new BrokenLaw(`array ${job.id} shows ${shown}, and its children are ${mine}`);
    }
  },
};

function checkEnded(ledger: Ledger, parent: ArrayParent): void {
  const summary = count(ledger, parent);
  const { id, status, arraySize } = parent;
  if (summary.SUCCEEDED + summary.FAILED !== arraySize)
    throw new BrokenLaw(`array ${id} ended, and its children are ${text(summary)}`);
  if ((status === 'FAILED') !== summary.FAILED > 0)
    throw new BrokenLaw(`array ${id} is ${status}, and its children are ${text(summary)}`);
  if ('statusSummary' in parent && text(parent.statusSummary) !== text(summary))
    throw new BrokenLaw(
      `array ${id} shows ${text(parent.statusSummary)}, and its children are ${text(summary)}`,
    );
}

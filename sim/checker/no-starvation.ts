// Law: once faults have ceased, everything comes to its end, and whoever stands first in the order
// of FIFO queues, and could ever run, does not stand there for long, whatever overtakes it.

import { splitJobId, type JobId, type Scope } from '../../src/base/ids.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';
import { partsOf, type Ledger, type Runnable } from '../ledger.ts';
import { delayMs } from './idle-instances-end.ts';
import { isScarce } from './instances-bounded.ts';
import { isImpossible, machinesOf } from './reasons-true.ts';

/** Room for what runs to end, and for those for whom room was kept before. */
const longestMs = 20 * 60_000;

/**
 * Idle instances that leave no room within maxvCpus stay for their delay, where nobody overtakes.
 */
const longestDelayMs = ({ environments }: Ledger): number =>
  Math.max(0, ...[...environments.values()].map(delayMs));

export function noStarvation(): Checker {
  let first: { readonly id: JobId; readonly sinceMs: number } | undefined;
  return {
    law: 'nothing starves',
    checkNowAndThen(observed) {
      if (observed.faulty) return;
      const { id } = firstOf(observed) ?? {};
      if (id === undefined) first = undefined;
      else if (id !== first?.id) first = { id, sinceMs: observed.elapsedMs };
      else if (
        observed.elapsedMs - Math.max(first.sinceMs, observed.upSinceMs) >
        longestMs + longestDelayMs(observed.ledger)
      )
        throw new BrokenLaw(
          `job ${id} has been first in the order for ${(observed.elapsedMs - first.sinceMs) / 60_000} minutes: ${observed.server?.reader.jobs.one(observed.ledger.jobs.get(splitJobId(id).parent)?.scope as Scope, id)?.waitingReason}`,
        );
    },
    checkEnd({ ledger, server }) {
      for (const { id, scope } of ledger.open.values()) {
        const shown = server?.reader.jobs.one(scope, id);
        throw new BrokenLaw(
          `job ${id} is still ${shown?.job.status} after everything should have ended: ${shown?.waitingReason ?? shown?.job.statusReason}`,
        );
      }
    },
  };
}

function firstOf({ ledger, server }: Observed): Runnable | undefined {
  const hosts = machinesOf(server);
  const rank = ({ retried, sequence }: Runnable): number =>
    retried ? sequence - 2 ** 40 : sequence;
  const priority = ({ queueArn }: Runnable): number => ledger.queues.get(queueArn)?.priority ?? 0;
  let found: Runnable | undefined;
  for (const one of ledger.runnable()) {
    // So many instances at once as nodes want may never be had where they are scarce.
    if (one.job.terms.nodes !== undefined && isScarce(server)) continue;
    if (
      one.job.terms.share !== undefined ||
      ledger.mayBePassed(one) ||
      partsOf(one.job.terms).some(({ consumables }) => consumables !== undefined) ||
      isImpossible(ledger, hosts, one)
    )
      continue;
    if (
      found === undefined ||
      priority(one) > priority(found) ||
      (priority(one) === priority(found) && rank(one) < rank(found))
    )
      found = one;
  }
  return found;
}

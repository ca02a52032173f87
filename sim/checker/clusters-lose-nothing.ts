// Law: a cluster that is away has lost nothing. A node on which jobs run is given up only once it
// could be known to be gone, to be there for another environment, or to have been silent for as
// long as the settings say; and while nothing can be known of a cluster, no attempt there ends by
// the loss of its host.

import type { HostId } from '../../src/base/ids.ts';
import type { Instance } from '../../src/core/host/host.ts';
import type { EndedAttempt } from '../../src/core/job/attempt.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';
import { endedIn, type Change } from '../ledger.ts';
import { removed, written } from '../rows.ts';

/** What was known may have changed while it was being stored, and reports may be late. */
const slackMs = 60_000;

/** Attempts of which the change says that they ended with their host. */
const lostIn = (change: Change): readonly EndedAttempt[] =>
  endedIn(change).filter(({ statusReason }) => statusReason?.startsWith('Host EC2 ') === true);

export function clustersLoseNothing(): Checker {
  const nodes = new Map<HostId, Instance>();

  /** Why it may be given up; undefined: there is no reason. */
  function reasonFor(node: Instance, observed: Observed): string | undefined {
    const { cluster, ledger, elapsedMs, server, clockSetMs } = observed;
    const environment = ledger.environments.get(node.computeEnvironmentArn);
    if (environment === undefined || environment.status === 'DELETING') return 'no environment';
    const history = cluster?.histories.get(node.uid ?? '');
    if (history === undefined) return undefined;
    const { goneMs, silent, environmentUuid } = history;
    if (goneMs !== undefined) return 'it is gone';
    if (environmentUuid !== undefined && environmentUuid !== environment.uuid)
      return 'others have it';
    const lostMs = (server?.world.settings.hostLostSeconds ?? 0) * 1000;
    const last = silent.at(-1);
    if (last === undefined) return undefined;
    const silentMs = (last.untilMs ?? elapsedMs) - last.sinceMs;
    const isLate = last.untilMs !== undefined && elapsedMs - last.untilMs > slackMs;
    // By the clock on the wall, which may be set.
    const wasClockSet = clockSetMs > 0 && clockSetMs >= last.sinceMs;
    return (silentMs >= lostMs || wasClockSet) && !isLate ? 'it is silent' : undefined;
  }

  return {
    law: 'a cluster that is away has lost nothing',
    check(observed) {
      const { cluster, commits, elapsedMs, containers } = observed;
      if (cluster === undefined) return;
      for (const { commit, changes } of commits) {
        const gone = new Set<HostId>();
        // Whose pod was taken away, or who is believed lost, has not lost its node.
        const { taken, believedLost } = containers;
        const lost = changes
          .flatMap(lostIn)
          .filter(({ attemptId: id }) => !taken.has(id) && !believedLost.has(id));
        for (const id of removed(commit.rows.hosts)) {
          const node = nodes.get(id);
          if (node === undefined) continue;
          gone.add(id);
          nodes.delete(id);
          // One that takes no jobs and has none is no host.
          if (lost.some(({ hostId }) => hostId === id) && reasonFor(node, observed) === undefined)
            throw new BrokenLaw(`${node.title} (${node.uid}) is given up, and was not lost`);
        }
        for (const host of written(commit.rows.hosts))
          if (host.kind === 'instance' && host.connection !== undefined) nodes.set(host.id, host);
        const awayMs = elapsedMs - (cluster.awaySinceMs ?? elapsedMs);
        if (awayMs <= slackMs) continue;
        for (const { hostId, attemptId } of lost)
          if (nodes.has(hostId) && !gone.has(hostId))
            throw new BrokenLaw(
              `attempt ${attemptId} lost its host, and its cluster has been away for ${awayMs} ms`,
            );
      }
    },
  };
}

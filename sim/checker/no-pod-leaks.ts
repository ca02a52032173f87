// Law: what a cluster has of ours, somebody wants. A pod whose attempt is over goes soon, for as
// long as its removal may have been lost or its node or its cluster is out of reach; and in the end
// there is none.

import type { AttemptId } from '../../src/base/ids.ts';
import { BrokenLaw, law, type Checker } from './checker.ts';

/** Meanwhile a server that is up has compared itself with the cluster many times. */
const lateMs = 300_000;

export function noPodLeaks(): Checker {
  /** Since when a pod is known to be nobody's, by elapsed time. */
  const idleSinceMs = new Map<AttemptId, number>();
  return {
    law: 'no pod leaks',
    checkNowAndThen({ cluster, ledger, elapsedMs, upSinceMs }) {
      if (cluster === undefined) return;
      const there = new Set(cluster.held());
      for (const id of idleSinceMs.keys()) if (!there.has(id)) idleSinceMs.delete(id);
      for (const id of there) {
        const isReached = !cluster.isAway && cluster.pods.find(id)?.node?.isReady !== false;
        if (ledger.live.has(id) || !isReached) {
          idleSinceMs.delete(id);
          continue;
        }
        const sinceMs = Math.max(idleSinceMs.get(id) ?? elapsedMs, upSinceMs, cluster.backSinceMs);
        idleSinceMs.set(id, sinceMs);
        if (elapsedMs - sinceMs > lateMs)
          throw new BrokenLaw(
            `the pod of attempt ${id} is there ${elapsedMs - sinceMs} ms after that was over`,
          );
      }
    },
    checkEnd({ cluster }) {
      const [left] = cluster?.held() ?? [];
      law(left === undefined, `the pod of attempt ${left} is there after everything has ended`);
    },
  };
}

// Law: no network of a multi-node job is left behind. The engine holds one only while a node of
// that attempt is under way, or soon after, for as long as a removal may have been lost; and in the
// end it holds none.

import type { AttemptId } from '../../src/base/ids.ts';
import { BrokenLaw, law, type Checker } from './checker.ts';

/**
 * Meanwhile a server that is up has compared itself with the engine many times, however many calls
 * are lost.
 */
const lateMs = 300_000;

export function networksCleaned(): Checker {
  /** Since when a network is known to be nobody's, by elapsed time. */
  const idleSinceMs = new Map<AttemptId, number>();
  return {
    law: 'networks of nodes are cleaned up',
    checkNowAndThen({ networks, ledger, elapsedMs, upSinceMs }) {
      const there = networks();
      for (const id of idleSinceMs.keys()) if (!there.has(id)) idleSinceMs.delete(id);
      if (there.size === 0) return;
      const used = new Set([...ledger.live.values()].map(({ attempt }) => attempt.network?.id));
      for (const [id, block] of there) {
        if (used.has(id)) continue;
        const sinceMs = Math.max(idleSinceMs.get(id) ?? elapsedMs, upSinceMs);
        idleSinceMs.set(id, sinceMs);
        if (elapsedMs - sinceMs > lateMs)
          throw new BrokenLaw(
            `network ${block} of attempt ${id} is there ${elapsedMs - sinceMs} ms after its job's nodes`,
          );
      }
    },
    checkEnd({ networks }) {
      const [left] = networks();
      law(
        left === undefined,
        `network ${left?.[1]} of attempt ${left?.[0]} is there after everything has ended`,
      );
    },
  };
}

// Law: what the capacity provider has, somebody wants. An instance that is in no row goes soon, for
// as long as its end may have been lost with the server that was to tell of it; and in the end
// there is none such.

import type { HostId } from '../../src/base/ids.ts';
import { BrokenLaw, law, type Checker } from './checker.ts';

/** Meanwhile a server that is up has compared itself with the provider many times. */
const lateMs = 300_000;

export function nothingLeaks(): Checker {
  /** Since when an instance is known to be nobody's, by elapsed time. */
  const idleSinceMs = new Map<HostId, number>();
  return {
    law: 'nothing that the capacity provider has leaks',
    checkNowAndThen({ provided, ledger, elapsedMs, upSinceMs }) {
      const there = provided();
      for (const id of idleSinceMs.keys()) if (!there.has(id)) idleSinceMs.delete(id);
      for (const id of there) {
        if (ledger.instances.has(id)) {
          idleSinceMs.delete(id);
          continue;
        }
        const sinceMs = Math.max(idleSinceMs.get(id) ?? elapsedMs, upSinceMs);
        idleSinceMs.set(id, sinceMs);
        if (elapsedMs - sinceMs > lateMs)
          throw new BrokenLaw(
            `instance ${id} is there ${elapsedMs - sinceMs} ms after it left the rows`,
          );
      }
    },
    checkEnd({ provided, ledger }) {
      const left = [...provided()].find((id) => !ledger.instances.has(id));
      law(left === undefined, `instance ${left} is there after everything has ended`);
    },
  };
}

// Law: a registered host is declared lost only after it could not be reached for as long as the settings say, and not when it
// can be.

import type { HostId } from '../../src/base/ids.ts';
import { BrokenLaw, type Checker } from './checker.ts';

/** It is asked so often; a silence is noticed so late, and so early a failed question may have come before it. */
const slackMs = 20_000;

export function lossesDeclared(): Checker {
  /** By address: since when it cannot be reached, and when that was last seen, by elapsed time. */
  const silences = new Map<string, { readonly sinceMs: number; readonly seenMs: number }>();
  /** Hosts that are lost, since when they say. */
  const lostSince = new Map<HostId, number>();
  return {
    law: 'a host is declared lost only after silence',
    check({ commits, cutOff, elapsedMs, clockSetMs, server }) {
      for (const [address, cutMs] of cutOff) {
        // A moment in which it could have been reached is no answer yet.
        const known = silences.get(address);
        silences.set(address, { sinceMs: known !== undefined && cutMs - known.seenMs < slackMs ? known.sinceMs : cutMs, seenMs: elapsedMs });
      }
      for (const { commit } of commits) {
        for (const { id, address, lost } of commit.hosts) {
          const known = lostSince.get(id);
          if (lost === undefined) lostSince.delete(id);
          else lostSince.set(id, lost.sinceMs);
          const wantedMs = (server?.world.settings.hostLostSeconds ?? 0) * 1000;
          // A clock that is set makes silences of any length.
          if (lost === undefined || lost.sinceMs === known || (clockSetMs > 0 && elapsedMs - clockSetMs <= wantedMs + slackMs)) continue;
          const silence = silences.get(address.dockerHost);
          if (silence === undefined || elapsedMs - silence.seenMs > slackMs) throw new BrokenLaw(`host ${id} is declared lost, and can be reached`);
          if (elapsedMs - silence.sinceMs < wantedMs - slackMs) throw new BrokenLaw(`host ${id} is declared lost after ${elapsedMs - silence.sinceMs} ms`);
        }
      }
    },
  };
}

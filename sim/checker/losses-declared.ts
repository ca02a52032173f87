// Law: a registered host is declared lost only after it answered nothing for as long as the
// settings say, whoever was to blame: a cut, or questions and answers that were lost one after the
// other.

import type { HostId } from '../../src/base/ids.ts';
import { BrokenLaw, type Checker } from './checker.ts';
import { written } from '../rows.ts';

/**
 * It is asked so often; a silence is noticed so late, and so early an answer may have come before
 * it.
 */
const slackMs = 20_000;

export function lossesDeclared(): Checker {
  /** When each host was first seen, by elapsed time: nobody could ask it before. */
  const seenMs = new Map<HostId, number>();
  /** Hosts that are lost, since when they say. */
  const lostSince = new Map<HostId, number>();
  return {
    law: 'a host is declared lost only after silence',
    check({ commits, heardMs, elapsedMs, upSinceMs, clockSetMs, server }) {
      for (const { commit } of commits) {
        for (const host of written(commit.rows.hosts)) {
          if (host.kind === 'instance') continue;
          const { id, endpoint, lost } = host;
          if (!seenMs.has(id)) seenMs.set(id, elapsedMs);
          const known = lostSince.get(id);
          if (lost === undefined) lostSince.delete(id);
          else lostSince.set(id, lost.sinceMs);
          const wantedMs = (server?.world.settings.hostLostSeconds ?? 0) * 1000;
          // A clock that is set makes silences of any length.
          if (
            lost === undefined ||
            lost.sinceMs === known ||
            (clockSetMs > 0 && elapsedMs - clockSetMs <= wantedMs + slackMs)
          )
            continue;
          // An answer that came while the loss was being stored changes nothing.
          const before = (heardMs.get(endpoint.url) ?? []).filter(
            (atMs) => atMs < elapsedMs - slackMs,
          );
          const lastMs = Math.max(before.at(-1) ?? 0, seenMs.get(id) ?? 0, upSinceMs);
          const silentMs = elapsedMs - lastMs;
          if (silentMs < wantedMs - slackMs)
            throw new BrokenLaw(`host ${id} is declared lost after ${silentMs} ms of silence`);
        }
      }
    },
  };
}

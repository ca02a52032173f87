// Asks again and again, gently: when there is news, where somebody tells; else soon after something
// changed, ever more rarely while nothing does. A server that is away for a moment is waited for.
// It knows nothing of jobs.

import { Interrupted, isUnreachable } from './failure.ts';
import type { Io } from './io.ts';

const firstPauseMs = 40;
/** No shorter while much changes: what follows a big array closely would only burden the server. */
const busyPauseMs = 250;
const longestPauseMs = 2_000;
/** While somebody tells; news may be lost all the same. */
const pauseWithNewsMs = 10_000;
const growth = 1.5;
/** How long a server that answered before may be away: time enough to be started again. */
export const patienceMs = 60_000;
/** What is said of it meanwhile. */
export const awayText = 'The server is not answering; trying again.\n';

/** Somebody who tells when to look. */
interface News {
  readonly isLive: boolean;
  readonly next: AbortSignal;
  look(): void;
  begin(): void;
}

/**
 * Calls `look` until it is done. `look` says whether anything changed since it looked before, and
 * `done` when it is. `onAway` hears once that the server has gone away. Throws {@link Interrupted}
 * when `signal` is aborted.
 */
export async function poll(
  io: Io,
  signal: AbortSignal,
  look: () => Promise<'changed' | 'same' | 'done'>,
  onAway: () => void,
  news?: News,
): Promise<void> {
  let pauseMs = firstPauseMs;
  let lastAnswerMs: number | undefined;
  let away = false;
  for (;;) {
    if (signal.aborted) throw new Interrupted();
    news?.look();
    try {
      const seen = await look();
      if (seen === 'done') return;
      if (seen === 'changed') pauseMs = Math.min(pauseMs, busyPauseMs);
      lastAnswerMs = io.nowMs();
      away = false;
    } catch (error) {
      if (
        lastAnswerMs === undefined ||
        !isUnreachable(error) ||
        io.nowMs() - lastAnswerMs > patienceMs
      )
        throw error;
      if (!away) onAway();
      away = true;
    }
    news?.begin();
    const woken = news === undefined ? signal : AbortSignal.any([signal, news.next]);
    // However much news there is, it is not looked at more often than that.
    if (news?.isLive === true) await io.sleep(Math.min(pauseMs, busyPauseMs), signal);
    await io.sleep(news?.isLive === true ? pauseWithNewsMs : pauseMs, woken);
    pauseMs = Math.min(pauseMs * growth, longestPauseMs);
  }
}

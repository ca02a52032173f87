// Waiting for a state, bounded: the only way that the end-to-end tests wait.

import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 25;

/**
 * Resolves with the first answer that is not undefined or false; throws when it takes longer than
 * `withinMs`.
 */
export async function until<T>(
  what: string | (() => string),
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 120_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline)
      throw new Error(
        `waited ${withinMs / 1000} s for ${typeof what === 'string' ? what : what()}`,
      );
    await delay(pollMs);
  }
}

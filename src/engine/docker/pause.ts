// A pause that ends with the engine. It keeps nothing once it is over.

import { EngineUnavailable } from '../../port/engine.ts';

/**
 * How long whoever waits for the daemon's next state waits before he looks again, where nothing has
 * happened.
 */
export const againMs = 200;

/**
 * Resolves after so many milliseconds; rejects with EngineUnavailable where `closed` is or becomes
 * aborted.
 */
export function pause(ms: number, closed: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      closed.removeEventListener('abort', onClosed);
      settle();
    };
    const onClosed = (): void => end(() => reject(new EngineUnavailable('the engine is closed')));
    const timer = setTimeout(() => end(resolve), ms);
    if (closed.aborted) onClosed();
    else closed.addEventListener('abort', onClosed);
  });
}

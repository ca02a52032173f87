// How many requests are under way at once: up to a bound, fewer where the cluster says that it is
// too many (429), and none for as long as it asks to be left alone. It knows nothing of requests.

import type { Clock } from '../../port/clock.ts';

interface Waiting {
  readonly enter: () => void;
}

export class FlowControl {
  readonly #clock: Clock;
  readonly #most: number;
  /** How many may be under way; grows by one for each round that goes well. */
  #window: number;
  #underWay = 0;
  #heldUntilMs = 0;
  #isHeld = false;
  readonly #waiting = new Set<Waiting>();

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
    this.#window = most;
  }

  /**
   * Resolves with how to leave again when it is this one's turn; with undefined where it was not by
   * `untilMs` or `signal` came first.
   */
  enter(untilMs: number, signal?: AbortSignal): Promise<(() => void) | undefined> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve(undefined);
      const settle = (entered: boolean): void => {
        cancel();
        signal?.removeEventListener('abort', giveUp);
        this.#waiting.delete(waiting);
        if (!entered) return resolve(undefined);
        this.#underWay++;
        resolve(this.#leave());
      };
      const waiting: Waiting = { enter: () => settle(true) };
      const giveUp = (): void => settle(false);
      let cancel = (): void => undefined;
      this.#waiting.add(waiting);
      this.#admit();
      if (!this.#waiting.has(waiting)) return;
      cancel = this.#clock.at(untilMs, giveUp);
      signal?.addEventListener('abort', giveUp);
    });
  }

  /** The cluster says that it is too much. */
  slowDown(forMs: number): void {
    const untilMs = this.#clock.now() + forMs;
    // Those that were under way together are refused together: that is said once.
    if (this.#clock.now() >= this.#heldUntilMs) this.#window = Math.max(1, this.#window / 2);
    this.#heldUntilMs = Math.max(this.#heldUntilMs, untilMs);
  }

  #leave(): () => void {
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      this.#underWay--;
      this.#window = Math.min(this.#most, this.#window + 1 / this.#window);
      this.#admit();
    };
  }

  #admit(): void {
    if (this.#clock.now() < this.#heldUntilMs) return this.#hold();
    for (const waiting of this.#waiting) {
      if (this.#underWay >= Math.floor(this.#window)) return;
      waiting.enter();
    }
  }

  #hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#clock.at(this.#heldUntilMs, () => {
      this.#isHeld = false;
      this.#admit();
    });
  }
}

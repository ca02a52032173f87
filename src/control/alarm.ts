// One alarm on the clock: it rings once when it falls due, unless it was set anew before. Whoever
// has something to do later holds one, and cancels it when it ends.

import type { Clock } from '../port/clock.ts';

export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #set: { readonly atMs: number; readonly cancel: () => void } | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  get isSet(): boolean {
    return this.#set !== undefined;
  }

  /** Undefined: it does not ring. */
  set(atMs: number | undefined): void {
    if (atMs === this.#set?.atMs) return;
    this.#set?.cancel();
    this.#set =
      atMs === undefined
        ? undefined
        : {
            atMs,
            cancel: this.#clock.at(atMs, () => {
              this.#set = undefined;
              this.#ring();
            }),
          };
  }

  setIn(ms: number): void {
    this.set(this.#clock.now() + ms);
  }

  cancel(): void {
    this.set(undefined);
  }
}

// Long reads in slices: work that looks at much gives way after each slice, and of all that is
// under way one slice is done in each turn of the loop, so that the writer waits for one at most,
// however many read. It knows nothing of what is read.

import type { Clock } from '../../port/clock.ts';

/**
 * Work that yields where it may be interrupted; between two slices the world and the store may
 * change.
 */
export type Sliced<T> = Generator<void, T>;

export class Slices {
  readonly #clock: Pick<Clock, 'soon'>;
  readonly #waiting: (() => void)[] = [];
  #turnWanted = false;

  constructor(clock: Pick<Clock, 'soon'>) {
    this.#clock = clock;
  }

  /**
   * Runs the work to its end. What needs one slice only waits for nobody, unless others are under
   * way.
   */
  async run<T>(work: Sliced<T>): Promise<T> {
    if (this.#waiting.length > 0) await this.#turn();
    for (;;) {
      const step = work.next();
      if (step.done === true) return step.value;
      await this.#turn();
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#wake();
    });
  }

  #wake(): void {
    if (this.#turnWanted) return;
    this.#turnWanted = true;
    this.#clock.soon(() => {
      this.#turnWanted = false;
      this.#waiting.shift()?.();
      if (this.#waiting.length > 0) this.#wake();
    });
  }
}

/** The same work in one go, for those who look at one moment. */
export function atOnce<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

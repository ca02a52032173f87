// Why and when something is given up: because others are, or for a reason of its own. It ends
// nothing by itself.

/**
 * A signal that follows others for as long as it is wanted: what `AbortSignal.any` makes stays with
 * those that live long.
 */
export class Giving {
  readonly #controller = new AbortController();
  readonly #followed: readonly AbortSignal[];
  readonly #abort = (): void => this.up('given up');

  constructor(followed: readonly (AbortSignal | undefined)[]) {
    this.#followed = followed.filter((one) => one !== undefined);
    for (const one of this.#followed) {
      if (one.aborted) this.#abort();
      one.addEventListener('abort', this.#abort);
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  up(why: string): void {
    this.#controller.abort(new Error(why));
  }

  release(): void {
    for (const one of this.#followed) one.removeEventListener('abort', this.#abort);
  }
}

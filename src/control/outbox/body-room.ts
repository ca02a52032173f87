// Room in memory for large bodies that are under way: each is there several times over while it is
// sent. Small ones always have it, so that a lane with large bodies holds up no lane without. Who
// finds none has its turn when another gives some back, in the order in which they came.

interface BodyRoomSize {
  /** Characters of a body that needs room. */
  readonly large: number;
  /** Of all that have it together, unless one alone has more. */
  readonly most: number;
}

export class BodyRoom {
  readonly #size: BodyRoomSize;
  #taken = 0;
  /** How much each wants, in the order of their turns. */
  readonly #waiting = new Map<() => void, number>();
  #turn: (() => void) | undefined;

  constructor(size: BodyRoomSize) {
    this.#size = size;
  }

  /** False: there is none, and `again` is called when there is; it is the same each time. */
  take(characters: number, again: () => void): boolean {
    if (characters < this.#size.large) return true;
    const isNext = this.#turn === again || this.#waiting.size === 0;
    if (this.#turn === again) this.#turn = undefined;
    if (!isNext || !this.#has(characters)) {
      this.#waiting.set(again, characters);
      return false;
    }
    this.#taken += characters;
    return true;
  }

  #has(characters: number): boolean {
    return this.#taken === 0 || this.#taken + characters <= this.#size.most;
  }

  give(characters: number): void {
    if (characters < this.#size.large) return;
    this.#taken -= characters;
    for (const [again, wanted] of this.#waiting) {
      if (!this.#has(wanted)) break;
      this.#waiting.delete(again);
      this.#turn = again;
      again();
    }
    this.#turn = undefined;
  }
}

// How many may be under way at once, over all and to one place. Whoever has much under way to one
// place leaves half of what is free to others, so that a place which does not answer holds up
// nobody who goes elsewhere. It knows nothing of what passes.

/** A place to which at least one has gone and not come back, or waits to go. */
interface Place {
  underWay: number;
  readonly waiting: Set<() => void>;
}

/** Places that are asked, when one has come back, whether somebody who waits for them may go. */
const asked = 8;

export class FairGate {
  readonly #most: number;
  readonly #mostOfOne: number;
  readonly #places = new Map<string, Place>();
  /** Those for which somebody waits, whoever was asked last behind the others. */
  readonly #waitedFor = new Set<string>();
  #underWay = 0;

  constructor(bounds: { readonly atOnce: number; readonly toOnePlace: number }) {
    this.#most = bounds.atOnce;
    this.#mostOfOne = bounds.toOnePlace;
  }

  /**
   * Calls `go` when it may pass, at once if it can; whoever has gone must `leave`. Answers how to
   * stop waiting.
   */
  enter(name: string, go: () => void): () => void {
    const place = this.#places.get(name) ?? { underWay: 0, waiting: new Set() };
    this.#places.set(name, place);
    if (place.waiting.size === 0 && this.#mayPass(place)) {
      this.#pass(place);
      go();
      return () => undefined;
    }
    place.waiting.add(go);
    this.#waitedFor.add(name);
    return () => {
      if (place.waiting.delete(go)) this.#tidy(name, place);
    };
  }

  leave(name: string): void {
    const place = this.#places.get(name);
    if (place === undefined) return;
    place.underWay--;
    this.#underWay--;
    this.#tidy(name, place);
    this.#letPass(name);
    for (const other of [...take(this.#waitedFor, asked)]) this.#letPass(other);
  }

  #letPass(name: string): void {
    const place = this.#places.get(name);
    if (place === undefined) return;
    for (const go of place.waiting) {
      if (!this.#mayPass(place)) break;
      place.waiting.delete(go);
      this.#pass(place);
      go();
    }
    this.#waitedFor.delete(name);
    if (place.waiting.size > 0) this.#waitedFor.add(name);
    this.#tidy(name, place);
  }

  #mayPass({ underWay }: Place): boolean {
    const free = this.#most - this.#underWay;
    return free > 0 && underWay < this.#mostOfOne && (underWay === 0 || underWay <= free);
  }

  #pass(place: Place): void {
    place.underWay++;
    this.#underWay++;
  }

  #tidy(name: string, place: Place): void {
    if (place.waiting.size > 0) return;
    this.#waitedFor.delete(name);
    if (place.underWay === 0) this.#places.delete(name);
  }
}

function* take<T>(items: Iterable<T>, count: number): Generator<T> {
  let left = count;
  for (const item of items) {
    if (left-- === 0) return;
    yield item;
  }
}

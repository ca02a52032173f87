// A binary heap whose elements know where they stand in it, so that one can be moved or taken out
// when its order changes. Ties are the caller's to break, so that every order is a total one. An
// element stands in one such heap at most.

/** What an element carries for the heap it stands in; nobody else changes it. */
export interface Standing {
  /** Its index there; -1 where it stands in none. */
  heapIndex: number;
}

export class StandingHeap<T extends Standing> {
  readonly #items: T[] = [];
  readonly #before: (a: T, b: T) => boolean;

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  /** In no order. */
  values(): Iterable<T> {
    return this.#items;
  }

  /** Puts the element in, or moves it to where it belongs by now. */
  put(item: T): void {
    if (item.heapIndex < 0) {
      item.heapIndex = this.#items.length;
      this.#items.push(item);
    }
    this.#sinkFrom(this.#rise(item));
  }

  /** Takes the element out, if it stands here. */
  remove(item: T): void {
    const { heapIndex } = item;
    if (heapIndex < 0) return;
    item.heapIndex = -1;
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    last.heapIndex = heapIndex;
    this.#items[heapIndex] = last;
    this.#sinkFrom(this.#rise(last));
  }

  /** After the order of many has changed at once. */
  restore(): void {
    for (let at = (this.#items.length >> 1) - 1; at >= 0; at--) this.#sinkFrom(at);
  }

  #rise(item: T): number {
    let at = item.heapIndex;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.#items[parent] as T;
      if (!this.#before(item, above)) break;
      this.#set(at, above);
      at = parent;
    }
    this.#set(at, item);
    return at;
  }

  #sinkFrom(from: number): void {
    const items = this.#items;
    const item = items[from] as T;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#before(items[child + 1] as T, items[child] as T))
        child++;
      if (!this.#before(items[child] as T, item)) break;
      this.#set(at, items[child] as T);
      at = child;
    }
    this.#set(at, item);
  }

  #set(at: number, item: T): void {
    this.#items[at] = item;
    item.heapIndex = at;
  }
}

// Which of many pieces stand somewhere in a text: the last characters of each are looked up by
// hashes that roll along the text, once for each length there is, and lengths are few. What is
// found only may be: who asks compares the whole.

/** So many characters of a piece tell it from others well enough. */
const longest = 32;
const multiplier = 0x01000193;

export class InfixTable<T> {
  /** By length, then by hash. */
  readonly #byLength = new Map<number, Map<number, Set<T>>>();

  slot(piece: string): { add(item: T): void; remove(item: T): void } {
    const end = piece.slice(-longest);
    const hash = hashOf(end, end.length);
    return {
      add: (item) => {
        const byHash = this.#byLength.get(end.length) ?? new Map<number, Set<T>>();
        this.#byLength.set(end.length, byHash);
        const items = byHash.get(hash) ?? new Set();
        byHash.set(hash, items);
        items.add(item);
      },
      remove: (item) => {
        const byHash = this.#byLength.get(end.length);
        const items = byHash?.get(hash);
        items?.delete(item);
        if (items?.size === 0) byHash?.delete(hash);
        if (byHash?.size === 0) this.#byLength.delete(end.length);
      },
    };
  }

  /** Hands over what may stand in the text, perhaps more than once. */
  find(text: string, found: (item: T) => void): void {
    for (const [length, byHash] of this.#byLength) {
      if (length > text.length) continue;
      const leaving = power(length);
      let hash = hashOf(text, length);
      byHash.get(hash)?.forEach(found);
      for (let at = length; at < text.length; at++) {
        const first = Math.imul(text.charCodeAt(at - length) + 1, leaving);
        hash = (Math.imul(hash, multiplier) + text.charCodeAt(at) + 1 - first) | 0;
        byHash.get(hash)?.forEach(found);
      }
    }
  }
}

function hashOf(text: string, length: number): number {
  let hash = 0;
  for (let at = 0; at < length; at++)
    hash = (Math.imul(hash, multiplier) + text.charCodeAt(at) + 1) | 0;
  return hash;
}

function power(length: number): number {
  let value = 1;
  for (let at = 0; at < length; at++) value = Math.imul(value, multiplier);
  return value;
}

// Which of many prefixes, or suffixes, a text has: in one pass over the text, whatever their
// number. Hashes say which may be; what they find is compared.

interface Entry<T> {
  readonly affix: string;
  readonly items: Set<T>;
}

export class AffixTable<T> {
  readonly #isSuffix: boolean;
  /** By length, by hash: those with the same hash in a list. */
  readonly #byLength = new Map<number, Map<number, Entry<T>[]>>();
  #longest = 0;

  constructor(kind: 'prefix' | 'suffix') {
    this.#isSuffix = kind === 'suffix';
  }

  get isEmpty(): boolean {
    return this.#byLength.size === 0;
  }

  slot(affix: string): { add(item: T): void; remove(item: T): void } {
    return {
      add: (item) => this.#add(affix, item),
      remove: (item) => this.#remove(affix, item),
    };
  }

  /** Hands over what stands behind each affix that the text has. */
  find(text: string, found: (item: T) => void): void {
    const most = Math.min(this.#longest, text.length);
    let hash = 0;
    for (let length = 0; ; length++) {
      const entries = this.#byLength.get(length)?.get(hash);
      if (entries !== undefined)
        for (const { affix, items } of entries)
          if (this.#isSuffix ? text.endsWith(affix) : text.startsWith(affix)) items.forEach(found);
      if (length === most) return;
      hash = this.#hashWith(hash, text, length);
    }
  }

  #add(affix: string, item: T): void {
    const entries = this.#entriesOf(affix);
    const entry = entries.find((one) => one.affix === affix);
    if (entry === undefined) entries.push({ affix, items: new Set([item]) });
    else entry.items.add(item);
  }

  #remove(affix: string, item: T): void {
    const byHash = this.#byLength.get(affix.length);
    const hash = this.#hashOf(affix);
    const entries = byHash?.get(hash) ?? [];
    const entry = entries.find((one) => one.affix === affix);
    if (byHash === undefined || entry === undefined) return;
    entry.items.delete(item);
    if (entry.items.size > 0) return;
    entries.splice(entries.indexOf(entry), 1);
    if (entries.length > 0) return;
    byHash.delete(hash);
    if (byHash.size > 0) return;
    this.#byLength.delete(affix.length);
    this.#longest = Math.max(0, ...this.#byLength.keys());
  }

  #entriesOf(affix: string): Entry<T>[] {
    const { length } = affix;
    const byHash = this.#byLength.get(length) ?? new Map<number, Entry<T>[]>();
    this.#byLength.set(length, byHash);
    this.#longest = Math.max(this.#longest, length);
    const hash = this.#hashOf(affix);
    const entries = byHash.get(hash) ?? [];
    byHash.set(hash, entries);
    return entries;
  }

  #hashOf(affix: string): number {
    let hash = 0;
    for (let length = 0; length < affix.length; length++)
      hash = this.#hashWith(hash, affix, length);
    return hash;
  }

  /** Of one character more, counted from the end that matters. */
  #hashWith(hash: number, text: string, length: number): number {
    const at = this.#isSuffix ? text.length - 1 - length : length;
    return (Math.imul(hash, 0x01000193) + text.charCodeAt(at) + 1) | 0;
  }
}

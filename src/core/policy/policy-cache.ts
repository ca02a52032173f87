// Compiled policies by their text, so that each is compiled once as long as it is in use. What is
// kept is bounded by the characters of the texts; what has not been asked for longest goes first.

import { compilePolicy, type Policy } from './compile.ts';

interface Kept {
  identity?: Policy;
  trust?: Policy;
}

export class PolicyCache {
  readonly #mostCharacters: number;
  /** By text, what was asked for last at the end. */
  readonly #kept = new Map<string, Kept>();
  #characters = 0;

  constructor(mostCharacters: number) {
    this.#mostCharacters = mostCharacters;
  }

  /** As {@link compilePolicy}. */
  get(text: string, kind: 'identity' | 'trust'): Policy {
    const kept = this.#kept.get(text) ?? {};
    if (this.#kept.delete(text)) this.#characters -= text.length;
    this.#kept.set(text, kept);
    this.#characters += text.length;
    for (const [oldest] of this.#kept) {
      if (this.#characters <= this.#mostCharacters) break;
      this.#kept.delete(oldest);
      this.#characters -= oldest.length;
    }
    return (kept[kind] ??= compilePolicy(text, kind));
  }
}

// A text that must not be seen: what prints a value, or a thing that holds it, prints stars. Only
// who needs the text itself asks for it, and nothing may keep what it was given.

const stars = '***';

export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return stars;
  }

  toJSON(): string {
    return stars;
  }

  /** What Node's console and assertions print. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return stars;
  }
}

// A text that must not be seen: whatever prints, logs or serializes what holds it shows nothing of
// it. Who needs it says so, by `reveal`.

const shown = '***';

export class Hidden {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  /** What Node's console and its inspectors call. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return shown;
  }
}

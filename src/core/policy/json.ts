// Reads the JSON of policy documents, which come from anybody: into maps, so that no key means
// anything to the language, in linear time, and no deeper than a policy can be. A key that comes
// twice in one object is a fault, as IAM has it. It knows nothing of what a policy says.

export type Json = string | boolean | null | JsonNumber | readonly Json[] | JsonObject;
export type JsonObject = ReadonlyMap<string, Json>;
/** As it was written: conditions compare texts. */
interface JsonNumber {
  readonly number: string;
}

/** Not JSON, or more than a policy may be. */
export class BadJson extends Error {
  override name = 'BadJson';
}

export const isObject = (value: Json | undefined): value is JsonObject => value instanceof Map;
export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
export const isNumber = (value: Json): value is JsonNumber =>
  typeof value === 'object' && value !== null && !isObject(value) && !isList(value);

/** A condition's values stand six deep. */
const mostLevels = 10;

const quote = 0x22;
const backslash = 0x5c;
const blanks = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** The one value that the text is; throws {@link BadJson} where it is none. */
export function parseJson(text: string): Json {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(level: number): Json {
    if (level > mostLevels) throw new BadJson('too deep');
    this.#skip(blanks);
    switch (this.#text.charAt(this.#at)) {
      case '{':
        return this.#object(level);
      case '[':
        return this.#list(level);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default: {
        const written = this.#skip(number);
        if (written === '') throw new BadJson('no value');
        return { number: written };
      }
    }
  }

  end(): void {
    this.#skip(blanks);
    if (this.#at < this.#text.length) throw new BadJson('more than one value');
  }

  #object(level: number): JsonObject {
    const members = new Map<string, Json>();
    this.#at++;
    if (this.#takes('}')) return members;
    do {
      this.#skip(blanks);
      if (this.#text[this.#at] !== '"') throw new BadJson('no key');
      const key = this.#string();
      if (members.has(key)) throw new BadJson('a key twice');
      if (!this.#takes(':')) throw new BadJson('no colon');
      members.set(key, this.value(level + 1));
    } while (this.#takes(','));
    if (!this.#takes('}')) throw new BadJson('no end of an object');
    return members;
  }

  #list(level: number): readonly Json[] {
    const items: Json[] = [];
    this.#at++;
    if (this.#takes(']')) return items;
    do items.push(this.value(level + 1));
    while (this.#takes(','));
    if (!this.#takes(']')) throw new BadJson('no end of a list');
    return items;
  }

  #string(): string {
    const from = this.#at++;
    let isPlain = true;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at++);
      if (code === quote) break;
      // Beyond the end there is no code at all.
      if (!(code >= 0x20)) throw new BadJson('no end of a string');
      if (code === backslash) {
        isPlain = false;
        this.#at++;
      }
    }
    const written = this.#text.slice(from, this.#at);
    if (isPlain) return written.slice(1, -1);
    try {
      return JSON.parse(written) as string;
    } catch (error) {
      throw new BadJson('a bad escape', { cause: error });
    }
  }

  #word<T extends Json>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw new BadJson('no value');
    this.#at += word.length;
    return value;
  }

  /** Whether this stands next, after blanks; it is taken then. */
  #takes(mark: string): boolean {
    this.#skip(blanks);
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  /** Takes what the pattern finds here, which may be nothing. */
  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}

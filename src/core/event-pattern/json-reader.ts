// Reads the JSON of a pattern token by token, as the streaming parser of AWS's matcher does: so
// that a key may come twice, numbers stay as they are written, and an error says the line and
// column that AWS says. It knows nothing of what a pattern means.

export type Token = 'object' | 'object-end' | 'array' | 'array-end' | Scalar;
type Scalar = 'name' | 'string' | 'number' | 'true' | 'false' | 'null';

/** The text is no pattern: why, and where. */
export class BadPattern extends Error {
  override name = 'BadPattern';
}

/** Of a source that is quoted in an error, so many characters. */
const quotedCharacters = 500;
const valueHint = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

const nameOf: Readonly<Record<string, 'Object' | 'Array'>> = { '{': 'Object', '[': 'Array' };
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /[\p{ID_Continue}$]*/uy;
const blanks = /[ \t\n\r]*/y;

/** An object or array that is open, and what may come next in it. */
interface Open {
  readonly mark: '{' | '[';
  readonly at: number;
  hasItem: boolean;
}

export class JsonReader {
  readonly #source: string;
  readonly #open: Open[] = [];
  /** What has been looked at already: behind a name stands its value. */
  #next: Token | undefined;
  #name = '';
  #at = 0;
  /** Where the string that was found last begins, until it is read. */
  #stringFrom: number | undefined;
  #text = '';

  constructor(source: string) {
    this.#source = source;
  }

  /** The name, string or number that was found last. */
  text(): string {
    if (this.#next !== undefined) return this.#name;
    this.#finishString();
    return this.#text;
  }

  /** Undefined at the end of the source. */
  next(): Token | undefined {
    const ahead = this.#next;
    if (ahead !== undefined) {
      this.#next = undefined;
      return ahead;
    }
    this.#finishString();
    this.#skipBlanks();
    const open = this.#open.at(-1);
    const char = this.#source[this.#at];
    if (open === undefined) return char === undefined ? undefined : this.#value(char);
    if (char === undefined) throw this.#endOfInput(open);
    if (char === '}' || char === ']') return this.#close(open, char);
    const isFirst = !open.hasItem;
    open.hasItem = true;
    const item = isFirst ? char : this.#comma(open, char);
    return open.mark === '{' ? this.#member(item) : this.#value(item);
  }

  /** A fault of what was found last. */
  fault(reason: string, at = this.#at): BadPattern {
    return new BadPattern(`${reason}\n at ${this.#location(at)}`);
  }

  #location(at: number): string {
    const before = this.#source.slice(0, at).split(/\r\n|\r|\n/);
    const start = this.#source.slice(0, quotedCharacters);
    const cut = this.#source.length - start.length;
    return `[Source: (String)"${start}"${cut > 0 ? `[truncated ${cut} chars]` : ''}; line: ${before.length}, column: ${(before.at(-1) ?? '').length + 1}]`;
  }

  #close(open: Open, char: string): Token {
    const expected = open.mark === '{' ? '}' : ']';
    if (char !== expected)
      throw this.fault(
        `Unexpected close marker '${char}': expected '${expected}' (for ${nameOf[open.mark]} starting at ${this.#location(open.at)})`,
      );
    this.#open.pop();
    this.#at++;
    return open.mark === '{' ? 'object-end' : 'array-end';
  }

  #comma(open: Open, char: string): string {
    if (char !== ',')
      throw this.#unexpected(char, `was expecting comma to separate ${nameOf[open.mark]} entries`);
    this.#at++;
    return this.#charAfterBlanks(open);
  }

  #member(char: string): Token {
    if (char !== '"')
      throw this.#unexpected(char, 'was expecting double-quote to start field name');
    this.#at++;
    this.#name = this.#string('name');
    const open = this.#open.at(-1);
    const colon = this.#charAfterBlanks(open);
    if (colon !== ':')
      throw this.#unexpected(colon, 'was expecting a colon to separate field name and value');
    this.#at++;
    this.#next = this.#value(this.#charAfterBlanks(open));
    return 'name';
  }

  #value(char: string): Token {
    switch (char) {
      case '{':
      case '[':
        this.#open.push({ mark: char, at: this.#at++, hasItem: false });
        return char === '{' ? 'object' : 'array';
      case '"':
        this.#stringFrom = ++this.#at;
        return 'string';
      case 't':
        return this.#word('true');
      case 'f':
        return this.#word('false');
      case 'n':
        return this.#word('null');
      default:
        return this.#number(char);
    }
  }

  #word(expected: 'true' | 'false' | 'null'): Token {
    const found = this.#take(word);
    if (found !== expected) throw this.#unrecognized(found);
    this.#text = found;
    return expected;
  }

  #unrecognized(found: string): BadPattern {
    return this.fault(`Unrecognized token '${found}': was expecting ${valueHint}`);
  }

  #number(char: string): Token {
    const written = this.#take(number);
    if (written === '') {
      if (char === '-') {
        this.#at++;
        const after = this.#source[this.#at];
        if (after === undefined) throw this.fault('Unexpected end-of-input');
        throw this.#unexpected(
          after,
          'expected digit (0-9) to follow minus sign, for valid numeric value',
          ' in numeric value',
        );
      }
      const found = this.#take(word);
      if (found !== '' && !/^\d/.test(found)) throw this.#unrecognized(found);
      this.#at -= found.length;
      throw this.#unexpected(
        char,
        char === '}' ? 'expected a value' : `expected a valid value ${valueHint}`,
      );
    }
    this.#checkNumberEnd(written);
    this.#text = written;
    return 'number';
  }

  #checkNumberEnd(written: string): void {
    const after = this.#source[this.#at];
    if (after === undefined) return;
    if (/\d/.test(after)) throw this.fault('Invalid numeric value: Leading zeroes not allowed');
    const lacks =
      after === '.' && !/[.eE]/.test(written)
        ? 'Decimal point not followed by a digit'
        : /[eE]/.test(after) && !/[eE]/.test(written)
          ? 'Exponent indicator not followed by a digit'
          : undefined;
    if (lacks === undefined) return;
    this.#at++;
    const unexpected = this.#source[this.#at];
    if (unexpected === undefined) throw this.fault('Unexpected end-of-input');
    throw this.#unexpected(unexpected, lacks, ' in numeric value');
  }

  #finishString(): void {
    if (this.#stringFrom === undefined) return;
    this.#stringFrom = undefined;
    this.#text = this.#string('string value');
  }

  /** What stands up to the closing quote, which is taken too. */
  #string(what: 'name' | 'string value'): string {
    const from = this.#at;
    let isPlain = true;
    for (;;) {
      const code = this.#source.charCodeAt(this.#at);
      if (Number.isNaN(code)) throw this.fault(`Unexpected end-of-input${unfinished[what]}`);
      this.#at++;
      if (code < 0x20) throw this.#control(code, what);
      if (code === 0x22) break;
      if (code === 0x5c) {
        isPlain = false;
        this.#escape();
      }
    }
    const written = this.#source.slice(from, this.#at - 1);
    return isPlain ? written : (JSON.parse(`"${written}"`) as string);
  }

  #control(code: number, what: string): BadPattern {
    return this.fault(
      `Illegal unquoted character ((CTRL-CHAR, code ${code})): has to be escaped using backslash to be included in ${what}`,
    );
  }

  #escape(): void {
    const char = this.#source[this.#at++];
    if (char === undefined) {
      this.#at--;
      throw this.fault('Unexpected end-of-input in character escape sequence');
    }
    if (char === 'u') {
      for (let digit = 0; digit < 4; digit++) {
        const hex = this.#source[this.#at];
        if (hex === undefined)
          throw this.fault('Unexpected end-of-input in character escape sequence');
        if (!/[0-9a-fA-F]/.test(hex))
          throw this.#unexpected(hex, 'expected a hex-digit for character escape sequence');
        this.#at++;
      }
    } else if (!'"\\/bfnrt'.includes(char)) {
      throw this.fault(`Unrecognized character escape ${shown(char)}`);
    }
  }

  #unexpected(char: string, reason: string, where = ''): BadPattern {
    return this.fault(`Unexpected character (${shown(char)})${where}: ${reason}`);
  }

  #endOfInput(open: Open | undefined): BadPattern {
    return this.fault(
      open === undefined
        ? 'Unexpected end-of-input'
        : `Unexpected end-of-input: expected close marker for ${nameOf[open.mark]} (start marker at ${this.#location(open.at)})`,
    );
  }

  #charAfterBlanks(open: Open | undefined): string {
    this.#skipBlanks();
    const char = this.#source[this.#at];
    if (char === undefined) throw this.#endOfInput(open);
    return char;
  }

  #skipBlanks(): void {
    this.#take(blanks);
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}

const unfinished = {
  name: ' in field name',
  'string value': ': was expecting closing quote for a string value',
} as const;

function shown(char: string): string {
  const code = char.charCodeAt(0);
  return code < 0x20 ? `(CTRL-CHAR, code ${code})` : `'${char}' (code ${code})`;
}

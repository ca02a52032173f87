// Reads a filter pattern's text from left to right: what the three kinds of pattern have in common.

import { InvalidFilterPattern } from '../../../port/log-sink.ts';
import type { LinearRegex } from './linear-regex.ts';
import { parseRegex } from './regex.ts';

/** AWS takes two regular expressions in one pattern. */
const mostRegexes = 2;

export class Scanner {
  readonly #text: string;
  #at = 0;
  #regexes = 0;

  constructor(text: string) {
    this.#text = text;
  }

  fail(why: string): InvalidFilterPattern {
    return new InvalidFilterPattern(
      `Invalid filter pattern: ${why} at character ${this.#at + 1} of ${JSON.stringify(this.#text)}`,
    );
  }

  skipSpace(): void {
    while (/\s/.test(this.peek())) this.#at++;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The next character; empty at the end. */
  peek(): string {
    return this.#text.charAt(this.#at);
  }

  /** Takes `text` if it stands here. */
  take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) throw this.fail(`expected '${text}'`);
  }

  /** The longest match of a sticky expression; undefined where it matches nothing. */
  match(form: RegExp): string | undefined {
    form.lastIndex = this.#at;
    const found = form.exec(this.#text)?.[0];
    if (found === undefined || found === '') return undefined;
    this.#at += found.length;
    return found;
  }

  /**
   * A text in double quotes, its opening quote being next; `\"` and `\\` are a quote and a
   * backslash.
   */
  quoted(): string {
    this.expect('"');
    let value = '';
    for (;;) {
      if (this.atEnd) throw this.fail('a quotation mark is not closed');
      const character = this.peek();
      this.#at++;
      if (character === '"') return value;
      if (character === '\\' && (this.peek() === '"' || this.peek() === '\\')) {
        value += this.peek();
        this.#at++;
      } else value += character;
    }
  }

  /** A regular expression, its opening percent sign being next. */
  regex(): LinearRegex {
    this.expect('%');
    const end = this.#text.indexOf('%', this.#at);
    if (end < 0) throw this.fail('a percent sign is not closed');
    const source = this.#text.slice(this.#at, end);
    if (++this.#regexes > mostRegexes)
      throw this.fail(`more than ${mostRegexes} regular expressions`);
    const regex = parseRegex(source);
    this.#at = end + 1;
    return regex;
  }
}

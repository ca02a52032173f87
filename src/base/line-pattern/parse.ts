// Reads a regular expression of RE2's syntax (the one that Go's programs take) into a tree. What
// needs more than one look at each character (back references, looking around) is no part of that
// syntax, and is refused like anything else that it has not.

import { never } from '../assert.ts';

/** Not an expression, or too much of one; `message` says why. */
export class BadPattern extends Error {
  override name = 'BadPattern';
}

/** A character as its code point. */
export type Takes = (codePoint: number) => boolean;

export type Assertion =
  | 'text-start'
  | 'text-end'
  | 'line-start'
  | 'line-end'
  | 'word-edge'
  | 'no-word-edge';

export type Node =
  | { readonly type: 'one'; readonly takes: Takes }
  | { readonly type: 'assert'; readonly what: Assertion }
  | { readonly type: 'row'; readonly items: readonly Node[] }
  | { readonly type: 'any-of'; readonly items: readonly Node[] }
  /** `most` is Infinity where there is no bound. */
  | { readonly type: 'repeat'; readonly item: Node; readonly least: number; readonly most: number };

interface Flags {
  readonly ignoreCase: boolean;
  /** `^` and `$` at line ends, too. */
  readonly multiline: boolean;
  /** `.` takes a line end, too. */
  readonly dotAll: boolean;
}

/** RE2's own. */
const mostRepeats = 1_000;
const mostLevels = 100;
const mostCharacters = 4_096;

const word: Takes = (c) =>
  (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || c === 95 || (c >= 97 && c <= 122);
const digit: Takes = (c) => c >= 48 && c <= 57;
const space: Takes = (c) => c === 32 || c === 9 || c === 10 || c === 12 || c === 13;
const not =
  (takes: Takes): Takes =>
  (c) =>
    !takes(c);

export const isWord = word;

const by =
  (form: RegExp): Takes =>
  (c) =>
    form.test(String.fromCodePoint(c));
const posix: Readonly<Record<string, Takes>> = {
  alnum: by(/[0-9A-Za-z]/),
  alpha: by(/[A-Za-z]/),
  ascii: (c) => c < 128,
  blank: by(/[\t ]/),
  cntrl: (c) => c < 32 || c === 127,
  digit,
  graph: by(/[!-~]/),
  lower: by(/[a-z]/),
  print: by(/[ -~]/),
  punct: by(/[!-/:-@[-`{-~]/),
  space: by(/[\t\n\v\f\r ]/),
  upper: by(/[A-Z]/),
  word,
  xdigit: by(/[0-9A-Fa-f]/),
};

/** Throws {@link BadPattern}. */
export function parsePattern(source: string): Node {
  if (source.length > mostCharacters)
    throw new BadPattern(`it has more than ${mostCharacters} characters`);
  const parser = new Parser([...source]);
  return parser.all();
}

class Parser {
  readonly #text: readonly string[];
  #at = 0;
  #level = 0;
  #flags: Flags = { ignoreCase: false, multiline: false, dotAll: false };

  constructor(text: readonly string[]) {
    this.#text = text;
  }

  all(): Node {
    const node = this.#anyOf();
    if (this.#at < this.#text.length) throw new BadPattern('unexpected )');
    return node;
  }

  #peek(text: string): boolean {
    for (let offset = 0; offset < text.length; offset++)
      if (this.#text[this.#at + offset] !== text[offset]) return false;
    return true;
  }

  #take(text: string): boolean {
    if (!this.#peek(text)) return false;
    this.#at += text.length;
    return true;
  }

  #next(): string {
    const character = this.#text[this.#at++];
    if (character === undefined) throw new BadPattern('it ends too early');
    return character;
  }

  /** What the form takes from here on, if anything. */
  #match(form: RegExp): RegExpExecArray | undefined {
    // Nothing that is matched so is longer.
    const found = form.exec(this.#text.slice(this.#at, this.#at + 64).join('')) ?? undefined;
    if (found !== undefined) this.#at += [...found[0]].length;
    return found;
  }

  #anyOf(): Node {
    if (++this.#level > mostLevels) throw new BadPattern('it is nested too deeply');
    const items = [this.#row()];
    while (this.#take('|')) items.push(this.#row());
    this.#level--;
    return items.length === 1 ? (items[0] as Node) : { type: 'any-of', items };
  }

  #row(): Node {
    const items: Node[] = [];
    while (this.#at < this.#text.length && !this.#peek('|') && !this.#peek(')')) {
      if (this.#take('\\Q')) {
        while (this.#at < this.#text.length && !this.#take('\\E'))
          items.push(this.#repeated(this.#literal(this.#next())));
        continue;
      }
      const item = this.#item();
      if (item !== undefined) items.push(this.#repeated(item));
    }
    return { type: 'row', items };
  }

  #repeated(item: Node): Node {
    const { least, most } = this.#counts() ?? {};
    if (least === undefined || most === undefined) return item;
    this.#take('?');
    if (this.#peek('*') || this.#peek('+') || this.#peek('?'))
      throw new BadPattern('invalid nested repetition operator');
    return { type: 'repeat', item, least, most };
  }

  #counts(): { least: number; most: number } | undefined {
    if (this.#take('*')) return { least: 0, most: Infinity };
    if (this.#take('+')) return { least: 1, most: Infinity };
    if (this.#take('?')) return { least: 0, most: 1 };
    const found = this.#match(/^\{(\d{1,6})(?:(,)(\d{0,6}))?\}/);
    if (found === undefined) return undefined;
    const least = Number(found[1]);
    const most = found[2] === undefined ? least : found[3] === '' ? Infinity : Number(found[3]);
    if (least > mostRepeats || most < least || (most !== Infinity && most > mostRepeats))
      throw new BadPattern(`invalid repeat count ${found[0]}`);
    return { least, most };
  }

  /** Undefined: flags, which stand for nothing. */
  #item(): Node | undefined {
    const { multiline, dotAll } = this.#flags;
    const character = this.#next();
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return { type: 'one', takes: this.#folded(this.#set()) };
      case '.':
        return { type: 'one', takes: dotAll ? () => true : (c) => c !== 10 };
      case '^':
        return { type: 'assert', what: multiline ? 'line-start' : 'text-start' };
      case '$':
        return { type: 'assert', what: multiline ? 'line-end' : 'text-end' };
      case '*':
      case '+':
      case '?':
        throw new BadPattern(`missing argument to repetition operator: ${character}`);
      case '\\':
        return this.#escape();
      default:
        return this.#literal(character);
    }
  }

  #literal(character: string): Node {
    const own = character.codePointAt(0) as number;
    return { type: 'one', takes: this.#folded((c) => c === own) };
  }

  #folded(takes: Takes): Takes {
    if (!this.#flags.ignoreCase) return takes;
    return (c) => {
      if (takes(c)) return true;
      const text = String.fromCodePoint(c);
      return (
        takes(text.toLowerCase().codePointAt(0) as number) ||
        takes(text.toUpperCase().codePointAt(0) as number)
      );
    };
  }

  #group(): Node | undefined {
    const before = this.#flags;
    if (this.#take('?')) {
      const found = this.#match(/^(?:P?<([A-Za-z_]\w*)>|([imsU]*)(?:-([imsU]+))?([:)]))/);
      if (found === undefined) throw new BadPattern('invalid or unsupported Perl syntax: (?');
      const [, name, on = '', off = '', close] = found;
      if (name === undefined) {
        const set = (flag: string, present: boolean): boolean =>
          (on.includes(flag) || present) && !off.includes(flag);
        this.#flags = {
          ignoreCase: set('i', before.ignoreCase),
          multiline: set('m', before.multiline),
          dotAll: set('s', before.dotAll),
        };
        if (close === ')') return undefined;
      }
    }
    const node = this.#anyOf();
    if (!this.#take(')')) throw new BadPattern('missing closing )');
    this.#flags = before;
    return node;
  }

  #escape(): Node {
    if (this.#take('A')) return { type: 'assert', what: 'text-start' };
    if (this.#take('z')) return { type: 'assert', what: 'text-end' };
    if (this.#take('b')) return { type: 'assert', what: 'word-edge' };
    if (this.#take('B')) return { type: 'assert', what: 'no-word-edge' };
    const one = this.#escaped();
    return { type: 'one', takes: this.#folded(typeof one === 'number' ? (c) => c === one : one) };
  }

  /** Behind a backslash, in a set or outside: a character, or many. */
  #escaped(): number | Takes {
    const character = this.#next();
    const simple: Readonly<Record<string, number | Takes>> = {
      d: digit,
      D: not(digit),
      w: word,
      W: not(word),
      s: space,
      S: not(space),
      a: 7,
      f: 12,
      n: 10,
      r: 13,
      t: 9,
      v: 11,
    };
    const known = Object.hasOwn(simple, character) ? simple[character] : undefined;
    if (known !== undefined) return known;
    if (character === 'x') {
      const found = this.#match(/^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))/);
      const code = Number.parseInt(found?.[1] ?? found?.[2] ?? '', 16);
      if (Number.isNaN(code) || code > 0x10ffff)
        throw new BadPattern('invalid escape sequence: \\x');
      return code;
    }
    if (character === 'p' || character === 'P') return this.#property(character === 'P');
    if (/^[0-7]$/.test(character)) {
      const more = this.#match(/^[0-7]{1,2}/)?.[0] ?? '';
      if (character !== '0' && more === '')
        throw new BadPattern(`invalid escape sequence: \\${character}`);
      return Number.parseInt(character + more, 8);
    }
    if (/^[A-Za-z0-9]$/.test(character))
      throw new BadPattern(`invalid escape sequence: \\${character}`);
    return character.codePointAt(0) as number;
  }

  #property(negated: boolean): Takes {
    const found = this.#match(/^(?:([A-Za-z])|\{(\^?)([A-Za-z_]{1,40})\})/);
    const name = found?.[1] ?? found?.[3];
    if (name === undefined) throw new BadPattern('invalid character class: \\p');
    const form = [`\\p{${name}}`, `\\p{Script=${name}}`].flatMap((text) => {
      try {
        return [new RegExp(`^${text}$`, 'u')];
      } catch {
        return [];
      }
    })[0];
    if (form === undefined) throw new BadPattern(`invalid character class range: \\p{${name}}`);
    const wanted = negated === (found?.[2] === '^');
    return (c) => form.test(String.fromCodePoint(c)) === wanted;
  }

  #set(): Takes {
    const negated = this.#take('^');
    const parts: Takes[] = [];
    for (let first = true; first || !this.#take(']'); first = false) {
      const named = this.#match(/^\[:(\^?)([a-z]+):\]/);
      if (named !== undefined) {
        const takes = Object.hasOwn(posix, named[2] ?? '') ? posix[named[2] ?? ''] : undefined;
        if (takes === undefined) throw new BadPattern(`invalid character class range: ${named[0]}`);
        parts.push(named[1] === '' ? takes : not(takes));
        continue;
      }
      const from = this.#setMember();
      if (typeof from !== 'number') {
        parts.push(from);
        continue;
      }
      let to: number | Takes = from;
      if (this.#peek('-') && this.#text[this.#at + 1] !== ']') {
        this.#at++;
        to = this.#setMember();
      }
      if (typeof to !== 'number' || to < from)
        throw new BadPattern('invalid character class range');
      const last = to;
      parts.push((c) => c >= from && c <= last);
    }
    return (c) => parts.some((takes) => takes(c)) !== negated;
  }

  #setMember(): number | Takes {
    const character = this.#next();
    return character === '\\' ? this.#escaped() : (character.codePointAt(0) as number);
  }
}

/** Steps that it comes to when its counts are written out. */
export function sizeOf(node: Node): number {
  switch (node.type) {
    case 'one':
    case 'assert':
      return 1;
    case 'row':
    case 'any-of':
      return node.items.reduce((sum, item) => sum + 1 + sizeOf(item), 0);
    case 'repeat':
      return (
        (Number.isFinite(node.most) ? node.most : node.least + 1) * (1 + sizeOf(node.item)) + 1
      );
    default:
      return never(node);
  }
}

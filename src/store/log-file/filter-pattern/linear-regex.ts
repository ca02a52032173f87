// Whether a text matches a regular expression of AWS's subset, in time that grows with the text's
// length alone: all ways to match are followed side by side (Thompson 1968), and what was found of
// a set of ways is remembered. The subset has no parentheses: an expression is alternatives, each a
// row of characters of which some may be left out or repeated. It answers what JavaScript's own
// RegExp would, by which single characters are judged; it finds no place and no groups.

import { must } from '../../../base/assert.ts';

const start = Symbol('start');
const end = Symbol('end');

/** One character of an alternative, itself or one of many, or a place in the text. */
interface Item {
  readonly takes: string | ((character: string) => boolean) | typeof start | typeof end;
  readonly optional: boolean;
  readonly repeats: boolean;
}

/** A set of ways that lead on from a place in the text. */
interface State {
  /** What may come next, as places in the alternatives' items. */
  readonly ways: readonly number[];
  /** The text matches, whatever follows. */
  readonly matches: boolean;
  /** It matches if it ends here. */
  readonly matchesAtEnd: boolean;
  /** By what was read: ASCII characters by their codes. */
  readonly ascii: (State | undefined)[];
  readonly other: Map<number, State>;
}

/** More would make a step long. */
const mostItems = 2_000;
/** Ways that are remembered, of all states. */
const mostKnown = 200_000;

const escape = /\\(?:x[0-9a-fA-F]{2}|[0-3][0-7]{0,2}|[4-7][0-7]?|[^])/y;
const set = /\[(?:\\[^]|[^\]\\])*\]/y;
const quantifier = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y;

export class LinearRegex {
  /** Alternatives one after the other, each closed by `undefined`: there it has matched. */
  readonly #items: (Item | undefined)[] = [];
  readonly #starts: number[] = [];
  readonly #states = new Map<string, State>();
  #known = 0;
  /** Text that every match contains. */
  readonly #needle: string;
  readonly #first: State;
  /** Ways that begin anew at every character. */
  readonly #again: readonly number[];

  /**
   * `source` is valid to RegExp, and of AWS's subset; throws what `tooLarge` makes where its counts
   * come to too much.
   */
  constructor(source: string, tooLarge: () => Error) {
    this.#parse(source, tooLarge);
    this.#needle = this.#starts.length === 1 ? this.#longestText() : '';
    this.#again = this.#reach(this.#starts, false);
    this.#first = this.#state(this.#reach(this.#starts, true), true);
  }

  test(text: string): boolean {
    if (!text.includes(this.#needle)) return false;
    let state = this.#first;
    for (let at = 0; at < text.length; at++) {
      if (state.matches) return true;
      const code = text.charCodeAt(at);
      state = (code < 128 ? state.ascii[code] : state.other.get(code)) ?? this.#step(state, code);
    }
    return state.matches || state.matchesAtEnd;
  }

  #parse(source: string, tooLarge: () => Error): void {
    const items = this.#items;
    let first = 0;
    const close = (): void => {
      items.push(undefined);
      this.#starts.push(first);
      first = items.length;
    };
    for (let at = 0; at < source.length;) {
      const character = source.charAt(at);
      if (character === '|') {
        close();
        at++;
        continue;
      }
      if (character === '^' || character === '$') {
        items.push({ takes: character === '^' ? start : end, optional: false, repeats: false });
        at++;
        continue;
      }
      const atom =
        matchAt(character === '\\' ? escape : character === '[' ? set : /[^]/y, source, at) ??
        character;
      at += atom.length;
      const takes = /^\\?[^\\A-Za-z0-9.]$|^[A-Za-z0-9]$|^\\[.\\]$/.test(atom)
        ? atom.slice(-1)
        : classOf(atom);
      const { text, least, most } = quantifierAt(source, at);
      at += text.length;
      if (items.length + Math.max(least, Number.isFinite(most) ? most : 0) > mostItems)
        throw tooLarge();
      for (let count = 0; count < least; count++)
        items.push({ takes, optional: false, repeats: false });
      if (most === Infinity) items.push({ takes, optional: true, repeats: true });
      else
        for (let count = least; count < most; count++)
          items.push({ takes, optional: true, repeats: false });
    }
    close();
  }

  #longestText(): string {
    let [longest, text] = ['', ''];
    for (const item of this.#items) {
      text = typeof item?.takes === 'string' && !item.optional ? text + item.takes : '';
      if (text.length > longest.length) longest = text;
    }
    return longest;
  }

  /** All places that are reached from these without a character. */
  #reach(from: Iterable<number>, atStart: boolean): number[] {
    const reached = new Set<number>();
    for (let place of from) {
      for (; !reached.has(place); place++) {
        const item = this.#items[place];
        if (item?.takes === start) {
          if (!atStart) break;
          continue;
        }
        reached.add(place);
        if (item === undefined || !item.optional) break;
      }
    }
    return [...reached].sort((a, b) => a - b);
  }

  #step(from: State, code: number): State {
    const character = String.fromCharCode(code);
    const next: number[] = [];
    for (const way of from.ways) {
      const item = this.#items[way];
      if (item !== undefined && takes(item, character)) next.push(item.repeats ? way : way + 1);
    }
    const reached = this.#reach(next, false);
    const state = this.#state(
      [...new Set([...reached, ...this.#again])].sort((a, b) => a - b),
      false,
    );
    if (code < 128) from.ascii[code] = state;
    else from.other.set(code, state);
    return state;
  }

  #state(ways: readonly number[], atStart: boolean): State {
    const key = keyOf(ways, atStart);
    let state = this.#states.get(key);
    if (state === undefined) {
      // Few expressions have many. Nothing leads to the old ones but the state in hand, which goes
      // on working.
      this.#known += ways.length + 10;
      if (this.#known > mostKnown) this.#forget();
      state = {
        ways,
        matches: ways.some((way) => this.#items[way] === undefined),
        matchesAtEnd: ways.some((way) => this.#endsAt(way, atStart)),
        ascii: [],
        other: new Map(),
      };
      this.#states.set(key, state);
    }
    return state;
  }

  #forget(): void {
    this.#states.clear();
    this.#known = 0;
    this.#first.ascii.length = 0;
    this.#first.other.clear();
  }

  /** Whether nothing but the text's end is missing from here. */
  #endsAt(way: number, atStart: boolean): boolean {
    for (let place = way; ; place++) {
      const item = this.#items[place];
      if (item === undefined) return true;
      if (item.takes === end || item.optional || (item.takes === start && atStart)) continue;
      return false;
    }
  }
}

const takes = ({ takes: what }: Item, character: string): boolean =>
  typeof what === 'function' ? what(character) : what === character;

const keyOf = (ways: readonly number[], atStart: boolean): string =>
  `${atStart ? '^' : ''}${ways.join(',')}`;

function matchAt(form: RegExp, source: string, at: number): string | undefined {
  form.lastIndex = at;
  return form.exec(source)?.[0];
}

function quantifierAt(
  source: string,
  at: number,
): { readonly text: string; readonly least: number; readonly most: number } {
  quantifier.lastIndex = at;
  const found = quantifier.exec(source);
  if (found === null) return { text: '', least: 1, most: 1 };
  const [text, sign, from, comma, to] = found;
  if (sign !== undefined)
    return { text, least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Infinity };
  const least = Number(must(from, 'a count has a beginning'));
  return {
    text,
    least,
    most: comma === undefined ? least : to === '' || to === undefined ? Infinity : Number(to),
  };
}

/** A set, an escape or the point, of which JavaScript knows what it takes. */
function classOf(atom: string): (character: string) => boolean {
  const form = new RegExp(`^${atom}$`);
  return (character) => form.test(character);
}

// Patterns in which `*` stands for any text and a backslash takes its meaning, and the backslash's,
// away. Matching takes time linear in the text, whatever the pattern: what stands between stars is
// searched for without ever going back.

export interface Wildcard {
  /** What stands before the first star and behind the last one. */
  readonly start: string;
  readonly end: string;
  /** The longest of what stands between stars. */
  readonly inner: string;
  readonly hasStar: boolean;
  readonly matches: (text: string) => boolean;
}

/**
 * The error's positions are bytes of UTF-8 and count the quote that a value begins with, as AWS's
 * do.
 */
export function parseWildcard(text: string): Wildcard | { readonly fault: string } {
  const pieces = [''];
  let position = 1;
  for (let at = 0; at < text.length; at++) {
    let char = text.charAt(at);
    const following = text[at + 1];
    if (char === '*') {
      if (following === '*') return { fault: `Consecutive wildcard characters at pos ${position}` };
      pieces.push('');
      position++;
      continue;
    }
    if (char === '\\') {
      if (following !== '*' && following !== '\\')
        return { fault: `Invalid escape character at pos ${position}` };
      char = following;
      at++;
      position++;
    }
    pieces[pieces.length - 1] += char;
    position += bytesOf(char.charCodeAt(0));
  }
  return wildcardOf(pieces);
}

function wildcardOf(pieces: readonly string[]): Wildcard {
  const [start = '', ...rest] = pieces;
  const end = rest.pop();
  if (end === undefined)
    return { start, end: '', inner: '', hasStar: false, matches: (text) => text === start };
  const middle = rest.map((piece) => new Needle(piece));
  return {
    start,
    end,
    inner: rest.reduce((longest, piece) => (piece.length > longest.length ? piece : longest), ''),
    hasStar: true,
    matches(text) {
      if (text.length < start.length + end.length || !text.startsWith(start)) return false;
      if (!text.endsWith(end)) return false;
      const last = text.length - end.length;
      let at = start.length;
      for (const needle of middle) {
        at = needle.endIn(text, at, last);
        if (at < 0) return false;
      }
      return true;
    },
  };
}

/** Half of a pair of surrogates, which are four bytes together, is two. */
function bytesOf(code: number): number {
  if (code < 0x80) return 1;
  return code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
}

/** A text that others are searched for, as Knuth, Morris and Pratt do. */
class Needle {
  readonly #text: string;
  /** By how much of the text fits: how much of it still does if the next character does not. */
  readonly #shorter: Uint16Array;

  constructor(text: string) {
    this.#text = text;
    this.#shorter = new Uint16Array(text.length + 1);
    for (let at = 1, fits = 0; at < text.length; at++) {
      fits = this.#next(fits, text.charCodeAt(at));
      this.#shorter[at + 1] = fits;
    }
  }

  /** Behind the first place of it from `from` on; negative where there is none before `last`. */
  endIn(text: string, from: number, last: number): number {
    let fits = 0;
    for (let at = from; fits < this.#text.length; at++) {
      if (at >= last) return -1;
      fits = this.#next(fits, text.charCodeAt(at));
      if (fits === this.#text.length) return at + 1;
    }
    return from;
  }

  #next(fitted: number, code: number): number {
    let fits = fitted;
    while (fits > 0 && this.#text.charCodeAt(fits) !== code) fits = this.#shorter[fits] ?? 0;
    return this.#text.charCodeAt(fits) === code ? fits + 1 : fits;
  }
}

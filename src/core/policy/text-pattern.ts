// Texts of a policy that stand for others: `*` for any text, `?` for one character, `${key}` for
// what the request says of a key. What takes the place of a variable is taken as it stands: a `*`
// in somebody's tag is no wildcard. Matching takes at most pattern times text steps.

import { isMissing, type Context } from './context.ts';

/** Whether a text is what the pattern stands for, given what the request says. */
export type Matcher = (text: string, context: Context) => boolean;

interface Variable {
  readonly key: string;
  readonly otherwise: string | undefined;
}

/** Characters by their code; the others are wildcards. */
const many = -1;
const single = -2;
/** The same, but for no colon. */
const manyInSegment = -3;
const singleInSegment = -4;

const colon = 0x3a;
type Token = number | Variable;

interface PatternReading {
  readonly hasVariables: boolean;
  readonly hasWildcards?: boolean;
  readonly ignoresCase?: boolean;
  /** What the variables are called, for those who ask. */
  readonly keys?: Set<string>;
}

const everything: Matcher = () => true;

/** A text of an action or of a condition. */
export function textPattern(text: string, reading: PatternReading): Matcher {
  const { hasWildcards = false, ignoresCase = false } = reading;
  if (hasWildcards && /^\*+$/.test(text)) return everything;
  const tokens = tokensOf(text, reading, hasWildcards ? wildcard : () => undefined);
  return ignoresCase ? ignoringCase(tokens) : matcherOf(tokens);
}

/**
 * The ARN of a Resource element. Up to the fifth colon a `*` stays in its segment, but where it is
 * the segment's last: then it may stand for several. There are no variables there. Segments that
 * are not written, nor stood for, are any.
 */
export function resourcePattern(text: string, reading: PatternReading): Matcher {
  if (/^\*+$/.test(text)) return everything;
  const colons = text.split(':', 6).length - 1;
  const runsOn = colons < 5 && /\*(?::|$)/.test(text);
  const whole = colons < 5 && !runsOn ? text + ':*'.repeat(5 - colons) : text;
  const cut = runsOn ? whole.length : nthColon(whole, 5) + 1;
  const head = tokensOf(whole.slice(0, cut), { hasVariables: false }, (at) => {
    if (whole[at] === '?') return singleInSegment;
    if (whole[at] !== '*') return undefined;
    return whole[at + 1] === ':' || whole[at + 1] === undefined ? many : manyInSegment;
  });
  return matcherOf([...head, ...tokensOf(whole.slice(cut), reading, wildcard)]);
}

/** The ARN of a condition: each of its six parts is compared for itself. */
export function arnPattern(text: string, reading: PatternReading): Matcher {
  const parts = segmentsOf(text);
  // A `*` at the end stands for all that is not written.
  while (parts.length < 6 && text.endsWith('*')) parts.push('*');
  if (parts.length !== 6) return () => false;
  const matchers = parts.map((part) => textPattern(part, { ...reading, hasWildcards: true }));
  return (value, context) => {
    const given = segmentsOf(value);
    return given.length === 6 && matchers.every((matches, at) => matches(given[at] ?? '', context));
  };
}

function segmentsOf(arn: string): string[] {
  const cut = nthColon(arn, 5);
  return cut < 0 ? arn.split(':') : [...arn.slice(0, cut).split(':'), arn.slice(cut + 1)];
}

function nthColon(text: string, nth: number): number {
  let at = -1;
  for (let count = 0; count < nth; count++) {
    at = text.indexOf(':', at + 1);
    if (at < 0) return -1;
  }
  return at;
}

function wildcard(at: number, text: string): number | undefined {
  if (text[at] === '*') return many;
  return text[at] === '?' ? single : undefined;
}

/** `${key}` or `${key, 'what stands there otherwise'}`, in which `''` is one quote. */
const variableForm = /^\$\{([^},]*)(?:,\s*'((?:[^']|'')*)'\s*)?\}/;
/** So many characters are looked at for a variable's end: tags' values have 256 at most. */
const longestVariable = 1_024;

function tokensOf(
  text: string,
  { hasVariables, keys }: Pick<PatternReading, 'hasVariables' | 'keys'>,
  special: (at: number, text: string) => number | undefined,
): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const variable = hasVariables && text.startsWith('${', at) ? variableAt(text, at) : undefined;
    if (variable === undefined) {
      tokens.push(special(at, text) ?? text.charCodeAt(at));
      at++;
      continue;
    }
    const { key, otherwise, length } = variable;
    at += length;
    // Three stand for the characters that mean something else.
    if (key === '*' || key === '?' || key === '$') {
      tokens.push(key.charCodeAt(0));
    } else {
      keys?.add(key);
      tokens.push({ key: key.toLowerCase(), otherwise });
    }
  }
  return tokens;
}

function variableAt(text: string, at: number): (Variable & { length: number }) | undefined {
  const found = variableForm.exec(text.slice(at, at + longestVariable));
  if (found === null) return undefined;
  const [{ length }, key = '', otherwise] = found;
  return { key: key.trim(), otherwise: otherwise?.replaceAll("''", "'"), length };
}

const isVariable = (token: Token): token is Variable => typeof token !== 'number';
const isLiteral = (token: number): boolean => token >= 0;

function matcherOf(tokens: readonly Token[]): Matcher {
  if (tokens.some(isVariable)) {
    // Most texts differ before the first variable: nobody is asked for its value then.
    const start = literalStart(tokens);
    return (text, context) => {
      const filled = begins(text, start) ? filledIn(tokens, context) : undefined;
      return filled !== undefined && fits(filled, text);
    };
  }
  const fixed = tokens as readonly number[];
  if (fixed.every(isLiteral)) {
    const written = textOf(fixed);
    return (text) => text === written;
  }
  if (fixed.every((token) => isLiteral(token) || token === many)) return betweenStars(fixed);
  return (text) => fits(fixed, text);
}

/** What stands between stars is found one after the other, each as early as can be. */
function betweenStars(tokens: readonly number[]): Matcher {
  const pieces: string[] = [];
  for (let at = 0; at <= tokens.length;) {
    const star = tokens.indexOf(many, at);
    const end = star < 0 ? tokens.length : star;
    pieces.push(textOf(tokens.slice(at, end)));
    at = end + 1;
  }
  const start = pieces.shift() ?? '';
  const end = pieces.pop() ?? '';
  const middle = pieces.filter((piece) => piece !== '');
  return (text) => {
    if (!begins(text, start)) return false;
    let from = start.length;
    for (const piece of middle) {
      const found = text.indexOf(piece, from);
      if (found < 0) return false;
      from = found + piece.length;
    }
    return text.length - from >= end.length && text.endsWith(end);
  };
}

/** Each character for itself: what a word makes of its last one is not looked at. */
const lowerCase = (text: string): string =>
  isAscii(text)
    ? text.toLowerCase()
    : Array.from({ length: text.length }, (_none, at) => text.charAt(at).toLowerCase()).join('');
const isAscii = (text: string): boolean => !/[^ -~]/.test(text);

function ignoringCase(tokens: readonly Token[]): Matcher {
  const lowered = (codes: readonly number[]): number[] =>
    codes.flatMap((code) => (code < 0 ? [code] : codesOf(lowerCase(String.fromCharCode(code)))));
  if (!tokens.some(isVariable)) {
    const matches = matcherOf(lowered(tokens as readonly number[]));
    return (text, context) => matches(lowerCase(text), context);
  }
  return (text, context) => {
    const filled = filledIn(tokens, context);
    return filled !== undefined && fits(lowered(filled), lowerCase(text));
  };
}

/** Undefined where a variable has no value: it has none, too, where it has several. */
function filledIn(tokens: readonly Token[], context: Context): number[] | undefined {
  const filled: number[] = [];
  for (const token of tokens) {
    if (typeof token === 'number') {
      filled.push(token);
      continue;
    }
    const given = context(token.key);
    const text = isMissing(given) ? token.otherwise : given;
    if (typeof text !== 'string') return undefined;
    for (let at = 0; at < text.length; at++) filled.push(text.charCodeAt(at));
  }
  return filled;
}

/** As `startsWith`, which takes V8 four times as long. */
const begins = (text: string, start: string): boolean => text.slice(0, start.length) === start;

function literalStart(tokens: readonly Token[]): string {
  const codes: number[] = [];
  for (const token of tokens) {
    if (isVariable(token) || !isLiteral(token)) break;
    codes.push(token);
  }
  return textOf(codes);
}

const textOf = (codes: readonly number[]): string =>
  codes.map((code) => String.fromCharCode(code)).join('');
const codesOf = (text: string): number[] =>
  Array.from({ length: text.length }, (_none, at) => text.charCodeAt(at));

const takes = (token: number | undefined, code: number): boolean =>
  token === code || token === single || (token === singleInSegment && code !== colon);

function fits(tokens: readonly number[], text: string): boolean {
  if (tokens.includes(manyInSegment)) return fitsBySegments(tokens, text);
  let star = -1;
  let resume = 0;
  let at = 0;
  for (let place = 0; place < text.length;) {
    if (tokens[at] === many) {
      star = at++;
      resume = place;
    } else if (takes(tokens[at], text.charCodeAt(place))) {
      at++;
      place++;
    } else if (star >= 0) {
      at = star + 1;
      place = ++resume;
    } else {
      return false;
    }
  }
  while (tokens[at] === many) at++;
  return at === tokens.length;
}

/** With stars of both kinds no star is the one to come back to: all places are followed at once. */
function fitsBySegments(tokens: readonly number[], text: string): boolean {
  let reached = new Uint8Array(tokens.length + 1);
  let next = new Uint8Array(tokens.length + 1);
  // A star may stand for nothing: whoever is before it is behind it as well.
  const reach = (places: Uint8Array, from: number): void => {
    for (let at = from; places[at] === 0; at++) {
      places[at] = 1;
      if (tokens[at] !== many && tokens[at] !== manyInSegment) return;
    }
  };
  reach(reached, 0);
  for (let place = 0; place < text.length; place++) {
    const code = text.charCodeAt(place);
    next.fill(0);
    for (let at = 0; at < tokens.length; at++) {
      if (reached[at] === 0) continue;
      const token = tokens[at];
      if (token === many || (token === manyInSegment && code !== colon)) reach(next, at);
      else if (takes(token, code)) reach(next, at + 1);
    }
    [reached, next] = [next, reached];
  }
  return reached[tokens.length] === 1;
}

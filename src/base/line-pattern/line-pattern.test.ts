// The linear matcher against JavaScript's own, over expressions and lines of all kinds; and what is
// refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import fc from 'fast-check';
import { BadPattern, LinePattern } from './line-pattern.ts';

const atom = fc.constantFrom(
  'a',
  'b',
  'c',
  '.',
  '[ab]',
  '[^a]',
  '[a-c]',
  '\\d',
  '\\D',
  '\\s',
  '\\S',
  '\\w',
  '\\W',
  '\\.',
  '\\x61',
  '\\x{62}',
  '\\t',
  '\\-',
  '[\\]a]',
  '[\\d.]',
  '[a-]',
  '[]a]',
  '\\^',
  '😀',
  'é',
);
const place = fc.constantFrom('^', '$', '\\b', '\\B', '\\A', '\\z');
const repeat = fc.constantFrom(
  '',
  '',
  '',
  '*',
  '+',
  '?',
  '*?',
  '+?',
  '??',
  '{2}',
  '{0}',
  '{1,}',
  '{0,2}',
  '{2,3}',
);
const expression = fc.letrec<{ any: string; row: string; piece: string }>((tie) => ({
  any: fc.array(tie('row'), { minLength: 1, maxLength: 3 }).map((rows) => rows.join('|')),
  row: fc.array(tie('piece'), { maxLength: 4 }).map((pieces) => pieces.join('')),
  piece: fc.oneof(
    { maxDepth: 2 },
    fc.tuple(atom, repeat).map(([one, times]) => one + times),
    place,
    fc
      .tuple(fc.constantFrom('(', '(?:', '(?P<n>'), tie('any'), repeat)
      .map(([open, inner, times]) => `${open}${inner})${times}`),
  ),
})).any;
const line = fc
  .array(fc.constantFrom('a', 'b', 'c', 'B', '1', ' ', '\n', '.', '-', 'é', '😀', '\t', ']'), {
    maxLength: 10,
  })
  .map((characters) => characters.join(''));

/** The same for JavaScript. */
const translated = (source: string): string =>
  source
    .replaceAll('(?P<n>', '(?:')
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$')
    .replaceAll('[]a]', '[\\]a]')
    .replaceAll('\\x{62}', 'b')
    .replaceAll('.', '.')
    .replaceAll('\\s', '[\\t\\n\\f\\r ]')
    .replaceAll('\\S', '[^\\t\\n\\f\\r ]');

/** Undefined: it is too large. */
function made(source: string): LinePattern | undefined {
  try {
    return new LinePattern(source);
  } catch (error) {
    assert.match((error as Error).message, /too large/);
    return undefined;
  }
}

const patience = { timeout: 1_000 };
const theirWorld = createContext({});

/**
 * RegExp's answer; undefined where it tries so many ways that it would take for ever, which is what
 * the linear matcher is there for.
 */
function theirAnswer(source: string, text: string): boolean | undefined {
  try {
    return runInContext(
      'new RegExp(source, "u").test(text)',
      Object.assign(theirWorld, { source, text }),
      patience,
    ) as boolean;
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ERR_SCRIPT_EXECUTION_TIMEOUT');
    return undefined;
  }
}

test('it answers what RegExp answers', () => {
  fc.assert(
    fc.property(expression, fc.array(line, { minLength: 1, maxLength: 6 }), (source, lines) => {
      // JavaScript's point takes no U+2028 either, and \- needs no escape under u.
      const theirs = translated(source).replaceAll('\\-', '-').replaceAll('\\^', '[\\^]');
      const mine = made(source);
      if (mine === undefined) return;
      // V8 looks for \B between the halves of a surrogate pair as well, where no character begins.
      const told = source.includes('\\B') ? lines.map((each) => each.replaceAll('😀', 'é')) : lines;
      for (const each of told)
        assert.equal(
          mine.test(each),
          theirAnswer(theirs, each) ?? mine.test(each),
          `${source} and ${JSON.stringify(each)}`,
        );
    }),
    { numRuns: 1_000 },
  );
});

test('the syntax of RE2 that JavaScript has not', () => {
  const cases: [source: string, line: string, matches: boolean][] = [
    ['(?i)error', 'An ERROR', true],
    ['(?i:e)rror', 'ERROR', false],
    ['(?i)[a-c]x', 'BX', true],
    ['a(?i)b(?-i)c', 'aBc', true],
    ['a(?i)b(?-i)c', 'aBC', false],
    ['(?m)^b', 'a\nb', true],
    ['^b', 'a\nb', false],
    ['(?s)a.b', 'a\nb', true],
    ['[[:alpha:]]+[[:digit:]]', 'ab1', true],
    ['[[:^alpha:]]', 'ab', false],
    ['\\Qa.b\\E', 'a.b', true],
    ['\\Qa.b\\E', 'axb', false],
    ['\\p{Lu}x', 'Éx', true],
    ['\\pN', 'x', false],
    ['\\p{Greek}', 'λ', true],
    ['\\P{Greek}', 'λ', false],
    ['a{,2}', 'a{,2}', true],
    ['', 'anything', true],
    ['$^', '', true],
    ['(a*)*b', 'aaac', false],
  ];
  for (const [source, text, matches] of cases)
    assert.equal(new LinePattern(source).test(text), matches, `${source} and ${text}`);
});

test('what is no expression is refused', () => {
  for (const source of [
    '(',
    ')',
    '(a',
    'a)',
    '[',
    '[a',
    '[b-a]',
    '*',
    'a**',
    '+a',
    'a{2,1}',
    'a{1001}',
    '\\',
    '\\1',
    '\\q',
    '(?=a)',
    '(?!a)',
    '(?<=a)',
    '(?<!a)',
    '(?P=n)',
    '\\p{Nothing}',
    '[[:nothing:]]',
    '\\x{110000}',
    '(a{100}){100}',
    '('.repeat(200),
    'x'.repeat(5000),
  ]) {
    assert.throws(() => new LinePattern(source), BadPattern, source.slice(0, 20));
  }
});

test('a line costs so many steps as it is long, whatever the expression', () => {
  const long = 'a'.repeat(200_000);
  for (const source of [
    '(a*)*b',
    '(a|a)*b',
    '(a|aa)+$b',
    'a*a*a*a*a*a*a*b',
    '(.*)(.*)(.*)(.*)(.*)=',
  ]) {
    const pattern = new LinePattern(source);
    assert.equal(pattern.test(long), false);
    assert.ok(pattern.work < 100_000, `${source}: ${pattern.work}`);
  }
  const mixed = Array.from({ length: 20_000 }, (_, at) => 'ab'[((at * 7919) >> 3) % 2]).join('');
  const worst = new LinePattern('a.{300}c');
  assert.equal(worst.test(mixed), false);
  assert.ok(worst.work < 8_192 * 1_000 * 2);
});

// The linear matcher against JavaScript's own, over expressions and texts of all kinds.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LinearRegex } from './linear-regex.ts';

const linear = (source: string): LinearRegex =>
  new LinearRegex(source, () => new Error('too large'));

const atom = fc.constantFrom(
  'a',
  'b',
  'c',
  '.',
  '[ab]',
  '[^a]',
  '[a-c]',
  '[]',
  '[^]',
  '\\d',
  '\\D',
  '\\s',
  '\\S',
  '\\w',
  '\\W',
  '\\.',
  '\\x61',
  '\\-',
  '\\0',
  '\\012',
  '[\\]a]',
  '{',
  '}',
  ']',
  ',',
  '-',
  '{a}',
  '[\\d.]',
  '\\x6',
  '\\\\',
);
const place = fc.constantFrom('^', '$');
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
  '{1,2}?',
);
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(atom, repeat).map(([one, times]) => one + times) },
  { weight: 1, arbitrary: place },
);
const expression = fc
  .array(
    fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join('')),
    { minLength: 1, maxLength: 3 },
  )
  .map((alternatives) => alternatives.join('|'));
const text = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      'c',
      '1',
      ' ',
      '\n',
      '.',
      '-',
      '{',
      '}',
      ']',
      'é',
      '\u2028',
      '😀',
      '\ud800',
      '\0',
    ),
    { maxLength: 12 },
  )
  .map((characters) => characters.join(''));

test('it answers what RegExp answers', () => {
  const isValid = (source: string): boolean => {
    try {
      return new RegExp(source).source !== '';
    } catch {
      return false;
    }
  };
  fc.assert(
    fc.property(
      expression.filter(isValid),
      fc.array(text, { minLength: 1, maxLength: 8 }),
      (source, texts) => {
        const [mine, theirs] = [linear(source), new RegExp(source)];
        for (const each of texts)
          assert.equal(
            mine.test(each),
            theirs.test(each),
            `/${source}/ and ${JSON.stringify(each)}`,
          );
      },
    ),
    { numRuns: 3_000 },
  );
});

test('a text costs so many steps as it is long, whatever the expression', () => {
  // Backtracking would take the age of the universe over each.
  const long = 'a'.repeat(200_000);
  for (const source of [
    'a*a*a*a*a*a*a*a*[b]',
    '.*.*.*.*[=].*',
    '^[a-z]*[a-y]*[a-x]*[a-w]*[z]$',
    'a{0,50}a{0,50}a{0,50}[b]',
  ])
    assert.equal(linear(source).test(long), false);
  // Each text leads to states of its own.
  const mixed = Array.from({ length: 20_000 }, (_, at) => 'ab'[((at * 7919) >> 3) % 2]).join('');
  assert.equal(linear('a.{30}[c]').test(mixed), false);
});

test('what comes to too much is refused', () => {
  assert.throws(() => linear('.{1000}.{1000}.{1000}'), /too large/);
});

// What is spelled out and what stays. Asks no terminal.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visible, visibleInLine } from './visible.ts';

test('what a terminal obeys or hides is spelled out, and all else stays', () => {
  const cases: [string, string][] = [
    ['plain – ünïcödé 日本 👍 \u00e9', 'plain – ünïcödé 日本 👍 \u00e9'],
    ['a\nb\tc', 'a\nb\tc'],
    ['\x1b]0;title\x07', '\\x1b]0;title\\x07'],
    ['\x1b]52;c;ZXZpbA==\x1b\\', '\\x1b]52;c;ZXZpbA==\\x1b\\'],
    ['\x1b[31mred\x1b[0m', '\\x1b[31mred\\x1b[0m'],
    ['\x9b2J\x9d0;t\x9c\x85', '\\u009b2J\\u009d0;t\\u009c\\u0085'],
    ['\0\b\v\f\x0e\x7f', '\\x00\\x08\\x0b\\x0c\\x0e\\u007f'],
    ['10%\r99%', '10%\\r99%'],
    ['\u202aa\u202eb\u2066c\u2069\u200e\u061c', '\\u202aa\\u202eb\\u2066c\\u2069\\u200e\\u061c'],
    ['a\u200bb\u200d\u2060\ufeff\u00ad', 'a\\u200bb\\u200d\\u2060\\ufeff\\u00ad'],
    ['a\u2028b\u2029', 'a\\u2028b\\u2029'],
    ['x\u{e0041}', 'x\\udb40\\udc41'],
  ];
  for (const [text, shown] of cases) assert.equal(visible(text), shown);
  assert.equal(visibleInLine('a\nb\tc\r\n'), 'a\\nb\\tc\\r\\n');
});

test('JSON keeps its value', () => {
  const value = { reason: '\0\x1b[2J\x7f\x9b\u202e\u200b\u2028\ufeff\u{e0041}\n\t"\\ plain' };
  const text = visible(JSON.stringify(value, null, 2));
  assert.doesNotMatch(text, /[^\n\x20-\x7e]/);
  assert.deepEqual(JSON.parse(text), value);
});

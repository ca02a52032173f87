// Tokens of pages come back as they were given, and what nobody gave is none.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeDefinitionToken, decodeNumberToken, encodeToken } from './token.ts';

test('tokens come back', () => {
  for (const number of [0, 7, Number.MAX_SAFE_INTEGER])
    assert.equal(decodeNumberToken(encodeToken([number])), number);
  assert.deepEqual(decodeDefinitionToken(encodeToken(['d', 3])), { name: 'd', revision: 3 });
});

test('others are refused', () => {
  const others = [
    '',
    'x',
    encodeToken([]),
    encodeToken([-1]),
    encodeToken([0.5]),
    encodeToken(['1']),
  ];
  for (const token of others) assert.equal(decodeNumberToken(token), undefined, token);
  for (const token of [...others, encodeToken(['d']), encodeToken(['d', 0.5]), encodeToken([1, 1])])
    assert.equal(decodeDefinitionToken(token), undefined, token);
});

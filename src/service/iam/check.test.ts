// What counts of a policy's document against a quota.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { countedCharacters } from './check.ts';

it('blanks between the parts of a document do not count, and those within its texts do', () => {
  const cases: readonly [string, number][] = [
    ['{}', 2],
    [' { \n\t\r } ', 2],
    ['{ "a b" : "c" }', 11],
    [String.raw`{ "a\" b" : 1 }`, 11],
    [String.raw`["\\" , " " ]`, 10],
    ['" ', 2],
    ['"\\', 3],
  ];
  for (const [document, expected] of cases)
    assert.equal(countedCharacters(document), expected, document);
});

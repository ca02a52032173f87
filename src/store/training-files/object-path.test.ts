// Where keys come to lie, what of them is refused, and what a manifest may be.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { partsOf, pathBelow, readManifest, RefusedPlace } from './object-path.ts';

const refused = (act: () => unknown, message: RegExp): void =>
  assert.throws(act, (error) => error instanceof RefusedPlace && message.test(error.message));

describe('a key', () => {
  for (const [prefix, key, path] of [
    ['data/', 'data/a', 'a'],
    ['data/', 'data/a/b', 'a/b'],
    ['data', 'data/a/b', 'a/b'],
    ['data/a.csv', 'data/a.csv', 'a.csv'],
    ['data/part', 'data/part-1', 'part-1'],
    ['data/part', 'data/part-1/x', 'part-1/x'],
    ['', 'a/b', 'a/b'],
    ['data/', 'data/folder/', undefined],
  ] as const)
    it(`${key} of ${prefix || 'a bucket'} is ${path ?? 'no file'}`, () => {
      assert.equal(pathBelow(prefix, key)?.join('/'), path);
    });

  for (const [prefix, key] of [
    ['data/', 'data/../../etc/passwd'],
    ['data/', 'data//etc/passwd'],
    ['data/', 'data/a/./b'],
    ['data', 'data/..'],
    ['', '/etc/passwd'],
    ['', `a/${'x'.repeat(256)}`],
    ['', 'a\0b'],
    ['data/', 'other/a'],
  ] as const)
    it(`${JSON.stringify(key.slice(0, 40))} of ${prefix || 'a bucket'} is refused`, () => {
      refused(() => pathBelow(prefix, key), /can be no file|is not below/);
    });

  it('of a manifest is relative', () => {
    assert.deepEqual(partsOf('a/b'), ['a', 'b']);
    for (const path of ['/a', '../a', 'a//b', '']) refused(() => partsOf(path), /can be no file/);
  });
});

describe('a manifest', () => {
  it('has a prefix, and what is below it', () => {
    assert.deepEqual(readManifest('[{"prefix":"s3://b/p/"},"a","b/c"]', 2), {
      prefix: 's3://b/p/',
      paths: ['a', 'b/c'],
    });
  });

  for (const [text, message] of [
    ['', /no JSON/],
    ['{}', /no list/],
    ['[]', /no list/],
    ['[null]', /does not begin with a prefix/],
    ['[{"prefix":"file:///etc/"},"passwd"]', /does not begin with a prefix in S3/],
    ['[{"prefix":"s3://b/"},1]', /no text/],
    ['[{"prefix":"s3://b/"},"a","b","c"]', /more than 2 objects/],
  ] as const)
    it(`${text || 'of nothing'} is refused`, () => {
      refused(() => readManifest(text, 2), message);
    });
});

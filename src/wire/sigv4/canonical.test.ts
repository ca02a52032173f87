// The canonical form, piece by piece: what is the same request, and what is not.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { canonicalPath, canonicalQuery, signedValues } from './canonical.ts';
import { notTheSame } from './fault.ts';

it('takes empty and dotted segments out of paths, and encodes once more', () => {
  for (const [path, wanted] of [
    ['', '/'],
    ['/', '/'],
    ['//', '/'],
    ['/v1/submitjob', '/v1/submitjob'],
    ['/a/./b//c/', '/a/b/c/'],
    ['/a/../b', '/b'],
    ['/../..', '/'],
    ['/.', '/'],
    ['/.hidden', '/.hidden'],
    ['/a.b', '/a.b'],
    ['/a b/é', '/a%20b/%C3%A9'],
    ['/%2e%2e/x', '/%252e%252e/x'],
    ['/v1/tags/arn%3Aaws%3Abatch', '/v1/tags/arn%253Aaws%253Abatch'],
    ["/v1/tags/arn:aws:batch/q!'()*", '/v1/tags/arn%3Aaws%3Abatch/q%21%27%28%29%2A'],
    ['/\ud800', '/%EF%BF%BD'],
  ] as const)
    assert.equal(canonicalPath(path), wanted, path);
});

it('sorts parameters by name and value, and encodes them all alike', () => {
  for (const [query, wanted] of [
    ['', ''],
    ['b=2&a=1', 'a=1&b=2'],
    ['a-b=1&a=2', 'a=2&a-b=1'],
    ['a=b&a=B&a=', 'a=&a=B&a=b'],
    ['Param&&=x', '=x&Param='],
    ['a=%7e%2f%2F%41', 'a=~%2F%2FA'],
    ['a=b=c', 'a=b%3Dc'],
    ['a=x+y&b=x%20y&c=x%2By', 'a=x%20y&b=x%20y&c=x%2By'],
    ['a=100%&b=%zz&c=%f', 'a=100%25&b=%25zz&c=%25f'],
    ['a=é', 'a=%C3%A9'],
    ['a=%ff', 'a=%FF'],
  ] as const)
    assert.equal(canonicalQuery(query), wanted, query);
  assert.equal(canonicalQuery('b=1&X-Amz-Signature=0&a=2', 'X-Amz-Signature'), 'a=2&b=1');
});

it('takes the values of signed headers as they came', () => {
  const headers = ['My-Header', '  a \t b ', 'Host', 'h', 'my-header', '"x  y"', 'Other', 'o'];
  assert.deepEqual(
    signedValues(['host', 'my-header'], headers),
    new Map([
      ['host', 'h'],
      ['my-header', 'a b,"x y"'],
    ]),
  );
  assert.deepEqual(signedValues(['host'], ['Host', '', 'host', '']), new Map([['host', ',']]));
  assert.equal(signedValues(['host', 'date'], headers), notTheSame);
  assert.equal(signedValues(['__proto__'], headers), notTheSame);
  assert.deepEqual(signedValues(['host'], [...headers, 'X-AMZ-Target', 't']), {
    fault: 'mismatch',
    message: "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.",
  });
});

// Signatures that others made: AWS's published test suite for Signature Version 4, and requests of
// its SDKs and of the AWS CLI as they came over the wire. Each is taken, and none is with anything
// changed that its signer signed.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Hidden } from '../../base/hidden.ts';
import { faultOf, headOf, recorded, type SignedRequest } from '../../../test/house/signed.ts';
import { canonicalPath } from './canonical.ts';
import { credentialOf, readSignature } from './parse.ts';

for (const fixture of ['sigv4-suite', 'sigv4-clients'])
  describe(fixture, () => {
    for (const request of recorded(fixture))
      describe(request.title, () => {
        it('is taken', () => {
          assert.equal(faultOf(request), undefined);
          const signature = readSignature(request.head);
          assert.ok(!('fault' in signature));
          assert.deepEqual(signature.credential, credentialOf(request.head));
        });

        it('is refused with anything changed', () => {
          for (const [what, changed] of changes(request)) assert.ok(faultOf(changed), what);
        });

        it('is taken whatever is not signed', () => {
          const { method, path, query, rawHeaders } = request.head;
          const more = [...rawHeaders, 'X-Forwarded-For', '10.1.2.3', 'Via', '1.1 proxy'];
          assert.equal(
            faultOf({ ...request, head: headOf(method, targetOf(path, query), more) }),
            undefined,
          );
        });
      });
  });

const targetOf = (path: string, query: string): string =>
  query === '' ? path : `${path}?${query}`;

/** Everything that a signature holds, changed one by one. */
function* changes(request: SignedRequest): Generator<[what: string, changed: SignedRequest]> {
  const { head, body } = request;
  const { method, path, query, rawHeaders } = head;
  const signature = readSignature(head);
  assert.ok(!('fault' in signature));
  const withHead = (part: {
    method?: string;
    path?: string;
    query?: string;
    headers?: readonly string[];
  }): SignedRequest => ({
    ...request,
    head: headOf(
      part.method ?? method,
      targetOf(part.path ?? path, part.query ?? query),
      part.headers ?? rawHeaders,
    ),
  });
  yield ['the method', withHead({ method: method === 'PUT' ? 'POST' : 'PUT' })];
  yield ['a longer path', withHead({ path: `${path}x` })];
  for (let at = 1; at < path.length; at++) {
    const other = replaced(path, at);
    // `/example/..` is the root, whatever the example.
    if (canonicalPath(other) !== canonicalPath(path))
      yield [`the path at ${at}`, withHead({ path: other })];
  }
  yield ['one more parameter', withHead({ query: query === '' ? 'a' : `${query}&a` })];
  for (let at = 0; at < query.length; at++)
    yield [`the query at ${at}`, withHead({ query: replaced(query, at) })];
  for (let at = 0; at < body.length; at++) {
    const other = Buffer.from(body);
    other[at] = (other[at] as number) ^ 1;
    yield [`the body at ${at}`, { ...request, body: other }];
  }
  yield ['a longer body', { ...request, body: Buffer.concat([body, Buffer.from(' ')]) }];
  if (body.length > 0) yield ['no body', { ...request, body: Buffer.alloc(0) }];
  const signed = new Set([...signature.signedHeaders, 'authorization']);
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase();
    if (!signed.has(name)) continue;
    const value = rawHeaders[at + 1] as string;
    for (let place = 0; place < value.length; place++)
      if (value[place] !== ' ')
        yield [
          `${name} at ${place}`,
          withHead({ headers: rawHeaders.with(at + 1, replaced(value, place)) }),
        ];
    yield [`without ${name}`, withHead({ headers: rawHeaders.toSpliced(at, 2) })];
    if (name !== 'authorization')
      yield [`${name} twice`, withHead({ headers: [...rawHeaders, name, 'x'] })];
  }
  yield [
    'one more header of AWS’s',
    withHead({ headers: [...rawHeaders, 'X-Amz-Target', 'Logs_20140328.DeleteLogGroup'] }),
  ];
  yield ['another secret', { ...request, secret: new Hidden('another') }];
  yield ['another service', { ...request, signingName: 'another' }];
  const minute = 60_000;
  const lifeMs = (signature.lifeSeconds ?? 15 * 60) * 1_000;
  yield ['too late', { ...request, nowMs: request.nowMs + lifeMs + 1 }];
  yield ['too early', { ...request, nowMs: request.nowMs - 15 * minute - 1 }];
}

const replaced = (text: string, at: number): string =>
  `${text.slice(0, at)}${text[at] === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`;

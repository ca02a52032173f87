// Signed requests with something changed at random: either they say the same as before, read as the
// rest of the wire reads them, or they are refused. And whatever is no signature is refused too;
// nothing throws.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { Hidden } from '../../base/hidden.ts';
import type { RequestHead } from '../protocol.ts';
import { faultOf, headOf, sign } from '../../../test/house/signed.ts';
import { credentialOf, readSignature } from './parse.ts';

const nowMs = Date.UTC(2026, 10, 29, 12);
const key = {
  accessKeyId: 'AKIDEXAMPLE',
  secret: new Hidden('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'),
};
const judged = { ...key, signingName: 'batch', nowMs };

const textOf = (pool: string, maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...pool), { maxLength }).map((characters) => characters.join(''));
/** A byte of a header, as Node reads it. */
const bytes = textOf('ab \t,;=:"é%/.~-_\xff', 10);

const requests = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
  target: fc
    .tuple(
      fc.array(fc.constantFrom('a', 'b', '.', '..', '', '%2F', '%2e', 'c:d', '~', '%', 'ü')),
      textOf('ab=&+%2Fé.~ ', 20),
    )
    .map(([segments, query]) => `/${segments.join('/')}${query === '' ? '' : `?${query}`}`),
  headers: fc
    .array(fc.tuple(fc.constantFrom('My-Header', 'my-header', 'X-Amz-Target', 'X-Other'), bytes), {
      maxLength: 5,
    })
    .map((pairs) => ['Host', 'example.amazonaws.com', ...pairs.flat(), 'User-Agent', 'fuzz']),
  body: fc.uint8Array({ maxLength: 30 }).map((body) => Buffer.from(body)),
});

/** One character more, less, or another one; `where` runs from 0 to 1. */
const mutations = fc.record({
  where: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  kind: fc.constantFrom('put', 'drop', 'change'),
  character: fc.oneof(
    fc.constantFrom(...'/.%?&=+ ,;:ab2F\t'),
    fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
  ),
});

function mutated(
  text: string,
  { where, kind, character }: { where: number; kind: string; character: string },
): string {
  const at = Math.floor(where * (text.length + 1));
  return (
    text.slice(0, at) +
    (kind === 'drop' ? '' : character) +
    text.slice(kind === 'put' ? at : at + 1)
  );
}

/** What the signed parts of a request say, whoever reads them. */
function meaningOf(head: RequestHead, body: Buffer, names: readonly string[]): unknown {
  const segments: string[] = [];
  for (const segment of head.path.split('/'))
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  const valuesOf = (name: string): string =>
    head.rawHeaders
      .filter((_value, at) => at % 2 === 1 && head.rawHeaders[at - 1]?.toLowerCase() === name)
      .map((value) => value.replaceAll('\t', ' ').replaceAll(/ +/g, ' ').replaceAll(/^ | $/g, ''))
      .join();
  return {
    method: head.method,
    segments,
    slash: segments.length > 0 && head.path.endsWith('/'),
    query: [...new URLSearchParams(head.query)].map((pair) => JSON.stringify(pair)).sort(),
    headers: names.map((name) => `${name}:${valuesOf(name)}`),
    amz: head.rawHeaders.filter((name, at) => at % 2 === 0 && /^x-amz-/i.test(name)).length,
    signature: readSignature(head),
    credential: credentialOf(head),
    body: body.toString('hex'),
  };
}

it('takes no request that says something else than what was signed', () => {
  let [taken, refused] = [0, 0];
  fc.assert(
    fc.property(
      requests,
      fc.array(fc.tuple(fc.nat(), mutations), { minLength: 1, maxLength: 3 }),
      ({ method, target, headers, body }, changes) => {
        const head = sign({ method, target, headers }, body, {
          ...key,
          service: 'batch',
          nowMs,
          names: [
            ...new Set(
              headers.filter((_each, at) => at % 2 === 0).map((name) => name.toLowerCase()),
            ),
            'x-amz-date',
          ].filter((name) => name !== 'user-agent'),
        });
        assert.equal(faultOf({ ...judged, head, body }), undefined);
        const parts = [head.method, `${head.path}?${head.query}`, ...head.rawHeaders];
        let other = body;
        for (const [part, mutation] of changes) {
          const which = part % (parts.length + 1);
          if (which === parts.length)
            other = Buffer.from(mutated(other.toString('latin1'), mutation), 'latin1');
          else parts[which] = mutated(parts[which] as string, mutation);
        }
        const [newMethod = '', newTarget = '', ...newHeaders] = parts;
        const changed = headOf(newMethod, newTarget, newHeaders);
        if (faultOf({ ...judged, head: changed, body: other }) !== undefined) {
          refused++;
          return;
        }
        taken++;
        const signature = readSignature(head);
        assert.ok(!('fault' in signature));
        const { signedHeaders } = signature;
        assert.deepEqual(
          meaningOf(changed, other, signedHeaders),
          meaningOf(head, body, signedHeaders),
        );
      },
    ),
    { numRuns: 3_000 },
  );
  // Both happen, or nothing was tried.
  assert.ok(taken > 50 && refused > 50, `${taken} taken, ${refused} refused`);
});

it('refuses whatever is no signature', () => {
  const fragments = fc.constantFrom(
    'AWS4-HMAC-SHA256',
    'AWS4-ECDSA-P256-SHA256',
    ' ',
    ',',
    '=',
    'Credential=AKIDEXAMPLE/20261129/us-east-1/batch/aws4_request',
    'Credential=////',
    'SignedHeaders=host;x-amz-date',
    'SignedHeaders=;',
    'SignedHeaders=__proto__',
    `Signature=${'0'.repeat(64)}`,
    'Signature=é',
    '20261129T120000Z',
    '20261129T1200',
    '%00',
  );
  const text = fc
    .array(fc.oneof(fragments, bytes), { maxLength: 8 })
    .map((parts) => parts.join(''));
  const parameters = fc
    .array(
      fc.tuple(
        fc.constantFrom(
          'Algorithm',
          'Credential',
          'Signature',
          'SignedHeaders',
          'Date',
          'Expires',
          'Security-Token',
        ),
        text,
      ),
      { maxLength: 9 },
    )
    .map((pairs) => pairs.map(([name, value]) => `X-Amz-${name}=${value}`).join('&'));
  fc.assert(
    fc.property(text, fc.option(text), text, parameters, (authorization, alone, date, query) => {
      for (const headers of [
        ['Host', 'h', 'X-Amz-Date', date, 'Authorization', authorization],
        ['Host', 'h', 'Date', date, ...(alone === null ? [] : ['Authorization', alone])],
        [],
      ]) {
        const head = headOf('GET', `/?${query}`, headers);
        assert.ok(faultOf({ ...judged, head, body: Buffer.alloc(0) }));
        credentialOf(head);
      }
    }),
    { numRuns: 2_000 },
  );
});

it('reads long requests in the time that their bytes take', () => {
  // Where a step of it took time by the square of the length, this would run for minutes.
  const long = 100_000;
  for (const { target, headers } of [
    { target: `/${'../'.repeat(long)}`, headers: [] },
    { target: `/${'%'.repeat(long)}?${'&'.repeat(long)}${'+%'.repeat(long)}`, headers: [] },
    { target: `/?${'b&a='.repeat(long)}`, headers: ['Host', `${' \t'.repeat(long)}x`] },
    { target: '/', headers: Array.from({ length: 2 * long }, (_none, at) => `x${at >> 1}`) },
  ]) {
    const authorization = `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261129/us-east-1/batch/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}${', a=b'.repeat(long)}`;
    const head = headOf('GET', target, [
      ...['Host', 'h', 'X-Amz-Date', '20261129T120000Z', 'Authorization', authorization],
      ...headers,
    ]);
    assert.equal(faultOf({ ...judged, head, body: Buffer.alloc(0) })?.fault, 'mismatch');
  }
});

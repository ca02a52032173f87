// ID tokens: which are read, and whose signature counts.

import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, it } from 'node:test';
import { isSignedBy, readIdToken, type PublishedKey } from './id-token.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const claims = { iss: 'https://issuer', sub: 'someone', aud: 'sts', exp: 2_000 };
const encoded = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

function token(payload: unknown, header: object, key: KeyObject): string {
  const signed = `${encoded(header)}.${encoded(payload)}`;
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

const published = (key: KeyObject, more: object = {}): PublishedKey => ({
  ...key.export({ format: 'jwk' }),
  kid: '1',
  ...more,
});
const isGenuine = (text: string, ...keys: PublishedKey[]): boolean => {
  const read = readIdToken(text);
  assert.ok(read);
  return isSignedBy(read, keys);
};
const rs = { alg: 'RS256', kid: '1' };

describe('an ID token', () => {
  it('is read with all that it claims', () => {
    const read = readIdToken(
      token(
        { ...claims, nbf: 1, azp: 'cli', n: 5, many: ['a', 'b'], odd: { a: 1 } },
        rs,
        rsa.privateKey,
      ),
    );
    assert.deepEqual(
      [read?.issuer, read?.subject, read?.audiences, read?.authorizedParty, read?.expiresAtMs],
      ['https://issuer', 'someone', ['sts'], 'cli', 2_000_000],
    );
    assert.equal(read?.notBeforeMs, 1_000);
    assert.deepEqual(read?.claims.get('n'), ['5']);
    assert.deepEqual(read?.claims.get('many'), ['a', 'b']);
    assert.equal(read?.claims.has('odd'), false);
  });

  it('is signed by the key that signed it, of RSA and of P-256', () => {
    const text = token(claims, rs, rsa.privateKey);
    assert.ok(isGenuine(text, published(other.publicKey), published(rsa.publicKey)));
    assert.ok(
      isGenuine(token(claims, { alg: 'ES256', kid: '1' }, ec.privateKey), published(ec.publicKey)),
    );
  });

  it('is signed by no other key, and by none that is not for signing', () => {
    const text = token(claims, rs, rsa.privateKey);
    const [head, , signature] = text.split('.');
    const forged = `${head}.${encoded({ ...claims, sub: 'root' })}.${signature}`;
    const cases: [string, string, PublishedKey][] = [
      ['another key', text, published(other.publicKey)],
      ['another id', text, published(rsa.publicKey, { kid: '2' })],
      ['a key for encryption', text, published(rsa.publicKey, { use: 'enc' })],
      ['a key of another kind', text, published(ec.publicKey)],
      ['a key that is none', text, { kty: 'RSA', kid: '1', n: 'x', e: {} as string }],
      ['a weak key', token(claims, rs, weak.privateKey), published(weak.publicKey)],
      ['other claims', forged, published(rsa.publicKey)],
    ];
    for (const [what, of, key] of cases) assert.equal(isGenuine(of, key), false, what);
    assert.equal(isGenuine(text), false);
  });

  it('is none where it is no JWT of the kinds that are taken', () => {
    const read = (header: object, payload: unknown): unknown =>
      readIdToken(`${encoded(header)}.${encoded(payload)}.AAAA`);
    assert.ok(read(rs, claims));
    const cases: [string, object, unknown][] = [
      ['no algorithm', { alg: 'none' }, claims],
      ['a shared secret', { alg: 'HS256' }, claims],
      ['what must be understood', { ...rs, crit: ['x'] }, claims],
      ['no issuer', rs, { ...claims, iss: undefined }],
      ['no subject', rs, { ...claims, sub: '' }],
      ['no audience', rs, { ...claims, aud: [] }],
      ['a strange audience', rs, { ...claims, aud: [1] }],
      ['no end', rs, { ...claims, exp: '2000' }],
      ['a list', rs, [claims]],
      ['no JSON', rs, '{'],
    ];
    for (const [what, header, payload] of cases)
      assert.equal(read(header, payload), undefined, what);
    for (const text of ['', 'a.b', 'a.b.c.d', 'a..c', 'ä.b.c'])
      assert.equal(readIdToken(text), undefined, text);
  });
});

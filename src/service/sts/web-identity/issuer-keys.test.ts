// The keys of identity providers: where they are looked for, and how often.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NoDocument } from '../../../port/document-fetcher.ts';
import { IssuerKeys, mayBeAsked } from './issuer-keys.ts';

const issuer = 'https://issuer.example/tenant';
const discovery = `${issuer}/.well-known/openid-configuration`;
const keysAt = 'https://keys.example/jwks';

/** An issuer with these keys, and what was fetched. */
function published(documents: Record<string, unknown>) {
  const fetched: string[] = [];
  const time = { nowMs: 0 };
  const keys = new IssuerKeys({
    documents: {
      async fetch(url) {
        fetched.push(url);
        const text = documents[url];
        if (text === undefined) throw new NoDocument('it answers 404');
        return typeof text === 'string' ? text : JSON.stringify(text);
      },
    },
    clock: { now: () => time.nowMs },
  });
  return { keys, fetched, time };
}

const whole = { [discovery]: { issuer, jwks_uri: keysAt }, [keysAt]: { keys: [{ kid: '1' }, 5] } };

describe('the keys of an issuer', () => {
  it('are found by discovery, and kept', async () => {
    const { keys, fetched, time } = published(whole);
    assert.deepEqual(await keys.of(issuer, '1'), [{ kid: '1' }]);
    await keys.of(issuer, '1');
    assert.deepEqual(fetched, [discovery, keysAt]);
    time.nowMs = 600_000;
    await keys.of(issuer, '1');
    assert.equal(fetched.length, 4);
  });

  it('are read again for an unknown key, but not for each who asks', async () => {
    const { keys, fetched, time } = published(whole);
    await Promise.all([keys.of(issuer, '2'), keys.of(issuer, '2'), keys.of(issuer, '3')]);
    assert.equal(fetched.length, 2);
    time.nowMs = 10_000;
    await keys.of(issuer, '2');
    assert.equal(fetched.length, 4);
  });

  it('cannot be had where what is published is none', async () => {
    const cases: [string, Record<string, unknown>][] = [
      ['nothing', {}],
      ['no JSON', { [discovery]: '<html>' }],
      ['null', { [discovery]: null }],
      ['another issuer', { ...whole, [discovery]: { issuer: 'https://x', jwks_uri: keysAt } }],
      ['no address', { [discovery]: { issuer } }],
      ['an address in clear', { [discovery]: { issuer, jwks_uri: 'http://keys.example/' } }],
      ['this machine', { [discovery]: { issuer, jwks_uri: 'http://127.0.0.1/' } }],
      ['a file', { [discovery]: { issuer, jwks_uri: 'file:///etc/passwd' } }],
      ['no keys', { ...whole, [keysAt]: {} }],
    ];
    for (const [what, documents] of cases)
      await assert.rejects(published(documents).keys.of(issuer, '1'), NoDocument, what);
  });

  it('are asked for over http only on this machine', () => {
    for (const address of [
      'https://x',
      'http://127.0.0.1:80/a',
      'http://localhost:1',
      'http://[::1]',
    ])
      assert.ok(mayBeAsked(address), address);
    for (const address of [
      'http://x',
      'http://127.0.0.1.x',
      'http://u:p@localhost',
      'ftp://x',
      'x',
    ])
      assert.ok(!mayBeAsked(address), address);
  });
});

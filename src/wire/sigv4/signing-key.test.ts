// Signing keys against the one that AWS's documentation derives, and how many are kept.

import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { it } from 'node:test';
import { inspect } from 'node:util';
import { Hidden } from '../../base/hidden.ts';
import { hmac, signingKey, SigningKeys } from './signing-key.ts';

const secret = new Hidden('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
const scope = { accessKeyId: 'AKID', date: '20150830', region: 'us-east-1', service: 'iam' };

it('derives a key for a day, a region and a service', () => {
  assert.equal(
    signingKey(secret, scope).toString('hex'),
    'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9',
  );
});

it('finds what was kept for the same secret and scope, and nothing else', () => {
  const keys = new SigningKeys();
  const key = signingKey(secret, scope);
  keys.keep(scope, secret, key);
  assert.equal(keys.find(scope, new Hidden(secret.reveal())), key);
  assert.equal(keys.find(scope, new Hidden('another')), undefined);
  for (const other of [
    { accessKeyId: 'AKIE' },
    { date: '20150831' },
    { region: 'us-east-2' },
    { service: 'sts' },
  ])
    assert.equal(keys.find({ ...scope, ...other }, secret), undefined);
  assert.doesNotMatch(inspect(keys, { depth: null, showHidden: true }), /wJal|Buffer/);
});

it('makes the same codes as Node does, of keys and texts of every length', () => {
  for (let length = 0; length < 200; length++) {
    const key = randomBytes(length);
    const text = 'é'.repeat(199 - length);
    assert.deepEqual(hmac(key, text), createHmac('sha256', key).update(text).digest());
  }
});

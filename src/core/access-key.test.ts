// The account that an access key's id carries.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId, accountOfAccessKey } from './access-key.ts';

describe('an access key’s id', () => {
  it('carries its account, where AWS’s carry it', () => {
    for (const account of ['000000000000', '000000000001', '123456789012', '999999999999'])
      for (const prefix of ['AKIA', 'ASIA'] as const)
        for (const free of ['AAAAAAAA', '77777777', 'QWERTY23']) {
          const id = accessKeyId(prefix, account, free);
          assert.match(id, /^A[KS]IA[A-Z2-7]{16}$/);
          assert.ok(id.startsWith(prefix) && id.endsWith(free.slice(1)));
          assert.equal(accountOfAccessKey(id), account);
        }
    assert.equal(accountOfAccessKey('ASIAQNZGKIQY56JQ7WML'), '029608264753');
  });

  it('is told from what is none', () => {
    const id = accessKeyId('AKIA', '123456789012', 'QWERTY23');
    for (const other of [
      '',
      'test',
      id.slice(1),
      `${id}A`,
      id.toLowerCase(),
      `AIDA${id.slice(4)}`,
      `AKIA${'7'.repeat(16)}`,
      `${id.slice(0, -1)}1`,
    ])
      assert.equal(accountOfAccessKey(other), undefined, other);
  });
});

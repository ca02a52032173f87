// Who shares a bound of requests with whom.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Principal } from '../base/principal.ts';
import { AwsError } from './aws-error.ts';
import type { Authenticator } from './authentication.ts';
import { batchDialect } from './error-catalogue.ts';
import { ratedAuthenticator } from './rated-authenticator.ts';

const role = 'arn:aws:iam::123456789012:role/r';
const session = (name: string, more: object = {}): Principal => ({
  kind: 'assumed-role',
  account: '123456789012',
  arn: `arn:aws:sts::123456789012:assumed-role/r/${name}`,
  userId: `AROA:${name}`,
  accessKeyId: 'ASIA',
  session: { createdAtMs: 0, roleArn: role, name, ...more },
});
const user = (name: string): Principal => ({
  kind: 'user',
  account: '123456789012',
  arn: `arn:aws:iam::123456789012:user/${name}`,
  userId: 'AIDA',
  accessKeyId: 'AKIA',
});

/** How many of ten calls of each, in one moment, are let through where five may a second. */
function passed(callers: readonly Principal[]): number[] {
  let caller = callers[0] as Principal;
  const request = { dialect: batchDialect } as Parameters<Authenticator['authenticate']>[0];
  const rated = ratedAuthenticator({ authenticate: () => caller }, 5, () => 0);
  return callers.map((one) => {
    caller = one;
    return Array.from({ length: 10 }).filter(() => {
      try {
        return rated.authenticate(request) === one;
      } catch (error) {
        assert.ok(error instanceof AwsError);
        return false;
      }
    }).length;
  });
}

test('users have bounds of their own, sessions of a role one together, however they are named', () => {
  assert.deepEqual(passed([user('a'), user('b'), user('a')]), [5, 5, 0]);
  assert.deepEqual(passed([session('x'), session('y')]), [5, 0]);
});

test('each job has a bound of its own', () => {
  assert.deepEqual(passed([session('x', { jobId: 'j' }), session('y', { jobId: 'k' })]), [5, 5]);
});

// Whom the server takes its callers for where it controls no access.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Principal } from '../base/principal.ts';
import { batchDialect } from './error-catalogue.ts';
import { trustingAuthenticator } from './trusting-authenticator.ts';

async function callerOf(accessKeyId: string | undefined, region = 'us-east-1'): Promise<Principal> {
  return trustingAuthenticator('111111111111').authenticate({
    head: { method: 'POST', path: '/', query: '', headers: {}, rawHeaders: [], sourceAddress: '' },
    credential:
      accessKeyId === undefined
        ? undefined
        : { foundIn: 'header', accessKeyId, date: '20260102', region, service: 'batch' },
    region,
    service: 'batch',
    signingName: 'batch',
    mayBeUnsigned: false,
    dialect: batchDialect,
    bodyDigest: () => assert.fail('nothing is verified'),
  });
}

it('takes a twelve-digit access key id for the account', async () => {
  assert.equal((await callerOf('000000000000')).account, '000000000000');
  assert.equal((await callerOf('AKIAIOSFODNN7EXAMPLE')).account, '111111111111');
  assert.equal((await callerOf('0000000000000')).account, '111111111111');
  assert.equal((await callerOf('AKIAIOSFODNN7EXAMPLE')).accessKeyId, 'AKIAIOSFODNN7EXAMPLE');
  assert.deepEqual(await callerOf(undefined), {
    kind: 'root',
    account: '111111111111',
    arn: 'arn:aws:iam::111111111111:root',
    userId: '111111111111',
    accessKeyId: undefined,
  });
  assert.equal((await callerOf(undefined, 'cn-north-1')).arn, 'arn:aws-cn:iam::111111111111:root');
});

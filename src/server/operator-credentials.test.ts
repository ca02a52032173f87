// What the operator's profiles give, and to whose jobs.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { UsageError } from '../cli/failure.ts';
import { operatorCredentials, presentCredentials } from './operator-credentials.ts';

const own = { account: '000000000000', region: 'eu-west-1' };
const arn = (account: string, name: string): string => `arn:aws:iam::${account}:role/${name}`;

describe('credentials of a profile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-profile-'));
  const variables = ['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE'] as const;
  const saved = variables.map((name) => process.env[name]);
  before(() => {
    for (const name of variables) process.env[name] = join(folder, name);
    write('first');
    writeFileSync(join(folder, 'AWS_CONFIG_FILE'), '');
  });
  after(() => {
    variables.forEach((name, at) => {
      const value = saved[at];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    });
    rmSync(folder, { recursive: true });
  });
  const write = (secret: string): void =>
    writeFileSync(
      join(folder, 'AWS_SHARED_CREDENTIALS_FILE'),
      `[minio]\naws_access_key_id = KEY\naws_secret_access_key = ${secret}\naws_session_token = T\n`,
    );

  it('are read each time', async () => {
    const of = operatorCredentials([{ role: 'reads', profile: 'minio' }], own);
    const given = of(arn(own.account, 'reads'), own.account);
    assert.deepEqual(await given?.(), {
      accessKeyId: 'KEY',
      secretAccessKey: 'first',
      sessionToken: 'T',
      expiresAtMs: undefined,
    });
    write('second');
    assert.equal((await given?.())?.secretAccessKey, 'second');
  });

  it("are for jobs of the server's account and of the role's, and for no others", () => {
    const there = arn('111111111111', 'reads');
    const of = operatorCredentials([{ role: there, profile: 'minio' }], own);
    for (const account of [own.account, '111111111111']) assert.ok(of(there, account), account);
    assert.equal(of(there, '222222222222'), undefined);
    assert.equal(of(arn(own.account, 'reads'), own.account), undefined);
  });

  it('must be there at the start', async () => {
    const [present] = await presentCredentials([{ role: 'reads', profile: 'minio' }], own);
    assert.equal(present?.roleArn, arn(own.account, 'reads'));
    await assert.rejects(
      presentCredentials([{ role: 'reads', profile: 'nobody' }], own),
      (error: Error) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, /the AWS profile 'nobody' has no credentials/);
        return true;
      },
    );
  });
});

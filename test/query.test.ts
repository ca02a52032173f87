// The services that speak the query protocols, through the SDK's clients and the AWS CLI against the real program. Their
// operations' rules are tested beside them; here stands what clients need from end to end.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { AwsCli } from './aws-cli.ts';
import { requirement } from './requirement.ts';
import { TestServer } from './server.ts';

describe('query protocols', () => {
  let server: TestServer;
  before(async () => (server = await TestServer.start('fake')));
  after(() => server[Symbol.asyncDispose]());

  test('STS tells callers who they are', async () => {
    const client = new STSClient(server.clientOptions());
    const { Account, Arn, UserId } = await client.send(new GetCallerIdentityCommand({}));
    assert.deepEqual({ Account, Arn, UserId }, { Account: '000000000000', Arn: 'arn:aws:iam::000000000000:root', UserId: '000000000000' });
    client.destroy();
  });

  describe('the AWS CLI', { skip: requirement('awscli').skip }, () => {
    test('asks who it is, and is told what is not built', async () => {
      const aws = new AwsCli(server);
      assert.equal((await aws.json`sts get-caller-identity`).Account, '000000000000');
      const { code, stderr } = await aws.run`sts get-session-token`;
      assert.notEqual(code, 0);
      assert.match(stderr, /\(InvalidAction\).*GetSessionToken is not built in Longshore yet/);
    });
  });
});

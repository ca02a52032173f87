// Partitions keep apart where callers are verified: who is somebody in one of them is nobody in
// another, though the account has the same number there.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as batch from '@aws-sdk/client-batch';
import * as iam from '@aws-sdk/client-iam';
import * as sts from '@aws-sdk/client-sts';
import type { IamDeps } from '../service/iam/deps.ts';
import { taskTaker } from '../service/sts/trust.ts';
import { roleAccess } from './role-access.ts';
import { attemptId, jobId } from '../base/ids.ts';
import { account, scope } from '../../test/house/caller.ts';
import { CheckedServer, policyOf, type Keys } from '../../test/house/checked-server.ts';

const elsewhere = 'cn-north-1';
const trust = (Principal: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }],
  });

/** The root of the account in the other partition, who has a role `admin` there. */
async function otherPartition(server: CheckedServer): Promise<void> {
  const { rig } = server;
  const key = await rig.settled(
    rig.app.rootKeys.replace({ account, region: elsewhere }, { part: 'test' }),
  );
  const root = server.callerWith({
    AccessKeyId: key.accessKeyId,
    SecretAccessKey: key.secretAccessKey,
  });
  await root(
    iam,
    new iam.CreateRoleCommand({
      RoleName: 'admin',
      AssumeRolePolicyDocument: trust({ AWS: account, Service: 'ecs-tasks.amazonaws.com' }),
    }),
    elsewhere,
  );
  await root(
    iam,
    new iam.PutRolePolicyCommand({
      RoleName: 'admin',
      PolicyName: 'all',
      PolicyDocument: policyOf({ Action: '*' }),
    }),
    elsewhere,
  );
}

describe('partitions', () => {
  it('know no session of another one, not even of its root', async () => {
    const server = await CheckedServer.open();
    await otherPartition(server);
    const { Credentials } = await server.root(sts, new sts.GetSessionTokenCommand({}));
    const session = server.callerWith(Credentials as Keys);
    await session(batch, new batch.DescribeJobQueuesCommand({}));
    await assert.rejects(session(batch, new batch.DescribeJobQueuesCommand({}), elsewhere), {
      name: 'UnrecognizedClientException',
    });
  });

  it('give no role to who is of another one', async () => {
    const server = await CheckedServer.open();
    await otherPartition(server);
    const ann = await server.user('ann', { Action: '*' });
    // One of the same name here trusts her.
    await server.root(
      iam,
      new iam.CreateRoleCommand({
        RoleName: 'admin',
        AssumeRolePolicyDocument: trust({ AWS: account }),
      }),
    );
    const assume = (partition: string) =>
      ann(
        sts,
        new sts.AssumeRoleCommand({
          RoleArn: `arn:${partition}:iam::${account}:role/admin`,
          RoleSessionName: 'me',
        }),
      );
    await assume('aws');
    await assert.rejects(assume('aws-cn'), { name: 'ValidationError' });
  });

  it('give jobs no role of another one', async () => {
    const server = await CheckedServer.open();
    await otherPartition(server);
    const answer = server.rig.app.jobRoles.variablesFor({
      jobRoleArn: `arn:aws-cn:iam::${account}:role/admin`,
      executionRoleArn: undefined,
      scope,
      jobId: jobId('job'),
      attemptId: attemptId('a'.repeat(32)),
      network: 'host',
      isElsewhere: false,
    });
    assert.ok('cannotStart' in answer);
    const { app } = server.rig;
    const access = roleAccess({
      iam: server.rig.depsOf<IamDeps>('iam').space,
      identity: app.identity,
      clock: server.rig.clock,
      tagsOf: () => undefined,
    });
    const session = {
      roleArn: `arn:aws-cn:iam::${account}:role/admin`,
      scope,
      session: 'a'.repeat(32),
    };
    assert.equal(await access.mayBeAssumed(session, taskTaker(scope, session.session)), false);
  });
});

// The services that speak the query protocols, through the SDK's clients and the AWS CLI against
// the real program. Their operations' rules are tested beside them; here stands what clients need
// from end to end.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  GetRoleCommand,
  IAM,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  NoSuchEntityException,
} from '@aws-sdk/client-iam';
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
    assert.deepEqual(
      { Account, Arn, UserId },
      { Account: '000000000000', Arn: 'arn:aws:iam::000000000000:root', UserId: '000000000000' },
    );
    client.destroy();
  });

  test('IAM keeps roles over a restart', async () => {
    const document = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ],
    });
    const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role';
    let client = new IAMClient(server.clientOptions());
    await assert.rejects(
      client.send(new GetRoleCommand({ RoleName: 'worker' })),
      NoSuchEntityException,
    );
    await client.send(
      new CreateRoleCommand({
        RoleName: 'worker',
        AssumeRolePolicyDocument: document,
        Tags: [{ Key: 'a', Value: 'b & c' }],
      }),
    );
    await client.send(new AttachRolePolicyCommand({ RoleName: 'worker', PolicyArn }));
    client.destroy();
    await server.restart();
    client = new IAMClient(server.clientOptions());
    const { Role } = await client.send(new GetRoleCommand({ RoleName: 'worker' }));
    assert.deepEqual(
      [Role?.Arn, Role?.Tags, decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')],
      ['arn:aws:iam::000000000000:role/worker', [{ Key: 'a', Value: 'b & c' }], document],
    );
    const { AttachedPolicies } = await client.send(
      new ListAttachedRolePoliciesCommand({ RoleName: 'worker' }),
    );
    assert.deepEqual(AttachedPolicies, [
      { PolicyArn, PolicyName: 'AmazonEC2ContainerServiceforEC2Role' },
    ]);
    await assert.rejects(client.send(new DeleteRoleCommand({ RoleName: 'worker' })), {
      name: 'DeleteConflictException',
    });
    client.destroy();
  });

  describe('the AWS CLI', { skip: requirement('awscli').skip }, () => {
    test('asks who it is, and is told what is not built', async () => {
      const aws = new AwsCli(server);
      assert.equal((await aws.json`sts get-caller-identity`).Account, '000000000000');
      const { code, stderr } = await aws.run`sts get-federation-token --name ann`;
      assert.notEqual(code, 0);
      assert.match(stderr, /\(InvalidAction\).*GetFederationToken is not built in Longshore yet/);
    });

    // User guide, chapter Amazon EC2 Spot Fleet Role: "To create the … IAM role … with the AWS
    // CLI", as written.
    test('makes the Spot Fleet role of the guide, and its service-linked roles', async () => {
      const aws = new AwsCli(server);
      const document =
        '{"Version":"2012-10-17","Statement":[{"Sid":"","Effect":"Allow","Principal":{"Service":"spotfleet.amazonaws.com"},"Action":"sts:AssumeRole"}]}';
      const { Role } =
        await aws.json`iam create-role --role-name AmazonEC2SpotFleetRole --assume-role-policy-document ${document}`;
      assert.equal(Role.Arn, 'arn:aws:iam::000000000000:role/AmazonEC2SpotFleetRole');
      assert.deepEqual(Role.AssumeRolePolicyDocument, JSON.parse(document));
      await aws.text`iam attach-role-policy --policy-arn arn:aws:iam::aws:policy/service-role/AmazonEC2SpotFleetTaggingRole --role-name AmazonEC2SpotFleetRole`;
      await aws.text`iam create-service-linked-role --aws-service-name spot.amazonaws.com`;
      await aws.text`iam detach-role-policy --policy-arn arn:aws:iam::aws:policy/service-role/AmazonEC2SpotFleetTaggingRole --role-name AmazonEC2SpotFleetRole`;
      const iam = new IAM(server.clientOptions());
      const { AttachedPolicies } = await iam.listAttachedRolePolicies({
        RoleName: 'AmazonEC2SpotFleetRole',
      });
      assert.deepEqual(AttachedPolicies, []);
      await iam.createServiceLinkedRole({ AWSServiceName: 'spotfleet.amazonaws.com' });
      await assert.rejects(
        iam.createServiceLinkedRole({ AWSServiceName: 'spotfleet.amazonaws.com' }),
        { name: 'InvalidInputException', message: /has been taken in this account/ },
      );
      iam.destroy();
      const names = await aws.json`iam list-roles --query Roles[].RoleName --page-size 2`;
      assert.ok(
        names.includes('AWSServiceRoleForEC2SpotFleet') && names.includes('ecsInstanceRole'),
        names,
      );
    });
  });
});

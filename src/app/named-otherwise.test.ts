// A resource may be named in several ways: by name or ARN, with or without a path, by another
// member of the request, or by what finds it. Whichever is taken, leave is asked for the resource
// itself: what is denied of it is not to be had by another name. (Of job definitions without their
// revisions AWS has it otherwise: ADR 0033.)

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as cloudtrail from '@aws-sdk/client-cloudtrail';
import * as ec2 from '@aws-sdk/client-ec2';
import * as ecs from '@aws-sdk/client-ecs';
import * as iam from '@aws-sdk/client-iam';
import * as secrets from '@aws-sdk/client-secrets-manager';
import * as ssm from '@aws-sdk/client-ssm';
import { account } from '../../test/house/caller.ts';
import { CheckedServer } from '../../test/house/checked-server.ts';

const everything = { Action: '*' };
const deny = (Action: string, Resource: string, more: object = {}): object => ({
  Effect: 'Deny',
  Action,
  Resource,
  ...more,
});
const denied = /not authorized to perform/;

describe('what is denied of a trail', () => {
  const main = `arn:aws:cloudtrail:eu-west-1:${account}:trail/main`;
  const place = { has: () => Promise.resolve(true), put: () => Promise.resolve() };

  it('is not to be had by an ARN of another partition', async () => {
    const server = await CheckedServer.open({ trailPlace: place });
    await server.root(
      cloudtrail,
      new cloudtrail.CreateTrailCommand({ Name: 'main', S3BucketName: 'records' }),
    );
    const eve = await server.user('eve', everything, deny('cloudtrail:DeleteTrail', main));
    const remove = (Name: string) => eve(cloudtrail, new cloudtrail.DeleteTrailCommand({ Name }));
    await assert.rejects(remove('main'), denied);
    await assert.rejects(remove(main.replace('arn:aws:', 'arn:awsx:')), {
      name: 'CloudTrailARNInvalidException',
    });
  });

  it('is not to be had by its name in another region', async () => {
    const server = await CheckedServer.open({ trailPlace: place });
    await server.root(
      cloudtrail,
      new cloudtrail.CreateTrailCommand({
        Name: 'main',
        S3BucketName: 'records',
        IsMultiRegionTrail: true,
      }),
    );
    const eve = await server.user('eve', everything, deny('cloudtrail:GetTrail', main));
    const get = new cloudtrail.GetTrailCommand({ Name: 'main' });
    await assert.rejects(eve(cloudtrail, get, 'us-east-1'), denied);
  });
});

describe('what is allowed in a cluster', () => {
  it('is no leave for another one, whatever the ARN of an instance says', async () => {
    const server = await CheckedServer.open();
    const mine = `arn:aws:ecs:eu-west-1:${account}:container-instance/mine`;
    const eve = await server.user('eve', { Action: 'ecs:*', Resource: `${mine}/*` });
    const drain = (cluster: string) =>
      eve(
        ecs,
        new ecs.UpdateContainerInstancesStateCommand({
          cluster,
          containerInstances: [`${mine}/${'a'.repeat(32)}`],
          status: 'DRAINING',
        }),
      );
    await assert.rejects(drain('mine'), { name: 'ClusterNotFoundException' });
    await assert.rejects(drain('theirs'), denied);
  });
});

describe('what is denied of a parameter', () => {
  it('is not to be had by another one with the same ARN', async () => {
    const server = await CheckedServer.open();
    const put = (Name: string) =>
      server.root(ssm, new ssm.PutParameterCommand({ Name, Value: 'v', Type: 'String' }));
    await put('a');
    await assert.rejects(put('/a'), /the same ARN/);
    await put('/b');
    await assert.rejects(put('b'), /the same ARN/);
    await put('/b/c');
  });
});

describe('what is denied below a path', () => {
  it('is not to be had by a slash at its end', async () => {
    const server = await CheckedServer.open();
    const eve = await server.user(
      'eve',
      everything,
      deny('ssm:GetParametersByPath', `arn:aws:ssm:eu-west-1:${account}:parameter/prod`),
    );
    for (const Path of ['/prod', '/prod/'])
      await assert.rejects(eve(ssm, new ssm.GetParametersByPathCommand({ Path })), denied);
    await eve(ssm, new ssm.GetParametersByPathCommand({ Path: '/' }));
  });
});

describe('what is denied of a secret', () => {
  const prod = `arn:aws:secretsmanager:eu-west-1:${account}:secret:prod-*`;

  it('is not to be had by what finds it', async () => {
    const server = await CheckedServer.open();
    for (const Name of ['prod', 'lab'])
      await server.root(secrets, new secrets.CreateSecretCommand({ Name, SecretString: Name }));
    const eve = await server.user('eve', everything, deny('secretsmanager:GetSecretValue', prod));
    const batchGet = (value: string) =>
      eve(
        secrets,
        new secrets.BatchGetSecretValueCommand({ Filters: [{ Key: 'name', Values: [value] }] }),
      );
    await assert.rejects(batchGet('prod'), denied);
    assert.equal(
      ((await batchGet('lab'))['SecretValues'] as secrets.SecretValueEntry[])[0]?.SecretString,
      'lab',
    );
  });

  it('is found for a name that looks like the ARN of another one', async () => {
    const server = await CheckedServer.open();
    const create = async (Name: string): Promise<string> =>
      String(
        (await server.root(secrets, new secrets.CreateSecretCommand({ Name, SecretString: Name })))[
          'ARN'
        ],
      );
    const mine = await create('mine');
    const theirs = `mine-${mine.slice(-6)}`;
    await create(theirs);
    const eve = await server.user('eve', { Action: 'secretsmanager:*', Resource: mine });
    const get = (SecretId: string) => eve(secrets, new secrets.GetSecretValueCommand({ SecretId }));
    assert.equal((await get('mine'))['SecretString'], 'mine');
    await assert.rejects(get(theirs), denied);
  });
});

describe('what is denied of a resource of EC2', () => {
  const arn = (kind: string, id: unknown): string =>
    `arn:aws:ec2:eu-west-1:${account}:${kind}/${String(id)}`;

  it('is not to be had by the name of a launch template', async () => {
    const server = await CheckedServer.open();
    const made = await server.root(
      ec2,
      new ec2.CreateLaunchTemplateCommand({
        LaunchTemplateName: 'base',
        LaunchTemplateData: { InstanceType: 'm5.large' },
      }),
    );
    const id = (made['LaunchTemplate'] as ec2.LaunchTemplate).LaunchTemplateId;
    const eve = await server.user('eve', everything, deny('ec2:*', arn('launch-template', id)));
    for (const command of [
      new ec2.DeleteLaunchTemplateCommand({ LaunchTemplateName: 'base' }),
      new ec2.DeleteLaunchTemplateVersionsCommand({ LaunchTemplateName: 'base', Versions: ['1'] }),
      new ec2.ModifyLaunchTemplateCommand({ LaunchTemplateName: 'base', DefaultVersion: '1' }),
      new ec2.CreateLaunchTemplateVersionCommand({
        LaunchTemplateName: 'base',
        LaunchTemplateData: { InstanceType: 'm5.large' },
      }),
    ])
      await assert.rejects(eve(ec2, command), denied, command.constructor.name);
  });

  it('is not to be had by the name of a security group', async () => {
    const server = await CheckedServer.open();
    const { GroupId } = await server.root(
      ec2,
      new ec2.CreateSecurityGroupCommand({ GroupName: 'web', Description: 'd' }),
    );
    const eve = await server.user('eve', everything, deny('ec2:*', arn('security-group', GroupId)));
    const rule = {
      GroupName: 'web',
      IpProtocol: 'tcp',
      FromPort: 22,
      ToPort: 22,
      CidrIp: '0.0.0.0/0',
    };
    for (const command of [
      new ec2.DeleteSecurityGroupCommand({ GroupName: 'web' }),
      new ec2.AuthorizeSecurityGroupIngressCommand(rule),
      new ec2.RevokeSecurityGroupIngressCommand(rule),
    ])
      await assert.rejects(eve(ec2, command), denied, command.constructor.name);
  });

  it('is not to be had by the id of a key pair, nor by another name beside it', async () => {
    const server = await CheckedServer.open();
    const made = await server.root(ec2, new ec2.CreateKeyPairCommand({ KeyName: 'ops' }));
    const KeyPairId = String(made['KeyPairId']);
    const eve = await server.user('eve', everything, deny('ec2:*', arn('key-pair', 'ops')));
    for (const input of [{ KeyPairId }, { KeyPairId, KeyName: 'mine' }])
      await assert.rejects(eve(ec2, new ec2.DeleteKeyPairCommand(input)), denied);
  });

  it('is not to be had by an address, or the association of a route table', async () => {
    const server = await CheckedServer.open();
    const { AllocationId, PublicIp } = await server.root(ec2, new ec2.AllocateAddressCommand({}));
    const { Vpc } = (await server.root(
      ec2,
      new ec2.CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }),
    )) as { Vpc: ec2.Vpc };
    const { Subnet } = (await server.root(
      ec2,
      new ec2.CreateSubnetCommand({ VpcId: Vpc.VpcId, CidrBlock: '10.9.1.0/24' }),
    )) as { Subnet: ec2.Subnet };
    const { RouteTable } = (await server.root(
      ec2,
      new ec2.CreateRouteTableCommand({ VpcId: Vpc.VpcId }),
    )) as { RouteTable: ec2.RouteTable };
    const { RouteTableId } = RouteTable;
    const { AssociationId } = await server.root(
      ec2,
      new ec2.AssociateRouteTableCommand({ RouteTableId, SubnetId: Subnet.SubnetId }),
    );
    const eve = await server.user(
      'eve',
      everything,
      deny('ec2:*', arn('elastic-ip', AllocationId)),
      deny('ec2:*', arn('route-table', RouteTableId)),
    );
    for (const command of [
      new ec2.ReleaseAddressCommand({ PublicIp: String(PublicIp) }),
      new ec2.DisassociateRouteTableCommand({ AssociationId: String(AssociationId) }),
    ])
      await assert.rejects(eve(ec2, command), denied, command.constructor.name);
  });
});

describe('what is denied in IAM', () => {
  it('is not to be had of a service-linked role by its name', async () => {
    const server = await CheckedServer.open();
    const RoleName = 'AWSServiceRoleForBatch';
    const eve = await server.user(
      'eve',
      everything,
      deny(
        'iam:DeleteServiceLinkedRole',
        `arn:aws:iam::${account}:role/aws-service-role/batch.amazonaws.com/${RoleName}`,
      ),
    );
    await assert.rejects(eve(iam, new iam.DeleteServiceLinkedRoleCommand({ RoleName })), denied);
  });

  it('is not to be had of an identity provider by a slash behind its URL', async () => {
    const server = await CheckedServer.open();
    const eve = await server.user(
      'eve',
      everything,
      deny('iam:*', `arn:aws:iam::${account}:oidc-provider/id.example.com`),
    );
    for (const Url of ['https://id.example.com', 'https://id.example.com/'])
      await assert.rejects(
        eve(iam, new iam.CreateOpenIDConnectProviderCommand({ Url, ClientIDList: ['c'] })),
        denied,
      );
  });

  it('is not to be had of a user or a group by a name that it gets at its old path', async () => {
    const server = await CheckedServer.open();
    const Path = '/dev/';
    await server.root(iam, new iam.CreateUserCommand({ UserName: 'bob', Path }));
    await server.root(iam, new iam.CreateGroupCommand({ GroupName: 'crew', Path }));
    const eve = await server.user(
      'eve',
      everything,
      deny('iam:UpdateUser', `arn:aws:iam::${account}:user/dev/root*`),
      deny('iam:UpdateGroup', `arn:aws:iam::${account}:group/dev/root*`),
    );
    const user = (to: string) =>
      eve(iam, new iam.UpdateUserCommand({ UserName: 'bob', NewUserName: to }));
    const group = (to: string) =>
      eve(iam, new iam.UpdateGroupCommand({ GroupName: 'crew', NewGroupName: to }));
    for (const rename of [user, group]) {
      await assert.rejects(rename('root1'), denied);
      await rename('other');
    }
  });
});

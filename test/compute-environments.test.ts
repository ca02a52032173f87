// Compute environments from their making to their end, as the user guide has it: INVALID for each
// of the guide's causes and repaired, updated under running jobs in both modes, launched from an
// image and a launch template.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  Batch,
  type ComputeEnvironmentDetail,
  type ComputeResource,
  type CreateComputeEnvironmentCommandInput,
  type UpdateComputeEnvironmentCommandInput,
} from '@aws-sdk/client-batch';
import { EC2 } from '@aws-sdk/client-ec2';
import { ECS } from '@aws-sdk/client-ecs';
import { IAM } from '@aws-sdk/client-iam';
import { computeResources, TestServer, usersEngine } from './server.ts';
import { until } from './until.ts';

const progressive: ComputeResource = {
  ...computeResources,
  allocationStrategy: 'BEST_FIT_PROGRESSIVE',
  instanceTypes: ['c6i.large'],
};

describe('compute environments', () => {
  let server: TestServer;
  let batch: Batch;
  let ec2: EC2;
  let ecs: ECS;
  let iam: IAM;
  const open = async (...flags: string[]): Promise<void> => {
    server = await TestServer.start(usersEngine(), ['--capacity', 'vcpus=8,memory=8192', ...flags]);
    batch = new Batch(server.clientOptions());
    ec2 = new EC2(server.clientOptions());
    ecs = new ECS(server.clientOptions());
    iam = new IAM(server.clientOptions());
  };
  const close = async (): Promise<void> => {
    for (const client of [batch, ec2, ecs, iam]) client.destroy();
    await server[Symbol.asyncDispose]();
  };

  const create = (
    computeEnvironmentName: string,
    resources: ComputeResource,
    more: Partial<CreateComputeEnvironmentCommandInput> = {},
  ): Promise<unknown> =>
    batch.createComputeEnvironment({
      computeEnvironmentName,
      type: 'MANAGED',
      computeResources: resources,
      ...more,
    });
  const update = (
    computeEnvironment: string,
    more: Partial<UpdateComputeEnvironmentCommandInput>,
  ): Promise<unknown> => batch.updateComputeEnvironment({ computeEnvironment, ...more });
  const described = async (name: string): Promise<ComputeEnvironmentDetail | undefined> =>
    (await batch.describeComputeEnvironments({ computeEnvironments: [name] }))
      .computeEnvironments?.[0];
  const createQueue = (name: string): Promise<unknown> =>
    batch.createJobQueue({
      jobQueueName: name,
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: name }],
    });
  /** The first container instance that there is in a cluster. */
  const registered = async (cluster: string | undefined) => {
    const containerInstances = await until('an instance', async () => {
      const { containerInstanceArns = [] } = await ecs.listContainerInstances({ cluster });
      return containerInstanceArns.length > 0 && containerInstanceArns.slice(0, 1);
    });
    return ecs.describeContainerInstances({ cluster, containerInstances });
  };
  /** A role that the service may take on. */
  const createRole = async (RoleName: string, Service: string): Promise<string> => {
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
    });
    const { Role } = await iam.createRole({ RoleName, AssumeRolePolicyDocument });
    return Role?.Arn ?? '';
  };
  const settled = (name: string): Promise<ComputeEnvironmentDetail> =>
    until(`${name} to settle`, async () => {
      const environment = await described(name);
      return environment?.status === 'VALID' || environment?.status === 'INVALID'
        ? environment
        : undefined;
    });

  describe('that may name things elsewhere', () => {
    before(() => open());
    after(close);

    test('a malformed service role makes one INVALID, and the right one repairs it', async () => {
      await create('role', progressive, {
        serviceRole: 'arn:aws:iam::12345:role/AWSBatchServiceRole',
      });
      const invalid = await settled('role');
      assert.equal(invalid.status, 'INVALID');
      assert.match(
        invalid.statusReason ?? '',
        /^CLIENT_ERROR - Not authorized to perform sts:AssumeRole \(Service: AWSSecurityTokenService; Status Code: 403; Error Code: AccessDenied; Request ID: /,
      );
      await assert.rejects(createQueue('role'), /INVALID/);
      await update('role', { serviceRole: 'AWSBatchServiceRole' });
      assert.deepEqual(
        [(await settled('role')).status, (await described('role'))?.serviceRole],
        ['VALID', 'arn:aws:iam::000000000000:role/AWSBatchServiceRole'],
      );
    });

    // User guide, Incorrect Role Name or ARN: a role of this very account is known here, one of
    // another may be anywhere.
    test('a misspelt role of the account makes one INVALID, and creating that role repairs it', async () => {
      await create('misspelt', progressive, {
        serviceRole: 'arn:aws:iam::000000000000:role/service-role/AWSBatchServiceRol',
      });
      assert.match(
        (await settled('misspelt')).statusReason ?? '',
        /^CLIENT_ERROR - Not authorized to perform sts:AssumeRole/,
      );
      await create('bare', progressive, { serviceRole: 'AWSBatchServiceRol' });
      assert.equal((await settled('bare')).status, 'INVALID');
      await create('other', progressive, {
        serviceRole: 'arn:aws:iam::999999999999:role/AWSBatchServiceRol',
      });
      assert.equal((await settled('other')).status, 'VALID');
      await create('flet', {
        ...progressive,
        type: 'SPOT',
        allocationStrategy: 'BEST_FIT',
        spotIamFleetRole: 'AmazonEC2SpotFletRole',
      });
      assert.match((await settled('flet')).statusReason ?? '', /IamFleetRole is invalid/);
      await createRole('AWSBatchServiceRol', 'batch.amazonaws.com');
      await update('bare', { state: 'ENABLED' });
      assert.equal((await settled('bare')).status, 'VALID');
    });

    // User guide, Spot Instances Not Tagged on Creation.
    test('Spot Instances are tagged by what the Spot Fleet role may do when they are launched', async () => {
      const policies = 'arn:aws:iam::aws:policy/service-role/';
      const spotIamFleetRole = await createRole('OldSpot', 'spotfleet.amazonaws.com');
      await iam.attachRolePolicy({
        RoleName: 'OldSpot',
        PolicyArn: `${policies}AmazonEC2SpotFleetRole`,
      });
      const spot = {
        ...progressive,
        type: 'SPOT',
        allocationStrategy: 'BEST_FIT',
        spotIamFleetRole,
        minvCpus: 2,
        tags: { team: 'docks' },
      } as const;
      const tags = async (name: string): Promise<unknown> => {
        const { ecsClusterArn } = (await described(name)) ?? {};
        const { containerInstances } = await registered(ecsClusterArn);
        const { Reservations } = await ec2.describeInstances({
          InstanceIds: [containerInstances?.[0]?.ec2InstanceId ?? ''],
        });
        return Reservations?.[0]?.Instances?.[0]?.Tags;
      };
      await create('untagged', spot);
      await settled('untagged');
      assert.deepEqual(await tags('untagged'), []);
      await iam.attachRolePolicy({
        RoleName: 'OldSpot',
        PolicyArn: `${policies}AmazonEC2SpotFleetTaggingRole`,
      });
      await iam.detachRolePolicy({
        RoleName: 'OldSpot',
        PolicyArn: `${policies}AmazonEC2SpotFleetRole`,
      });
      await create('tagged', spot);
      await settled('tagged');
      assert.deepEqual(await tags('tagged'), [{ Key: 'team', Value: 'docks' }]);
    });

    test('an update replaces instances under running jobs: they run on and the environment is UPDATING until they have ended', async () => {
      await create('update', progressive);
      await settled('update');
      await createQueue('update');
      const definition = await server.register('waits', {
        command: ['sh', '-c', 'trap "exit 7" TERM; while :; do sleep 0.1; done'],
      });
      const running = await server.submit(definition, {
        jobQueue: 'update',
        retryStrategy: { attempts: 2 },
      });
      await server.whenStatus(running, 'RUNNING');
      const first = (await server.job(running)).container?.containerInstanceArn;
      await update('update', { computeResources: { instanceTypes: ['m6i.large'] } });
      assert.equal((await described('update'))?.status, 'UPDATING');
      const next = await server.submit(definition, { jobQueue: 'update' });
      await server.whenStatus(next, 'RUNNING');
      assert.notEqual(
        (await server.job(next)).container?.containerInstanceArn,
        first,
        'new jobs go to new instances',
      );
      assert.equal((await server.job(running)).status, 'RUNNING');
      await batch.terminateJob({ jobId: running, reason: 'enough' });
      await server.whenEnded(running);
      assert.equal((await settled('update')).status, 'VALID');

      await update('update', {
        computeResources: { instanceTypes: ['c6i.large'] },
        updatePolicy: { terminateJobsOnUpdate: true },
      });
      const ended = await server.whenEnded(next);
      assert.match(ended.statusReason ?? '', /^Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/);
      assert.equal((await settled('update')).status, 'VALID');
    });

    test('user data keeps memory back, and an image that fails the specification takes no jobs and says why', async () => {
      const userData = Buffer.from(
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="==B=="\n\n--==B==\nContent-Type: text/x-shellscript\n\n#!/bin/bash\necho ECS_RESERVED_MEMORY=1024 >> /etc/ecs/ecs.config\n--==B==--\n',
      ).toString('base64');
      await ec2.createLaunchTemplate({
        LaunchTemplateName: 'reserved',
        LaunchTemplateData: {
          UserData: userData,
          TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'team', Value: 'a' }] }],
        },
      });
      await create('reserved', {
        ...progressive,
        minvCpus: 2,
        launchTemplate: { launchTemplateName: 'reserved' },
      });
      const { ecsClusterArn = '' } = await settled('reserved');
      const { containerInstances } = await registered(ecsClusterArn);
      assert.equal(
        containerInstances?.[0]?.registeredResources?.find(({ name }) => name === 'MEMORY')
          ?.integerValue,
        4096 - 64 - 79 - 1024,
      );

      const { Reservations } = await ec2.describeInstances({
        Filters: [{ Name: 'tag:team', Values: ['a'] }],
      });
      const [launched] = Reservations?.[0]?.Instances ?? [];
      assert.deepEqual(
        [
          launched?.IamInstanceProfile?.Arn,
          launched?.BlockDeviceMappings?.map(({ DeviceName }) => DeviceName),
        ],
        ['arn:aws:iam::000000000000:instance-profile/ecsInstanceRole', ['/dev/xvda']],
      );

      const { Images = [] } = await ec2.describeImages({
        Owners: ['amazon'],
        Filters: [{ Name: 'architecture', Values: ['x86_64'] }],
      });
      const { ImageId = '' } = await ec2.registerImage({
        Name: 'old-docker',
        Architecture: 'x86_64',
        VirtualizationType: 'hvm',
        RootDeviceName: '/dev/xvda',
        BlockDeviceMappings: [
          {
            DeviceName: '/dev/xvda',
            Ebs: { SnapshotId: Images[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId },
          },
        ],
      });
      await ec2.createTags({
        Resources: [ImageId],
        Tags: [{ Key: 'longshore:docker', Value: '1.8' }],
      });
      await create('old', { ...progressive, imageId: ImageId });
      assert.match(
        (await settled('old')).statusReason ?? '',
        new RegExp(`${ImageId} has Docker 1.8; it must have Docker 1.9 or later`),
      );
      await createQueue('old');
      const stuck = await server.submit('waits', { jobQueue: 'old' });
      await until('the job says so', async () =>
        /does not meet the AMI specification: .* has Docker 1\.8/.test(
          (await server.job(stuck)).statusReason ?? '',
        ),
      );
    });

    test('what is named and not known here is said', async () => {
      await create('elsewhere', { ...progressive, imageId: 'ami-0123456789abcdef0' });
      const { status, statusReason } = await settled('elsewhere');
      assert.deepEqual(
        [status, statusReason],
        [
          'VALID',
          'ComputeEnvironment Healthy. Image ami-0123456789abcdef0 is not known here and is taken to meet the AMI specification.',
        ],
      );
    });

    test('one goes with its instances', async () => {
      await create('short', { ...progressive, minvCpus: 2 });
      await settled('short');
      await update('short', { state: 'DISABLED' });
      await batch.deleteComputeEnvironment({ computeEnvironment: 'short' });
      await until('it is gone', async () => (await described('short')) === undefined);
    });
  });

  describe('that must name what is here', () => {
    let here: Pick<ComputeResource, 'subnets' | 'securityGroupIds'>;
    before(async () => {
      await open('--references', 'strict');
      const { Subnets } = await ec2.describeSubnets({});
      const { SecurityGroups } = await ec2.describeSecurityGroups({});
      here = {
        subnets: [Subnets?.[0]?.SubnetId ?? ''],
        securityGroupIds: [SecurityGroups?.[0]?.GroupId ?? ''],
      };
    });
    after(close);

    test('an unknown Spot Fleet role makes one INVALID, and creating it and any update repair it', async () => {
      await create('fleet', {
        ...progressive,
        ...here,
        type: 'SPOT',
        allocationStrategy: 'BEST_FIT',
        spotIamFleetRole: 'my-fleet',
      });
      assert.match(
        (await settled('fleet')).statusReason ?? '',
        /^CLIENT_ERROR - Parameter: SpotFleetRequestConfig.IamFleetRole is invalid\. \(Service: AmazonEC2; Status Code: 400/,
      );
      await createRole('my-fleet', 'spotfleet.amazonaws.com');
      await update('fleet', { state: 'ENABLED' });
      assert.equal((await settled('fleet')).status, 'VALID');
    });

    test('a bare service role name does not find a role with a path, as the guide warns', async () => {
      await create('bare', { ...progressive, ...here }, { serviceRole: 'AWSBatchServiceRole' });
      assert.match(
        (await settled('bare')).statusReason ?? '',
        /Not authorized to perform sts:AssumeRole/,
      );
      await update('bare', {
        serviceRole: 'arn:aws:iam::000000000000:role/service-role/AWSBatchServiceRole',
      });
      assert.equal((await settled('bare')).status, 'VALID');
      await create('nowhere', { ...progressive, ...here, subnets: ['subnet-0123456789abcdef0'] });
      assert.match(
        (await settled('nowhere')).statusReason ?? '',
        /The subnet ID 'subnet-0123456789abcdef0' does not exist/,
      );
    });
  });
});

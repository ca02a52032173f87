// The tutorial "AWS Batch Extended AMIs" as it is written: an image of one's own with a larger root
// volume, an environment that uses it, a queue, a definition that runs `df -h`, a job, and its log.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Batch } from '@aws-sdk/client-batch';
import { EC2 } from '@aws-sdk/client-ec2';
import { IAM } from '@aws-sdk/client-iam';
import { TestServer, usersEngine } from './server.ts';
import { until } from './until.ts';

test('the tutorial on extended AMIs runs as it is written', async () => {
  await using server = await TestServer.start(usersEngine(), ['--references', 'strict']);
  const batch = new Batch(server.clientOptions());
  const ec2 = new EC2(server.clientOptions());
  const iam = new IAM(server.clientOptions());
  try {
    // Step 1 to 3: an image with 111 GB of root storage, made from the ECS-optimized one, and what
    // goes with it.
    const { Images = [] } = await ec2.describeImages({
      Owners: ['amazon'],
      Filters: [
        { Name: 'name', Values: ['al2023-ami-ecs-hvm-*'] },
        { Name: 'architecture', Values: ['x86_64'] },
      ],
    });
    const [newest] = Images.toSorted((a, b) =>
      (a.CreationDate ?? '') < (b.CreationDate ?? '') ? 1 : -1,
    );
    const root = newest?.BlockDeviceMappings?.[0]?.Ebs;
    assert.equal(root?.VolumeSize, 30);
    const { ImageId = '' } = await ec2.registerImage({
      Name: 'extended',
      Architecture: 'x86_64',
      VirtualizationType: 'hvm',
      RootDeviceName: newest?.RootDeviceName,
      BlockDeviceMappings: [
        {
          DeviceName: newest?.RootDeviceName,
          Ebs: { SnapshotId: root?.SnapshotId, VolumeSize: 111, DeleteOnTermination: true },
        },
      ],
    });
    await ec2.createKeyPair({ KeyName: 'landonkey' });
    const { Role } = await iam.createRole({
      RoleName: 'ECS_Administrator',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'ecs-tasks.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        ],
      }),
    });
    const { Role: service } = await iam.getRole({ RoleName: 'AWSBatchServiceRole' });
    const { Subnets = [] } = await ec2.describeSubnets({});
    const { SecurityGroups = [] } = await ec2.describeSecurityGroups({
      Filters: [{ Name: 'group-name', Values: ['default'] }],
    });

    // Step 4: the environment of the tutorial's table.
    await batch.createComputeEnvironment({
      computeEnvironmentName: 'ami_test',
      type: 'MANAGED',
      serviceRole: service?.Arn,
      computeResources: {
        type: 'EC2',
        minvCpus: 0,
        desiredvCpus: 0,
        maxvCpus: 256,
        instanceTypes: ['optimal'],
        imageId: ImageId,
        ec2KeyPair: 'landonkey',
        instanceRole: 'ecsInstanceRole',
        subnets: Subnets.map(({ SubnetId = '' }) => SubnetId),
        securityGroupIds: SecurityGroups.map(({ GroupId = '' }) => GroupId),
      },
    });
    await until('the environment to be VALID', async () => {
      const { computeEnvironments } = await batch.describeComputeEnvironments({
        computeEnvironments: ['ami_test'],
      });
      const [environment] = computeEnvironments ?? [];
      assert.notEqual(environment?.status, 'INVALID', environment?.statusReason);
      return environment?.status === 'VALID';
    });

    // Step 5: queue and definition. A container that needs no registry stands for amazonlinux.
    await batch.createJobQueue({
      jobQueueName: 'ami_test_queue',
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'ami_test' }],
    });
    await batch.registerJobDefinition({
      jobDefinitionName: 'ami_test_job_def',
      type: 'container',
      containerProperties: {
        image: server.image,
        command: ['df', '-h'],
        vcpus: 1,
        memory: 1000,
        jobRoleArn: Role?.Arn,
      },
      retryStrategy: { attempts: 1 },
      timeout: { attemptDurationSeconds: 100 },
    });
    const jobId = await server.submit('ami_test_job_def:1', {
      jobName: 'ami_test',
      jobQueue: 'ami_test_queue',
    });
    const job = await server.whenEnded(jobId);
    assert.equal(job.status, 'SUCCEEDED', job.statusReason);
    assert.match((await server.lines(job)).join('\n'), /^Filesystem[\s\S]* \/$/m);

    // Its instance came from the image.
    const { Reservations = [] } = await ec2.describeInstances({
      Filters: [{ Name: 'image-id', Values: [ImageId] }],
    });
    assert.ok(Reservations.flatMap(({ Instances = [] }) => Instances).length > 0);
    assert.match(job.container?.containerInstanceArn ?? '', /:container-instance\/ami_test_Batch_/);
  } finally {
    for (const client of [batch, ec2, iam]) client.destroy();
  }
});

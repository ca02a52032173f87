// The tutorial "AWS Batch Extended AMIs" as it is written, through the AWS CLI: an image of one's
// own with a larger root volume, an environment that uses it, a queue, a definition that runs `df
// -h`, a job, and its log.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsCli } from './aws-cli.ts';
import { requirement } from './requirement.ts';
import { TestServer, usersEngine } from './server.ts';
import { until } from './until.ts';

test('the tutorial on extended AMIs runs as it is written', requirement('awscli'), async () => {
  await using server = await TestServer.start(usersEngine(), ['--references', 'strict']);
  const aws = new AwsCli(server);

  // Step 1 to 3: an image with 111 GB of root storage, made from the ECS-optimized one, and what
  // goes with it.
  const { Images } =
    (await aws.json`ec2 describe-images --owners amazon --filters Name=name,Values=al2023-ami-ecs-hvm-* Name=architecture,Values=x86_64`) as {
      Images: {
        CreationDate: string;
        RootDeviceName: string;
        BlockDeviceMappings: { Ebs: { SnapshotId: string; VolumeSize: number } }[];
      }[];
    };
  const newest = Images.toSorted((a, b) => (a.CreationDate < b.CreationDate ? 1 : -1))[0];
  const root = newest?.BlockDeviceMappings[0]?.Ebs;
  assert.equal(root?.VolumeSize, 30);
  const mapping = JSON.stringify([
    {
      DeviceName: newest?.RootDeviceName,
      Ebs: { SnapshotId: root.SnapshotId, VolumeSize: 111, DeleteOnTermination: true },
    },
  ]);
  const { ImageId } =
    (await aws.json`ec2 register-image --name extended --architecture x86_64 --virtualization-type hvm --root-device-name ${newest?.RootDeviceName ?? ''} --block-device-mappings ${mapping}`) as {
      ImageId: string;
    };
  await aws.json`ec2 create-key-pair --key-name landonkey`;
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'ecs-tasks.amazonaws.com' },
        Action: 'sts:AssumeRole',
      },
    ],
  });
  const { Role } =
    (await aws.json`iam create-role --role-name ECS_Administrator --assume-role-policy-document ${trust}`) as {
      Role: { Arn: string };
    };
  const { Role: service } = (await aws.json`iam get-role --role-name AWSBatchServiceRole`) as {
    Role: { Arn: string };
  };
  const subnets = (
    (await aws.json`ec2 describe-subnets`) as { Subnets: { SubnetId: string }[] }
  ).Subnets.map(({ SubnetId }) => SubnetId);
  const groups = (
    (await aws.json`ec2 describe-security-groups --filters Name=group-name,Values=default`) as {
      SecurityGroups: { GroupId: string }[];
    }
  ).SecurityGroups.map(({ GroupId }) => GroupId);

  // Step 4: the environment of the tutorial's table.
  const computeResources = {
    type: 'EC2',
    minvCpus: 0,
    desiredvCpus: 0,
    maxvCpus: 256,
    instanceTypes: ['optimal'],
    imageId: ImageId,
    ec2KeyPair: 'landonkey',
    instanceRole: 'ecsInstanceRole',
    subnets,
    securityGroupIds: groups,
  };
  const input = JSON.stringify({
    computeEnvironmentName: 'ami_test',
    type: 'MANAGED',
    serviceRole: service.Arn,
    computeResources,
  });
  await aws.json`batch create-compute-environment --cli-input-json ${input}`;
  await until('the environment to be VALID', async () => {
    const { computeEnvironments } =
      (await aws.json`batch describe-compute-environments --compute-environments ami_test`) as {
        computeEnvironments: { status: string; statusReason: string }[];
      };
    assert.notEqual(
      computeEnvironments[0]?.status,
      'INVALID',
      computeEnvironments[0]?.statusReason,
    );
    return computeEnvironments[0]?.status === 'VALID';
  });

  // Step 5: queue and definition. A container that needs no registry stands for amazonlinux.
  await aws.json`batch create-job-queue --job-queue-name ami_test_queue --priority 1 --compute-environment-order order=1,computeEnvironment=ami_test`;
  const container = JSON.stringify({
    image: server.image,
    command: ['df', '-h'],
    vcpus: 1,
    memory: 1000,
    jobRoleArn: Role.Arn,
  });
  await aws.json`batch register-job-definition --job-definition-name ami_test_job_def --type container --container-properties ${container} --retry-strategy attempts=1 --timeout attemptDurationSeconds=100`;
  const { jobId } =
    (await aws.json`batch submit-job --job-name ami_test --job-queue ami_test_queue --job-definition ami_test_job_def:1`) as {
      jobId: string;
    };
  const job = await server.whenEnded(jobId);
  assert.equal(job.status, 'SUCCEEDED', job.statusReason);
  const { events } =
    (await aws.json`logs get-log-events --log-group-name /aws/batch/job --log-stream-name ${job.container?.logStreamName ?? ''}`) as {
      events: { message: string }[];
    };
  assert.match(events.map(({ message }) => message).join('\n'), /^Filesystem[\s\S]* \/$/m);

  // Its instance came from the image.
  const { Reservations } =
    (await aws.json`ec2 describe-instances --filters Name=image-id,Values=${ImageId}`) as {
      Reservations: { Instances: { ImageId: string; InstanceId: string }[] }[];
    };
  assert.ok(Reservations.flatMap(({ Instances }) => Instances).length > 0);
  assert.match(job.container?.containerInstanceArn ?? '', /:container-instance\/ami_test_Batch_/);
});

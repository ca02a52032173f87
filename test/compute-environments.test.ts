// Compute environments from their making to their end, through the AWS CLI as the user guide has
// it: INVALID for each of the guide's causes and repaired, updated under running jobs in both
// modes, launched from an image and a launch template.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ComputeEnvironmentDetail, ComputeResource } from '@aws-sdk/client-batch';
import { AwsCli } from './aws-cli.ts';
import { requirement } from './requirement.ts';
import { computeResources, TestServer, usersEngine } from './server.ts';
import { until } from './until.ts';

const progressive: ComputeResource = {
  ...computeResources,
  allocationStrategy: 'BEST_FIT_PROGRESSIVE',
  instanceTypes: ['c6i.large'],
};

describe('compute environments', requirement('awscli'), () => {
  let server: TestServer;
  let aws: AwsCli;
  const open = async (...flags: string[]): Promise<void> => {
    server = await TestServer.start(usersEngine(), ['--capacity', 'vcpus=8,memory=8192', ...flags]);
    aws = new AwsCli(server);
  };
  const close = (): Promise<void> => server[Symbol.asyncDispose]();

  const create = (name: string, resources: object, more: object = {}): Promise<unknown> =>
    aws.json`batch create-compute-environment --cli-input-json ${JSON.stringify({ computeEnvironmentName: name, type: 'MANAGED', computeResources: resources, ...more })}`;
  const update = (name: string, more: object): Promise<unknown> =>
    aws.json`batch update-compute-environment --cli-input-json ${JSON.stringify({ computeEnvironment: name, ...more })}`;
  const described = async (name: string): Promise<ComputeEnvironmentDetail | undefined> => {
    const { computeEnvironments } =
      (await aws.json`batch describe-compute-environments --compute-environments ${name}`) as {
        computeEnvironments: ComputeEnvironmentDetail[];
      };
    return computeEnvironments[0];
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
      await assert.rejects(
        aws.json`batch create-job-queue --job-queue-name role --priority 1 --compute-environment-order order=1,computeEnvironment=role`,
        /INVALID/,
      );
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
      const trust = JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'batch.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        ],
      });
      await aws.json`iam create-role --role-name AWSBatchServiceRol --assume-role-policy-document ${trust}`;
      await update('bare', { state: 'ENABLED' });
      assert.equal((await settled('bare')).status, 'VALID');
    });

    // User guide, Spot Instances Not Tagged on Creation.
    test('Spot Instances are tagged by what the Spot Fleet role may do when they are launched', async () => {
      const trust = JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'spotfleet.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        ],
      });
      const policies = 'arn:aws:iam::aws:policy/service-role/';
      const { Role } =
        await aws.json`iam create-role --role-name OldSpot --assume-role-policy-document ${trust}`;
      await aws.text`iam attach-role-policy --role-name OldSpot --policy-arn ${`${policies}AmazonEC2SpotFleetRole`}`;
      const spot = {
        ...progressive,
        type: 'SPOT',
        allocationStrategy: 'BEST_FIT',
        spotIamFleetRole: Role.Arn,
        minvCpus: 2,
        tags: { team: 'docks' },
      };
      const tags = async (name: string): Promise<unknown> => {
        const { ecsClusterArn } = (await described(name)) ?? {};
        return until('an instance', async () => {
          const arns =
            (await aws.json`ecs list-container-instances --cluster ${ecsClusterArn ?? ''} --query containerInstanceArns`) as string[];
          if (arns.length === 0) return undefined;
          const id =
            await aws.json`ecs describe-container-instances --cluster ${ecsClusterArn ?? ''} --container-instances ${arns[0] ?? ''} --query containerInstances[0].ec2InstanceId`;
          return (await aws.json`ec2 describe-instances --instance-ids ${id as string} --query Reservations[0].Instances[0].Tags`) as unknown;
        });
      };
      await create('untagged', spot);
      await settled('untagged');
      assert.deepEqual(await tags('untagged'), []);
      await aws.text`iam attach-role-policy --role-name OldSpot --policy-arn ${`${policies}AmazonEC2SpotFleetTaggingRole`}`;
      await aws.text`iam detach-role-policy --role-name OldSpot --policy-arn ${`${policies}AmazonEC2SpotFleetRole`}`;
      await create('tagged', spot);
      await settled('tagged');
      assert.deepEqual(await tags('tagged'), [{ Key: 'team', Value: 'docks' }]);
    });

    test('an update replaces instances under running jobs: they run on and the environment is UPDATING until they have ended', async () => {
      await create('update', progressive);
      await settled('update');
      await aws.json`batch create-job-queue --job-queue-name update --priority 1 --compute-environment-order order=1,computeEnvironment=update`;
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
      await aws.json`batch terminate-job --job-id ${running} --reason enough`;
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
      await aws.json`ec2 create-launch-template --launch-template-name reserved --launch-template-data ${JSON.stringify({ UserData: userData, TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'team', Value: 'a' }] }] })}`;
      await create('reserved', {
        ...progressive,
        minvCpus: 2,
        launchTemplate: { launchTemplateName: 'reserved' },
      });
      const { ecsClusterArn = '' } = await settled('reserved');
      const [instance] = await until('an instance', async () => {
        const { containerInstanceArns } =
          (await aws.json`ecs list-container-instances --cluster ${ecsClusterArn}`) as {
            containerInstanceArns: string[];
          };
        return containerInstanceArns.length > 0 ? containerInstanceArns : undefined;
      });
      const { containerInstances } =
        (await aws.json`ecs describe-container-instances --cluster ${ecsClusterArn} --container-instances ${instance ?? ''}`) as {
          containerInstances: { registeredResources: { name: string; integerValue: number }[] }[];
        };
      assert.equal(
        containerInstances[0]?.registeredResources.find(({ name }) => name === 'MEMORY')
          ?.integerValue,
        4096 - 64 - 79 - 1024,
      );

      const { Reservations } =
        (await aws.json`ec2 describe-instances --filters Name=tag:team,Values=a`) as {
          Reservations: {
            Instances: {
              IamInstanceProfile: { Arn: string };
              BlockDeviceMappings: { DeviceName: string }[];
            }[];
          }[];
        };
      const [launched] = Reservations[0]?.Instances ?? [];
      assert.deepEqual(
        [
          launched?.IamInstanceProfile.Arn,
          launched?.BlockDeviceMappings.map(({ DeviceName }) => DeviceName),
        ],
        ['arn:aws:iam::000000000000:instance-profile/ecsInstanceRole', ['/dev/xvda']],
      );

      const { Images } =
        (await aws.json`ec2 describe-images --owners amazon --query ${'{Images: Images[?Architecture==`x86_64`]}'}`) as {
          Images: {
            RootDeviceName: string;
            BlockDeviceMappings: { Ebs: { SnapshotId: string } }[];
          }[];
        };
      const snapshot = Images[0]?.BlockDeviceMappings[0]?.Ebs.SnapshotId;
      const { ImageId } =
        (await aws.json`ec2 register-image --name old-docker --architecture x86_64 --virtualization-type hvm --root-device-name /dev/xvda --block-device-mappings ${`DeviceName=/dev/xvda,Ebs={SnapshotId=${snapshot}}`}`) as {
          ImageId: string;
        };
      await aws.text`ec2 create-tags --resources ${ImageId} --tags Key=longshore:docker,Value=1.8`;
      await create('old', { ...progressive, imageId: ImageId });
      assert.match(
        (await settled('old')).statusReason ?? '',
        new RegExp(`${ImageId} has Docker 1.8; it must have Docker 1.9 or later`),
      );
      await aws.json`batch create-job-queue --job-queue-name old --priority 1 --compute-environment-order order=1,computeEnvironment=old`;
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
      await aws.text`batch delete-compute-environment --compute-environment short`;
      await until('it is gone', async () => (await described('short')) === undefined);
    });
  });

  describe('that must name what is here', () => {
    before(() => open('--references', 'strict'));
    after(close);

    test('an unknown Spot Fleet role makes one INVALID, and creating it and any update repair it', async () => {
      const { Subnets } = (await aws.json`ec2 describe-subnets`) as {
        Subnets: { SubnetId: string }[];
      };
      const { SecurityGroups } = (await aws.json`ec2 describe-security-groups`) as {
        SecurityGroups: { GroupId: string }[];
      };
      const here = {
        subnets: [Subnets[0]?.SubnetId],
        securityGroupIds: [SecurityGroups[0]?.GroupId],
      };
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
      const trust = JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'spotfleet.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        ],
      });
      await aws.json`iam create-role --role-name my-fleet --assume-role-policy-document ${trust}`;
      await update('fleet', { state: 'ENABLED' });
      assert.equal((await settled('fleet')).status, 'VALID');
    });

    test('a bare service role name does not find a role with a path, as the guide warns', async () => {
      const { Subnets } = (await aws.json`ec2 describe-subnets`) as {
        Subnets: { SubnetId: string }[];
      };
      const { SecurityGroups } = (await aws.json`ec2 describe-security-groups`) as {
        SecurityGroups: { GroupId: string }[];
      };
      const here = {
        subnets: [Subnets[0]?.SubnetId],
        securityGroupIds: [SecurityGroups[0]?.GroupId],
      };
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

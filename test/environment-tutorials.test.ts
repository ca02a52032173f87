// The user guide's procedures about compute environments that other tests do not walk, through the
// AWS CLI and in the guide's order: a VPC with public and private subnets, the environment
// template, an unmanaged environment with its instance, images of one's own, also for GPUs, and how
// one image takes the place of another. Everything must exist here (`--references strict`).

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ComputeEnvironmentDetail } from '@aws-sdk/client-batch';
import { AwsCli } from './aws-cli.ts';
import { exampleDefinitions } from './guide.ts';
import { requirement } from './requirement.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

describe('the procedures of the user guide', { skip: requirement('awscli').skip }, () => {
  let server: TestServer;
  let aws: AwsCli;
  let folder: string;
  let subnets: string[];
  let securityGroupIds: string[];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'longshore-tutorials-'));
    server = await TestServer.start('fake', [
      '--references',
      'strict',
      '--capacity',
      'vcpus=16,memory=65536',
    ]);
    aws = new AwsCli(server);
    subnets =
      await aws.json`ec2 describe-subnets --filters Name=default-for-az,Values=true --query Subnets[].SubnetId`;
    securityGroupIds =
      await aws.json`ec2 describe-security-groups --filters Name=group-name,Values=default --query SecurityGroups[].GroupId`;
    await server.register('sample', { image: 'fake', command: ['true'] });
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  function file(name: string, content: unknown): string {
    const path = join(folder, name);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return `file://${path}`;
  }
  const described = async (name: string): Promise<ComputeEnvironmentDetail | undefined> =>
    (await aws.json`batch describe-compute-environments --compute-environments ${name}`)
      .computeEnvironments[0];
  const settled = (name: string): Promise<ComputeEnvironmentDetail> =>
    until(`${name} to settle`, async () => {
      const environment = await described(name);
      assert.notEqual(environment?.status, 'INVALID', environment?.statusReason);
      return environment?.status === 'VALID' ? environment : undefined;
    });
  const create = async (name: string, resources: object): Promise<ComputeEnvironmentDetail> => {
    const computeResources = {
      type: 'EC2',
      minvCpus: 0,
      maxvCpus: 16,
      desiredvCpus: 0,
      instanceTypes: ['optimal'],
      instanceRole: 'ecsInstanceRole',
      subnets,
      securityGroupIds,
      ...resources,
    };
    await aws.text`batch create-compute-environment --cli-input-json ${file(`${name}.json`, { computeEnvironmentName: name, type: 'MANAGED', computeResources })}`;
    return settled(name);
  };
  const queue = (name: string, ...environments: string[]): Promise<string> =>
    aws.text([
      `batch create-job-queue --job-queue-name ${name} --priority 1 --compute-environment-order ${environments.map((environment, order) => `order=${order},computeEnvironment=${environment}`).join(' ')}`,
    ]);
  const run = async (jobQueue: string, jobDefinition = 'sample') => {
    const { jobId } =
      await aws.json`batch submit-job --job-name sample --job-queue ${jobQueue} --job-definition ${jobDefinition}`;
    return server.whenStatus(jobId, 'SUCCEEDED');
  };
  /** The instance that an image's environment launched, of the image. */
  const imagesOfInstances = (environment: ComputeEnvironmentDetail): Promise<string[]> =>
    aws.json`ec2 describe-instances --filters Name=tag:environment,Values=${environment.computeEnvironmentName} --query Reservations[].Instances[].ImageId`;
  const newestImage = (name: string): Promise<string> =>
    aws.json`ec2 describe-images --owners amazon --filters Name=name,Values=${name} --query sort_by(Images,&CreationDate)[-1].ImageId`;

  // Tutorial: Creating a VPC with Public and Private Subnets for Your Compute Environments. What
  // the wizard does by itself is said here.
  test('a VPC with two public and two private subnets has jobs in both, the private ones through the NAT gateway', async () => {
    const { AllocationId } = await aws.json`ec2 allocate-address --domain vpc`;
    const {
      Vpc: { VpcId },
    } = await aws.json`ec2 create-vpc --cidr-block 10.0.0.0/16`;
    const subnet = async (block: string, zone: string): Promise<string> =>
      aws.json`ec2 create-subnet --vpc-id ${VpcId} --cidr-block ${block} --availability-zone ${zone} --query Subnet.SubnetId`;
    const [open, closed] = [
      await subnet('10.0.0.0/24', 'us-east-1a'),
      await subnet('10.0.1.0/24', 'us-east-1a'),
    ];
    const {
      InternetGateway: { InternetGatewayId },
    } = await aws.json`ec2 create-internet-gateway`;
    await aws.text`ec2 attach-internet-gateway --internet-gateway-id ${InternetGatewayId} --vpc-id ${VpcId}`;
    const {
      NatGateway: { NatGatewayId },
    } = await aws.json`ec2 create-nat-gateway --subnet-id ${open} --allocation-id ${AllocationId}`;
    const privateTable =
      await aws.json`ec2 describe-route-tables --filters Name=vpc-id,Values=${VpcId} Name=association.main,Values=true --query RouteTables[0].RouteTableId`;
    await aws.text`ec2 create-route --route-table-id ${privateTable} --destination-cidr-block 0.0.0.0/0 --nat-gateway-id ${NatGatewayId}`;
    const {
      RouteTable: { RouteTableId },
    } = await aws.json`ec2 create-route-table --vpc-id ${VpcId}`;
    await aws.text`ec2 create-route --route-table-id ${RouteTableId} --destination-cidr-block 0.0.0.0/0 --gateway-id ${InternetGatewayId}`;
    await aws.text`ec2 associate-route-table --route-table-id ${RouteTableId} --subnet-id ${open}`;
    // Step 3: another of each in another zone; the public one changes its table and assigns
    // addresses.
    const closedToo = await subnet('10.0.3.0/24', 'us-east-1b');
    const openToo = await subnet('10.0.2.0/24', 'us-east-1b');
    await aws.text`ec2 associate-route-table --route-table-id ${RouteTableId} --subnet-id ${openToo}`;
    await aws.text`ec2 modify-subnet-attribute --subnet-id ${openToo} --map-public-ip-on-launch`;

    const groups =
      await aws.json`ec2 describe-security-groups --filters Name=vpc-id,Values=${VpcId} --query SecurityGroups[].GroupId`;
    await create('private', {
      subnets: [closed, closedToo],
      securityGroupIds: groups,
      tags: { network: 'private' },
    });
    await create('public', {
      subnets: [openToo],
      securityGroupIds: groups,
      tags: { network: 'public' },
    });
    for (const name of ['private', 'public']) {
      await queue(name, name);
      await run(name);
    }
    const where = (network: string): Promise<[string, string][]> =>
      aws.json`ec2 describe-instances --filters Name=tag:network,Values=${network} --query Reservations[].Instances[].[VpcId,SubnetId]`;
    for (const [vpc, id] of await where('private'))
      assert.ok(vpc === VpcId && [closed, closedToo].includes(id), id);
    assert.ok((await where('public')).every(([, id]) => id === openToo));
  });

  // Compute Environment Template: the skeleton as printed, with what a managed environment needs
  // filled in and all else left empty.
  test('an environment is made from the template of the guide', async () => {
    const template = {
      computeEnvironmentName: 'from-template',
      type: 'MANAGED',
      state: 'ENABLED',
      computeResources: {
        type: 'EC2',
        minvCpus: 0,
        maxvCpus: 4,
        desiredvCpus: 0,
        instanceTypes: ['m5.large'],
        imageId: '',
        subnets,
        securityGroupIds,
        ec2KeyPair: '',
        instanceRole: 'ecsInstanceRole',
        tags: { KeyName: '' },
        bidPercentage: 0,
        spotIamFleetRole: '',
        launchTemplate: { launchTemplateId: '', launchTemplateName: '', version: '' },
      },
      serviceRole: '',
    };
    await aws.text`batch create-compute-environment --cli-input-json ${file('template.json', template)}`;
    const { computeResources } = await settled('from-template');
    assert.deepEqual(
      [computeResources?.instanceTypes, computeResources?.imageId, computeResources?.ec2KeyPair],
      [['m5.large'], undefined, undefined],
    );
    await queue('from-template', 'from-template');
    await run('from-template');
  });

  // To create an unmanaged compute environment, steps 9 and 10: the query and the user data as
  // written.
  test('an unmanaged environment runs jobs on an instance whose user data names its cluster', async () => {
    const serviceRole =
      await aws.json`iam get-role --role-name AWSBatchServiceRole --query Role.Arn`;
    await aws.text`batch create-compute-environment --compute-environment-name unmanagedCE --type UNMANAGED --state ENABLED --service-role ${serviceRole}`;
    await settled('unmanagedCE');
    const [ecsClusterArn] =
      await aws.json`batch describe-compute-environments --compute-environments unmanagedCE --query computeEnvironments[].ecsClusterArn`;
    const userData = file(
      'user-data.sh',
      `#!/bin/bash\necho "ECS_CLUSTER=${ecsClusterArn}" >> /etc/ecs/ecs.config\n`,
    );
    const image = await newestImage('amzn2-ami-ecs-hvm-*-x86_64-ebs');
    const id =
      await aws.json`ec2 run-instances --image-id ${image} --instance-type m5.large --iam-instance-profile Name=ecsInstanceRole --subnet-id ${subnets[0]} --user-data ${userData} --query Instances[0].InstanceId`;
    await queue('unmanaged', 'unmanagedCE');
    const { container } = await run('unmanaged');
    assert.equal(
      await aws.json`ecs describe-container-instances --cluster ${ecsClusterArn} --container-instances ${container?.containerInstanceArn} --query containerInstances[0].ec2InstanceId`,
      id,
    );
    await aws.text`ec2 terminate-instances --instance-ids ${id}`;
  });

  // To create a custom compute resource AMI; To use your new AMI with AWS Batch. Then the note of
  // Compute resource AMIs: "To use a new AMI for your AWS Batch jobs".
  test('an image of one’s own is made from an instance, used, and a newer one takes its place in the queue', async () => {
    const disks = JSON.stringify([
      { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 100, VolumeType: 'gp2' } },
    ]);
    const base = await newestImage('amzn2-ami-ecs-hvm-*-x86_64-ebs');
    const instance =
      await aws.json`ec2 run-instances --image-id ${base} --instance-type m5.large --block-device-mappings ${disks} --query Instances[0].InstanceId`;
    const image = (name: string): Promise<string> =>
      aws.json`ec2 create-image --instance-id ${instance} --name ${name} --query ImageId`;
    const [first, second] = [await image('custom-1'), await image('custom-2')];
    await aws.text`ec2 wait image-available --image-ids ${first} ${second}`;
    assert.equal(
      await aws.json`ec2 describe-images --image-ids ${first} --query Images[0].BlockDeviceMappings[0].Ebs.VolumeSize`,
      100,
    );
    await aws.text`ec2 terminate-instances --instance-ids ${instance}`;

    const earlier = await create('custom', { imageId: first, tags: { environment: 'custom' } });
    await queue('custom', 'custom');
    await run('custom');
    assert.ok((await imagesOfInstances(earlier)).every((id) => id === first));

    const newer = await create('newer', { imageId: second, tags: { environment: 'newer' } });
    await aws.text`batch update-job-queue --job-queue custom --compute-environment-order order=1,computeEnvironment=custom order=2,computeEnvironment=newer`;
    await aws.text`batch update-job-queue --job-queue custom --compute-environment-order order=1,computeEnvironment=newer`;
    await aws.text`batch update-compute-environment --compute-environment custom --state DISABLED`;
    await aws.text`batch delete-compute-environment --compute-environment custom`;
    await until('it is gone', async () => (await described('custom')) === undefined);
    await run('custom');
    const images = await imagesOfInstances(newer);
    assert.ok(images.length > 0 && images.every((id) => id === second));
  });

  // Compute resource AMIs, "enhanced updating": no service role, BEST_FIT_PROGRESSIVE,
  // updateToLatestImageVersion, no image named but by the template's $Latest.
  test('an update to the latest image takes the newest version of the launch template', async () => {
    const [old, recent] =
      await aws.json`ec2 describe-images --owners amazon --filters Name=name,Values=al2023-ami-ecs-hvm-*-x86_64 --query sort_by(Images,&CreationDate)[-2:].ImageId`;
    await aws.text`ec2 create-launch-template --launch-template-name images --launch-template-data ImageId=${old}`;
    const environment = await create('enhanced', {
      allocationStrategy: 'BEST_FIT_PROGRESSIVE',
      launchTemplate: { launchTemplateName: 'images', version: '$Latest' },
      minvCpus: 2,
      desiredvCpus: 2,
      instanceTypes: ['m5.large'],
      tags: { environment: 'enhanced' },
    });
    await until('an instance of the first image', async () =>
      (await imagesOfInstances(environment)).includes(old),
    );
    await aws.text`ec2 create-launch-template-version --launch-template-name images --launch-template-data ImageId=${recent}`;
    await aws.text`batch update-compute-environment --compute-environment enhanced --compute-resources updateToLatestImageVersion=true`;
    await until('the old ones to be replaced', async () => {
      const running =
        await aws.json`ec2 describe-instances --filters Name=tag:environment,Values=enhanced Name=instance-state-name,Values=running --query Reservations[].Instances[].ImageId`;
      return running.length === 1 && running[0] === recent;
    });
    assert.equal((await settled('enhanced')).status, 'VALID');
  });

  // To configure the Deep Learning AMI for AWS Batch: what configure-gpu.sh installs is said by the
  // image's tags. Test GPU Functionality: the definition as written.
  test('an image for GPUs is made from a P3 instance, and the example of the guide runs on it', async () => {
    const base = await newestImage('amzn2-ami-ecs-gpu-hvm-*-x86_64-ebs');
    const instance =
      await aws.json`ec2 run-instances --image-id ${base} --instance-type p3.2xlarge --query Instances[0].InstanceId`;
    const image =
      await aws.json`ec2 create-image --instance-id ${instance} --name gpu --query ImageId`;
    await create('gpu', {
      imageId: image,
      instanceTypes: ['p3.2xlarge'],
      tags: { environment: 'gpu' },
    });
    await queue('gpu', 'gpu');
    await aws.text`batch register-job-definition --cli-input-json ${file('tensorflow_mnist_deep.json', { ...exampleDefinitions[2] })}`;
    const { jobId } =
      await aws.json`batch submit-job --job-name gpu --job-queue gpu --job-definition tensorflow_mnist_deep`;
    const job = await server.whenEnded(jobId);
    const type =
      await aws.json`ecs describe-container-instances --cluster ${(await described('gpu'))?.ecsClusterArn} --container-instances ${job.container?.containerInstanceArn}`;
    assert.deepEqual([job.status, type.failures.length], ['SUCCEEDED', type.failures.length]);
    assert.ok(
      (
        await aws.json`ec2 describe-instances --filters Name=tag:environment,Values=gpu --query Reservations[].Instances[].InstanceType`
      ).every((one: string) => one === 'p3.2xlarge'),
    );
  });
});

// The user guide's procedures about compute environments that other tests do not walk, in the
// guide's order: a VPC with public and private subnets, the environment template, an unmanaged
// environment with its instance, images of one's own, also for GPUs, and how one image takes the
// place of another. Through the SDK, and through the AWS CLI where a file is handed to it.
// Everything must exist here (`--references strict`).

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  Batch,
  type ComputeEnvironmentDetail,
  type ComputeResource,
  type JobDetail,
} from '@aws-sdk/client-batch';
import {
  EC2,
  waitUntilImageAvailable,
  type _InstanceType,
  type Image,
  type Instance,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { ECS, type ContainerInstance } from '@aws-sdk/client-ecs';
import { AwsCli } from './aws-cli.ts';
import { exampleDefinitions } from './guide.ts';
import { requirement } from './requirement.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

describe('the procedures of the user guide', () => {
  let server: TestServer;
  let batch: Batch;
  let ec2: EC2;
  let ecs: ECS;
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
    batch = new Batch(server.clientOptions());
    ec2 = new EC2(server.clientOptions());
    ecs = new ECS(server.clientOptions());
    const { Subnets = [] } = await ec2.describeSubnets({
      Filters: [{ Name: 'default-for-az', Values: ['true'] }],
    });
    subnets = Subnets.map(({ SubnetId = '' }) => SubnetId);
    securityGroupIds = await groupsOf('group-name', 'default');
    await server.register('sample', { image: 'fake', command: ['true'] });
  });
  after(async () => {
    for (const client of [batch, ec2, ecs]) client.destroy();
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  function file(name: string, content: string): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return `file://${path}`;
  }
  const groupsOf = async (filter: string, value: string): Promise<string[]> => {
    const { SecurityGroups = [] } = await ec2.describeSecurityGroups({
      Filters: [{ Name: filter, Values: [value] }],
    });
    return SecurityGroups.map(({ GroupId = '' }) => GroupId);
  };
  const described = async (name: string): Promise<ComputeEnvironmentDetail | undefined> =>
    (await batch.describeComputeEnvironments({ computeEnvironments: [name] }))
      .computeEnvironments?.[0];
  const settled = (name: string): Promise<ComputeEnvironmentDetail> =>
    until(`${name} to settle`, async () => {
      const environment = await described(name);
      assert.notEqual(environment?.status, 'INVALID', environment?.statusReason);
      return environment?.status === 'VALID' ? environment : undefined;
    });
  const create = async (name: string, resources: Partial<ComputeResource>): Promise<void> => {
    await batch.createComputeEnvironment({
      computeEnvironmentName: name,
      type: 'MANAGED',
      computeResources: {
        type: 'EC2',
        minvCpus: 0,
        maxvCpus: 16,
        desiredvCpus: 0,
        instanceTypes: ['optimal'],
        instanceRole: 'ecsInstanceRole',
        subnets,
        securityGroupIds,
        ...resources,
      },
    });
    await settled(name);
  };
  const queue = (name: string, computeEnvironment = name): Promise<unknown> =>
    batch.createJobQueue({
      jobQueueName: name,
      priority: 1,
      computeEnvironmentOrder: [{ order: 0, computeEnvironment }],
    });
  const run = async (jobQueue: string, jobDefinition = 'sample'): Promise<JobDetail> =>
    server.whenStatus(await server.submit(jobDefinition, { jobQueue }), 'SUCCEEDED');
  /** Those with a tag that the environments here give their instances. */
  const instancesTagged = async (key: string, value: string): Promise<Instance[]> => {
    const { Reservations = [] } = await ec2.describeInstances({
      Filters: [{ Name: `tag:${key}`, Values: [value] }],
    });
    return Reservations.flatMap(({ Instances = [] }) => Instances);
  };
  const imagesOfInstances = async (environment: string): Promise<(string | undefined)[]> =>
    (await instancesTagged('environment', environment)).map(({ ImageId }) => ImageId);
  /** Amazon's of a name, the newest last. */
  const amazonsImages = async (name: string): Promise<Image[]> => {
    const { Images = [] } = await ec2.describeImages({
      Owners: ['amazon'],
      Filters: [{ Name: 'name', Values: [name] }],
    });
    return Images.toSorted((a, b) => ((a.CreationDate ?? '') < (b.CreationDate ?? '') ? -1 : 1));
  };
  const newestImage = async (name: string): Promise<string> =>
    (await amazonsImages(name)).at(-1)?.ImageId ?? '';
  const launch = async (
    ImageId: string,
    InstanceType: _InstanceType,
    more: Partial<RunInstancesCommandInput> = {},
  ): Promise<string> => {
    const { Instances } = await ec2.runInstances({
      ImageId,
      InstanceType,
      MinCount: 1,
      MaxCount: 1,
      ...more,
    });
    return Instances?.[0]?.InstanceId ?? '';
  };
  const imageOf = async (InstanceId: string, Name: string): Promise<string> =>
    (await ec2.createImage({ InstanceId, Name })).ImageId ?? '';
  const containerInstanceOf = async (
    job: JobDetail,
    cluster: string | undefined,
  ): Promise<ContainerInstance | undefined> => {
    const { containerInstances } = await ecs.describeContainerInstances({
      cluster,
      containerInstances: [job.container?.containerInstanceArn ?? ''],
    });
    return containerInstances?.[0];
  };

  // Tutorial: Creating a VPC with Public and Private Subnets for Your Compute Environments. What
  // the wizard does by itself is said here.
  test('a VPC with two public and two private subnets has jobs in both, the private ones through the NAT gateway', async () => {
    const { AllocationId } = await ec2.allocateAddress({ Domain: 'vpc' });
    const VpcId = (await ec2.createVpc({ CidrBlock: '10.0.0.0/16' })).Vpc?.VpcId ?? '';
    const subnet = async (CidrBlock: string, AvailabilityZone: string): Promise<string> =>
      (await ec2.createSubnet({ VpcId, CidrBlock, AvailabilityZone })).Subnet?.SubnetId ?? '';
    const [open, closed] = [
      await subnet('10.0.0.0/24', 'us-east-1a'),
      await subnet('10.0.1.0/24', 'us-east-1a'),
    ];
    const InternetGatewayId = (await ec2.createInternetGateway({})).InternetGateway
      ?.InternetGatewayId;
    await ec2.attachInternetGateway({ InternetGatewayId, VpcId });
    const NatGatewayId = (await ec2.createNatGateway({ SubnetId: open, AllocationId })).NatGateway
      ?.NatGatewayId;
    const { RouteTables } = await ec2.describeRouteTables({
      Filters: [
        { Name: 'vpc-id', Values: [VpcId] },
        { Name: 'association.main', Values: ['true'] },
      ],
    });
    await ec2.createRoute({
      RouteTableId: RouteTables?.[0]?.RouteTableId,
      DestinationCidrBlock: '0.0.0.0/0',
      NatGatewayId,
    });
    const RouteTableId = (await ec2.createRouteTable({ VpcId })).RouteTable?.RouteTableId;
    await ec2.createRoute({
      RouteTableId,
      DestinationCidrBlock: '0.0.0.0/0',
      GatewayId: InternetGatewayId,
    });
    await ec2.associateRouteTable({ RouteTableId, SubnetId: open });
    // Step 3: another of each in another zone; the public one changes its table and assigns
    // addresses.
    const closedToo = await subnet('10.0.3.0/24', 'us-east-1b');
    const openToo = await subnet('10.0.2.0/24', 'us-east-1b');
    await ec2.associateRouteTable({ RouteTableId, SubnetId: openToo });
    await ec2.modifySubnetAttribute({
      SubnetId: openToo,
      MapPublicIpOnLaunch: { Value: true },
    });

    const groups = await groupsOf('vpc-id', VpcId);
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
      await queue(name);
      await run(name);
    }
    for (const instance of await instancesTagged('network', 'private'))
      assert.ok(
        instance.VpcId === VpcId && [closed, closedToo].includes(instance.SubnetId ?? ''),
        instance.SubnetId,
      );
    assert.ok(
      (await instancesTagged('network', 'public')).every(({ SubnetId }) => SubnetId === openToo),
    );
  });

  // Compute Environment Template: the skeleton as printed, with what a managed environment needs
  // filled in and all else left empty.
  test('an environment is made from the template of the guide', requirement('awscli'), async () => {
    const aws = new AwsCli(server);
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
    await aws.text`batch create-compute-environment --cli-input-json ${file('template.json', JSON.stringify(template))}`;
    const { computeResources } = await settled('from-template');
    assert.deepEqual(
      [computeResources?.instanceTypes, computeResources?.imageId, computeResources?.ec2KeyPair],
      [['m5.large'], undefined, undefined],
    );
    await queue('from-template');
    await run('from-template');
  });

  // To create an unmanaged compute environment, steps 9 and 10: the query and the user data as
  // written.
  test(
    'an unmanaged environment runs jobs on an instance whose user data names its cluster',
    requirement('awscli'),
    async () => {
      const aws = new AwsCli(server);
      const serviceRole =
        await aws.json`iam get-role --role-name AWSBatchServiceRole --query Role.Arn`;
      await batch.createComputeEnvironment({
        computeEnvironmentName: 'unmanagedCE',
        type: 'UNMANAGED',
        state: 'ENABLED',
        serviceRole,
      });
      const { ecsClusterArn } = await settled('unmanagedCE');
      const userData = file(
        'user-data.sh',
        `#!/bin/bash\necho "ECS_CLUSTER=${ecsClusterArn}" >> /etc/ecs/ecs.config\n`,
      );
      const image = await newestImage('amzn2-ami-ecs-hvm-*-x86_64-ebs');
      const id =
        await aws.json`ec2 run-instances --image-id ${image} --instance-type m5.large --iam-instance-profile Name=ecsInstanceRole --subnet-id ${subnets[0]} --user-data ${userData} --query Instances[0].InstanceId`;
      await queue('unmanaged', 'unmanagedCE');
      const job = await run('unmanaged');
      assert.equal((await containerInstanceOf(job, ecsClusterArn))?.ec2InstanceId, id);
      await ec2.terminateInstances({ InstanceIds: [id] });
    },
  );

  // To create a custom compute resource AMI; To use your new AMI with AWS Batch. Then the note of
  // Compute resource AMIs: "To use a new AMI for your AWS Batch jobs".
  test('an image of one’s own is made from an instance, used, and a newer one takes its place in the queue', async () => {
    const base = await newestImage('amzn2-ami-ecs-hvm-*-x86_64-ebs');
    const instance = await launch(base, 'm5.large', {
      BlockDeviceMappings: [
        { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 100, VolumeType: 'gp2' } },
      ],
    });
    const [first, second] = [
      await imageOf(instance, 'custom-1'),
      await imageOf(instance, 'custom-2'),
    ];
    await waitUntilImageAvailable({ client: ec2, maxWaitTime: 60 }, { ImageIds: [first, second] });
    const { Images } = await ec2.describeImages({ ImageIds: [first] });
    assert.equal(Images?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.VolumeSize, 100);
    await ec2.terminateInstances({ InstanceIds: [instance] });

    await create('custom', { imageId: first, tags: { environment: 'custom' } });
    await queue('custom');
    await run('custom');
    assert.ok((await imagesOfInstances('custom')).every((id) => id === first));

    await create('newer', { imageId: second, tags: { environment: 'newer' } });
    for (const names of [['custom', 'newer'], ['newer']])
      await batch.updateJobQueue({
        jobQueue: 'custom',
        computeEnvironmentOrder: names.map((computeEnvironment, index) => ({
          order: index + 1,
          computeEnvironment,
        })),
      });
    await batch.updateComputeEnvironment({ computeEnvironment: 'custom', state: 'DISABLED' });
    await batch.deleteComputeEnvironment({ computeEnvironment: 'custom' });
    await until('it is gone', async () => (await described('custom')) === undefined);
    await run('custom');
    const images = await imagesOfInstances('newer');
    assert.ok(images.length > 0 && images.every((id) => id === second));
  });

  // Compute resource AMIs, "enhanced updating": no service role, BEST_FIT_PROGRESSIVE,
  // updateToLatestImageVersion, no image named but by the template's $Latest.
  test('an update to the latest image takes the newest version of the launch template', async () => {
    const [old, recent] = (await amazonsImages('al2023-ami-ecs-hvm-*-x86_64')).slice(-2);
    await ec2.createLaunchTemplate({
      LaunchTemplateName: 'images',
      LaunchTemplateData: { ImageId: old?.ImageId },
    });
    await create('enhanced', {
      allocationStrategy: 'BEST_FIT_PROGRESSIVE',
      launchTemplate: { launchTemplateName: 'images', version: '$Latest' },
      minvCpus: 2,
      desiredvCpus: 2,
      instanceTypes: ['m5.large'],
      tags: { environment: 'enhanced' },
    });
    await until('an instance of the first image', async () =>
      (await imagesOfInstances('enhanced')).includes(old?.ImageId),
    );
    await ec2.createLaunchTemplateVersion({
      LaunchTemplateName: 'images',
      LaunchTemplateData: { ImageId: recent?.ImageId },
    });
    await batch.updateComputeEnvironment({
      computeEnvironment: 'enhanced',
      computeResources: { updateToLatestImageVersion: true },
    });
    await until('the old ones to be replaced', async () => {
      const running = (await instancesTagged('environment', 'enhanced')).filter(
        ({ State }) => State?.Name === 'running',
      );
      return running.length === 1 && running[0]?.ImageId === recent?.ImageId;
    });
    assert.equal((await settled('enhanced')).status, 'VALID');
  });

  // To configure the Deep Learning AMI for AWS Batch: what configure-gpu.sh installs is said by the
  // image's tags. Test GPU Functionality: the definition as written.
  test('an image for GPUs is made from a P3 instance, and the example of the guide runs on it', async () => {
    const base = await newestImage('amzn2-ami-ecs-gpu-hvm-*-x86_64-ebs');
    const image = await imageOf(await launch(base, 'p3.2xlarge'), 'gpu');
    await create('gpu', {
      imageId: image,
      instanceTypes: ['p3.2xlarge'],
      tags: { environment: 'gpu' },
    });
    await queue('gpu');
    await batch.registerJobDefinition(exampleDefinitions[2]);
    const job = await server.whenEnded(
      await server.submit('tensorflow_mnist_deep', { jobQueue: 'gpu' }),
    );
    assert.equal(job.status, 'SUCCEEDED');
    assert.ok(
      (await containerInstanceOf(job, (await described('gpu'))?.ecsClusterArn)) !== undefined,
    );
    assert.ok(
      (await instancesTagged('environment', 'gpu')).every(
        ({ InstanceType }) => InstanceType === 'p3.2xlarge',
      ),
    );
  });
});

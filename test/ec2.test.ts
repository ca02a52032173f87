// EC2's networks through the SDK's client and the AWS CLI against the real program: made as
// tutorials and Terraform make them, kept over a restart, and taken away in the order that AWS
// demands. The CLI does each operation once.

import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateKeyPairCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteVpcCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2,
  paginateDescribeSubnets,
  waitUntilNatGatewayDeleted,
  waitUntilVpcAvailable,
  type _InstanceType,
} from '@aws-sdk/client-ec2';
import { AwsCli } from './aws-cli.ts';
import { requirement } from './requirement.ts';
import { TestServer } from './server.ts';

describe('EC2', () => {
  let server: TestServer;
  let client: EC2;
  before(async () => {
    server = await TestServer.start('fake');
    client = new EC2(server.clientOptions());
  });
  after(async () => {
    client.destroy();
    await server[Symbol.asyncDispose]();
  });

  test('the SDK makes a network, and finds it after a restart', async () => {
    const { Vpc } = await client.send(
      new CreateVpcCommand({
        CidrBlock: '10.0.0.0/16',
        TagSpecifications: [{ ResourceType: 'vpc', Tags: [{ Key: 'Name', Value: 'a <b> & "c"' }] }],
      }),
    );
    const VpcId = Vpc?.VpcId ?? '';
    await waitUntilVpcAvailable({ client, maxWaitTime: 60 }, { VpcIds: [VpcId] });
    for (const third of [1, 2, 3, 4, 5, 6])
      await client.send(new CreateSubnetCommand({ VpcId, CidrBlock: `10.0.${third}.0/24` }));
    const { SecurityGroups } = await client.send(
      new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'vpc-id', Values: [VpcId] }] }),
    );
    const GroupId = SecurityGroups?.[0]?.GroupId;
    await client.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: [
          {
            IpProtocol: 'tcp',
            FromPort: 22,
            ToPort: 22,
            IpRanges: [{ CidrIp: '192.0.2.0/24', Description: 'office' }],
          },
        ],
      }),
    );
    await assert.rejects(client.send(new DeleteVpcCommand({ VpcId })), {
      name: 'DependencyViolation',
      message: `The vpc '${VpcId}' has dependencies and cannot be deleted.`,
    });
    client.destroy();
    await server.restart();
    client = new EC2(server.clientOptions());
    const { Vpcs } = await client.send(
      new DescribeVpcsCommand({ Filters: [{ Name: 'tag:Name', Values: ['a <b>*'] }] }),
    );
    assert.deepEqual(
      [Vpcs?.length, Vpcs?.[0]?.VpcId, Vpcs?.[0]?.Tags],
      [1, VpcId, [{ Key: 'Name', Value: 'a <b> & "c"' }]],
    );
    const again = await client.send(
      new DescribeSecurityGroupsCommand({ GroupIds: [GroupId ?? ''] }),
    );
    assert.deepEqual(
      again.SecurityGroups?.[0]?.IpPermissions?.find(({ FromPort }) => FromPort === 22)?.IpRanges,
      [{ CidrIp: '192.0.2.0/24', Description: 'office' }],
    );
    let subnets = 0;
    for await (const page of paginateDescribeSubnets(
      { client, pageSize: 5 },
      { Filters: [{ Name: 'vpc-id', Values: [VpcId] }] },
    ))
      subnets += page.Subnets?.length ?? 0;
    assert.equal(subnets, 6);
  });

  test('a key pair is a real one', async () => {
    for (const KeyType of ['rsa', 'ed25519'] as const) {
      const { KeyMaterial = '', KeyPairId } = await client.send(
        new CreateKeyPairCommand({ KeyName: KeyType, KeyType }),
      );
      assert.equal(createPrivateKey(KeyMaterial).asymmetricKeyType, KeyType);
      const { KeyPairs } = await client.send(
        new DescribeKeyPairsCommand({ KeyPairIds: [KeyPairId ?? ''], IncludePublicKey: true }),
      );
      assert.match(
        KeyPairs?.[0]?.PublicKey ?? '',
        new RegExp(`^ssh-${KeyType} AAAA[A-Za-z0-9+/=]+ ${KeyType}$`),
      );
    }
  });

  test('accounts see their own networks only', async () => {
    const other = new EC2({
      ...server.clientOptions(),
      credentials: { accessKeyId: '111111111111', secretAccessKey: 'none' },
    });
    const { Vpcs } = await other.send(new DescribeVpcsCommand({}));
    assert.deepEqual(
      Vpcs?.map(({ IsDefault, OwnerId }) => [IsDefault, OwnerId]),
      [[true, '111111111111']],
    );
    const { Subnets } = await client.send(
      new DescribeSubnetsCommand({
        SubnetIds: [
          (await client.send(new DescribeSubnetsCommand({}))).Subnets?.[0]?.SubnetId ?? '',
        ],
      }),
    );
    assert.equal(Subnets?.length, 1);
    await assert.rejects(
      other.send(new DescribeSubnetsCommand({ SubnetIds: [Subnets?.[0]?.SubnetId ?? ''] })),
      { name: 'InvalidSubnetID.NotFound' },
    );
    other.destroy();
  });

  // AWS Batch User Guide, Launch Template Support: the template and the command as written.
  test(
    'the AWS CLI makes the launch template of the guide from its file',
    { skip: requirement('awscli').skip },
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'longshore-ec2-'));
      try {
        const aws = new AwsCli(server);
        const LaunchTemplateData = {
          BlockDeviceMappings: [
            {
              DeviceName: '/dev/xvdcz',
              Ebs: { Encrypted: true, VolumeSize: 100, VolumeType: 'gp2' },
            },
          ],
        };
        const file = join(folder, 'lt-data.json');
        writeFileSync(
          file,
          JSON.stringify({
            LaunchTemplateName: 'increase-container-volume-encrypt',
            LaunchTemplateData,
          }),
        );
        const { LaunchTemplate } =
          await aws.json`ec2 --region us-east-1 create-launch-template --cli-input-json file://${file}`;
        assert.equal(LaunchTemplate.LatestVersionNumber, 1);
        await aws.text`ec2 create-launch-template-version --launch-template-id ${LaunchTemplate.LaunchTemplateId} --source-version 1 --launch-template-data KeyName=mine`;
        const shown = await aws.json([
          `ec2 describe-launch-template-versions --launch-template-name increase-container-volume-encrypt --versions $Latest --query LaunchTemplateVersions[0].LaunchTemplateData`,
        ]);
        assert.deepEqual(shown, { ...LaunchTemplateData, KeyName: 'mine' });
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  test(
    'the AWS CLI registers an image from one of Amazon’s',
    { skip: requirement('awscli').skip },
    async () => {
      const aws = new AwsCli(server);
      const query = 'sort_by(Images,&CreationDate)[-1].BlockDeviceMappings[0].Ebs.SnapshotId';
      const snapshot =
        await aws.json`ec2 describe-images --owners amazon --filters Name=name,Values=al2023-ami-ecs-hvm-*-x86_64 --query ${query}`;
      const { ImageId } =
        await aws.json`ec2 register-image --name mine --root-device-name /dev/xvda --block-device-mappings DeviceName=/dev/xvda,Ebs={SnapshotId=${snapshot}}`;
      const { Images } = await client.describeImages({ Owners: ['self'] });
      assert.deepEqual(
        Images?.map((image) => image.ImageId),
        [ImageId],
      );
      await aws.text`ec2 create-tags --resources ${ImageId} --tags Key=team,Value=docks`;
      const { Tags } = await client.describeTags({
        Filters: [{ Name: 'resource-id', Values: [ImageId] }],
      });
      assert.deepEqual(
        Tags?.map(({ Key, Value }) => [Key, Value]),
        [['team', 'docks']],
      );
      await aws.text`ec2 deregister-image --image-id ${ImageId}`;
      await assert.rejects(client.describeImages({ ImageIds: [ImageId] }), {
        name: 'InvalidAMIID.NotFound',
      });
    },
  );

  // AWS Batch User Guide, Tutorial: Creating a VPC with Public and Private Subnets for Your Compute
  // Environments, by the calls that its console pages make.
  test(
    'the AWS CLI makes the VPC of the tutorial, and takes it away again',
    { skip: requirement('awscli').skip },
    async () => {
      const aws = new AwsCli(server);
      const address = await aws.json`ec2 allocate-address --domain vpc`;
      const { Vpc } =
        await aws.json`ec2 create-vpc --cidr-block 10.0.0.0/16 --tag-specifications ResourceType=vpc,Tags=[{Key=Name,Value=batch}]`;
      await aws.text`ec2 modify-vpc-attribute --vpc-id ${Vpc.VpcId} --enable-dns-hostnames`;
      const open: string =
        await aws.json`ec2 create-subnet --vpc-id ${Vpc.VpcId} --cidr-block 10.0.0.0/24 --availability-zone us-east-1a --query Subnet.SubnetId`;
      const second = await client.createSubnet({
        VpcId: Vpc.VpcId,
        CidrBlock: '10.0.1.0/24',
        AvailabilityZone: 'us-east-1a',
      });
      const closed = second.Subnet?.SubnetId;
      await aws.text`ec2 modify-subnet-attribute --subnet-id ${open} --map-public-ip-on-launch`;
      const { InternetGateway } = await aws.json`ec2 create-internet-gateway`;
      await aws.text`ec2 attach-internet-gateway --internet-gateway-id ${InternetGateway.InternetGatewayId} --vpc-id ${Vpc.VpcId}`;
      const { NatGateway } =
        await aws.json`ec2 create-nat-gateway --subnet-id ${open} --allocation-id ${address.AllocationId}`;
      await aws.text`ec2 wait nat-gateway-available --nat-gateway-ids ${NatGateway.NatGatewayId}`;
      const { RouteTable } = await aws.json`ec2 create-route-table --vpc-id ${Vpc.VpcId}`;
      assert.equal(
        (
          await aws.json`ec2 create-route --route-table-id ${RouteTable.RouteTableId} --destination-cidr-block 0.0.0.0/0 --gateway-id ${InternetGateway.InternetGatewayId}`
        ).Return,
        true,
      );
      const { AssociationId } =
        await aws.json`ec2 associate-route-table --route-table-id ${RouteTable.RouteTableId} --subnet-id ${open}`;
      const main =
        await aws.json`ec2 describe-route-tables --filters Name=vpc-id,Values=${Vpc.VpcId} Name=association.main,Values=true --query RouteTables[0].RouteTableId`;
      await client.createRoute({
        RouteTableId: main,
        DestinationCidrBlock: '0.0.0.0/0',
        NatGatewayId: NatGateway.NatGatewayId,
      });
      const group =
        await aws.json`ec2 create-security-group --group-name workers --description ${'Batch instances'} --vpc-id ${Vpc.VpcId}`;
      assert.match(
        await aws.json`ec2 create-key-pair --key-name landonkey --query KeyMaterial`,
        /^-----BEGIN RSA PRIVATE KEY-----\n/,
      );
      await aws.text`ec2 authorize-security-group-ingress --group-id ${group.GroupId} --protocol tcp --port 22 --cidr 203.0.113.0/24`;
      assert.deepEqual(
        await aws.json`ec2 describe-subnets --filters Name=vpc-id,Values=${Vpc.VpcId} Name=map-public-ip-on-launch,Values=true --query Subnets[].SubnetId`,
        [open],
      );

      await assert.rejects(client.deleteVpc({ VpcId: Vpc.VpcId }), {
        name: 'DependencyViolation',
      });
      await aws.text`ec2 delete-security-group --group-id ${group.GroupId}`;
      await aws.text`ec2 delete-nat-gateway --nat-gateway-id ${NatGateway.NatGatewayId}`;
      await waitUntilNatGatewayDeleted(
        { client, maxWaitTime: 60 },
        { NatGatewayIds: [NatGateway.NatGatewayId] },
      );
      await aws.text`ec2 release-address --allocation-id ${address.AllocationId}`;
      await aws.text`ec2 disassociate-route-table --association-id ${AssociationId}`;
      await aws.text`ec2 delete-route-table --route-table-id ${RouteTable.RouteTableId}`;
      await aws.text`ec2 detach-internet-gateway --internet-gateway-id ${InternetGateway.InternetGatewayId} --vpc-id ${Vpc.VpcId}`;
      await aws.text`ec2 delete-internet-gateway --internet-gateway-id ${InternetGateway.InternetGatewayId}`;
      await aws.text`ec2 delete-subnet --subnet-id ${open}`;
      await client.deleteSubnet({ SubnetId: closed });
      await aws.text`ec2 delete-vpc --vpc-id ${Vpc.VpcId}`;
      assert.match(
        (await aws.run`ec2 describe-vpcs --vpc-ids ${Vpc.VpcId}`).stderr,
        /An error occurred \(InvalidVpcID\.NotFound\) when calling the DescribeVpcs operation/,
      );
    },
  );

  test(
    'instance types and where they are offered are told, page after page',
    { skip: requirement('awscli').skip },
    async () => {
      const aws = new AwsCli(server);
      const { InstanceTypes } = await client.describeInstanceTypes({ InstanceTypes: ['m5.large'] });
      assert.deepEqual(
        InstanceTypes?.map(({ VCpuInfo, MemoryInfo, ProcessorInfo }) => [
          VCpuInfo?.DefaultVCpus,
          MemoryInfo?.SizeInMiB,
          ProcessorInfo?.SupportedArchitectures,
        ]),
        [[2, 8192, ['x86_64']]],
      );
      assert.ok(
        (await aws.json`ec2 describe-instance-types --query length(InstanceTypes)`) > 1000,
        'page after page',
      );
      await assert.rejects(
        client.describeInstanceTypes({
          InstanceTypes: ['m5.huge' as _InstanceType],
        }),
        { name: 'InvalidInstanceType', message: /do not exist: \[m5\.huge\]/ },
      );
      assert.equal(
        await aws.json`ec2 describe-instance-type-offerings --location-type availability-zone --filters Name=instance-type,Values=m5.large --query InstanceTypeOfferings[0].Location`,
        'us-east-1a',
      );
    },
  );

  test('what is not built says so', async () => {
    await assert.rejects(
      client.copyImage({ Name: 'x', SourceImageId: 'ami-1', SourceRegion: 'us-west-2' }),
      {
        name: 'UnsupportedOperation',
        message: /CopyImage is not built in Longshore yet/,
      },
    );
  });
});

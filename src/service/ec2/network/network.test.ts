// EC2's networks: what a new account has, what can be made and taken away and in which order, and
// every refusal by its code.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scopeOf } from '../../../base/ids.ts';
import { context } from '../../../../test/house/caller.ts';
import { Ec2, type Answer } from '../../../../test/house/ec2.ts';

const ids = (answer: Answer, list: string, member: string): string[] =>
  (answer[list] as Answer[]).map((one) => one[member] as string);

/** A VPC with a subnet, and what else is asked for. */
async function network(ec2 = new Ec2()) {
  const vpc = (await ec2.call('CreateVpc', { CidrBlock: '10.0.0.0/16' }))['Vpc'].VpcId as string;
  const subnet = (await ec2.call('CreateSubnet', { VpcId: vpc, CidrBlock: '10.0.1.0/24' }))[
    'Subnet'
  ].SubnetId as string;
  const gateway = async (): Promise<string> => {
    const { InternetGateway } = await ec2.call('CreateInternetGateway');
    await ec2.call('AttachInternetGateway', {
      InternetGatewayId: InternetGateway.InternetGatewayId,
      VpcId: vpc,
    });
    return InternetGateway.InternetGatewayId;
  };
  return { ec2, vpc, subnet, gateway };
}

describe('a new account and region', () => {
  it('has a default VPC with a subnet in each zone, a group, a way out', async () => {
    const ec2 = new Ec2();
    const { Vpcs } = await ec2.call('DescribeVpcs', {
      Filters: [{ Name: 'isDefault', Values: ['true'] }],
    });
    assert.equal(Vpcs.length, 1);
    assert.match(Vpcs[0].VpcId, /^vpc-0[0-9a-f]{16}$/);
    assert.deepEqual(
      [Vpcs[0].CidrBlock, Vpcs[0].IsDefault, Vpcs[0].State],
      ['172.31.0.0/16', true, 'available'],
    );
    const { Subnets } = await ec2.call('DescribeSubnets', {
      Filters: [{ Name: 'vpc-id', Values: [Vpcs[0].VpcId] }],
    });
    assert.deepEqual(
      Subnets.map((one: Answer) => [
        one['AvailabilityZone'],
        one['AvailabilityZoneId'],
        one['CidrBlock'],
        one['AvailableIpAddressCount'],
        one['MapPublicIpOnLaunch'],
      ]),
      [
        ['eu-west-1a', 'euw1-az1', '172.31.0.0/20', 4091, true],
        ['eu-west-1b', 'euw1-az2', '172.31.16.0/20', 4091, true],
        ['eu-west-1c', 'euw1-az3', '172.31.32.0/20', 4091, true],
      ],
    );
    const { SecurityGroups } = await ec2.call('DescribeSecurityGroups', {
      GroupNames: ['default'],
    });
    assert.deepEqual(SecurityGroups[0].IpPermissions[0].UserIdGroupPairs, [
      { GroupId: SecurityGroups[0].GroupId, UserId: '123456789012', Description: undefined },
    ]);
    const { RouteTables } = await ec2.call('DescribeRouteTables', {
      Filters: [{ Name: 'association.main', Values: ['true'] }],
    });
    assert.deepEqual(
      RouteTables[0].Routes.map((route: Answer) => [
        route['DestinationCidrBlock'],
        route['GatewayId'].slice(0, 4),
        route['State'],
      ]),
      [
        ['172.31.0.0/16', 'loca', 'active'],
        ['0.0.0.0/0', 'igw-', 'active'],
      ],
    );
    assert.equal(
      (await ec2.call('DescribeNetworkAcls', { Filters: [{ Name: 'default', Values: ['true'] }] }))[
        'NetworkAcls'
      ][0].Associations.length,
      3,
    );
    assert.deepEqual(
      (await ec2.call('DescribeAccountAttributes', { AttributeNames: ['default-vpc'] }))[
        'AccountAttributes'
      ][0].AttributeValues,
      [{ AttributeValue: Vpcs[0].VpcId }],
    );
  });

  it('is another one in every region', async () => {
    const ec2 = new Ec2();
    const of = { ...context, region: 'us-east-1', scope: scopeOf(context.account, 'us-east-1') };
    const [here, there] = [await ec2.call('DescribeVpcs'), await ec2.call('DescribeVpcs', {}, of)];
    assert.notDeepEqual(ids(here, 'Vpcs', 'VpcId'), ids(there, 'Vpcs', 'VpcId'));
    assert.equal((await ec2.call('DescribeSubnets', {}, of))['Subnets'].length, 6);
    assert.equal(
      await ec2.refusal('DescribeVpcs', { VpcIds: ids(there, 'Vpcs', 'VpcId') }),
      'InvalidVpcID.NotFound',
    );
  });

  it('knows its regions and zones', async () => {
    const ec2 = new Ec2();
    assert.deepEqual(
      ids(
        await ec2.call('DescribeAvailabilityZones', {
          Filters: [{ Name: 'zone-id', Values: ['*-az2'] }],
        }),
        'AvailabilityZones',
        'ZoneName',
      ),
      ['eu-west-1b'],
    );
    assert.deepEqual(
      ids(await ec2.call('DescribeRegions', { RegionNames: ['us-east-1'] }), 'Regions', 'Endpoint'),
      ['ec2.us-east-1.amazonaws.com'],
    );
    assert.equal(
      await ec2.refusal('DescribeRegions', { RegionNames: ['nowhere'] }),
      'InvalidParameterValue',
    );
    assert.equal(
      await ec2.refusal('DescribeAvailabilityZones', { ZoneNames: ['us-east-1a'] }),
      'InvalidParameterValue',
    );
  });
});

describe('VPCs', () => {
  it('are made with what belongs to them, changed, and deleted with it', async () => {
    const ec2 = new Ec2();
    const { Vpc } = await ec2.call('CreateVpc', {
      CidrBlock: '10.1.2.3/16',
      TagSpecifications: [{ ResourceType: 'vpc', Tags: [{ Key: 'Name', Value: 'batch' }] }],
    });
    assert.deepEqual(
      [Vpc.CidrBlock, Vpc.IsDefault, Vpc.Tags],
      ['10.1.0.0/16', false, [{ Key: 'Name', Value: 'batch' }]],
    );
    const inIt = { Filters: [{ Name: 'vpc-id', Values: [Vpc.VpcId] }] };
    assert.deepEqual(
      ids(await ec2.call('DescribeSecurityGroups', inIt), 'SecurityGroups', 'GroupName'),
      ['default'],
    );
    assert.equal(
      (await ec2.call('DescribeRouteTables', inIt))['RouteTables'][0].Associations[0].Main,
      true,
    );
    await ec2.call('ModifyVpcAttribute', { VpcId: Vpc.VpcId, EnableDnsHostnames: { Value: true } });
    const attribute = async (Attribute: string): Promise<Answer> =>
      ec2.call('DescribeVpcAttribute', { VpcId: Vpc.VpcId, Attribute });
    assert.deepEqual((await attribute('enableDnsHostnames'))['EnableDnsHostnames'], {
      Value: true,
    });
    assert.deepEqual((await attribute('enableDnsSupport'))['EnableDnsSupport'], { Value: true });
    await ec2.call('DeleteVpc', { VpcId: Vpc.VpcId });
    for (const [name, list] of [
      ['DescribeSecurityGroups', 'SecurityGroups'],
      ['DescribeRouteTables', 'RouteTables'],
      ['DescribeVpcs', 'Vpcs'],
    ] as const)
      assert.deepEqual((await ec2.call(name, inIt))[list], []);
  });

  it('are not deleted while they hold anything', async () => {
    const { ec2, vpc, subnet, gateway } = await network();
    const InternetGatewayId = await gateway();
    const { GroupId } = await ec2.call('CreateSecurityGroup', {
      GroupName: 'g',
      Description: 'd',
      VpcId: vpc,
    });
    const { RouteTable } = await ec2.call('CreateRouteTable', { VpcId: vpc });
    for (const [name, input] of [
      ['DeleteSubnet', { SubnetId: subnet }],
      ['DetachInternetGateway', { InternetGatewayId, VpcId: vpc }],
      ['DeleteSecurityGroup', { GroupId }],
      ['DeleteRouteTable', { RouteTableId: RouteTable.RouteTableId }],
    ] as const) {
      assert.equal(await ec2.refusal('DeleteVpc', { VpcId: vpc }), 'DependencyViolation');
      await ec2.call(name, input);
    }
    await ec2.call('DeleteVpc', { VpcId: vpc });
    assert.equal(await ec2.refusal('DeleteVpc', { VpcId: vpc }), 'InvalidVpcID.NotFound');
  });

  it('are refused with what is wrong', async () => {
    const { ec2, vpc } = await network();
    for (const [name, input, code] of [
      ['CreateVpc', {}, 'MissingParameter'],
      ['CreateVpc', { CidrBlock: '10.0.0/16' }, 'InvalidParameterValue'],
      ['CreateVpc', { CidrBlock: '10.0.0.256/16' }, 'InvalidParameterValue'],
      ['CreateVpc', { CidrBlock: '10.0.0.0/8' }, 'InvalidVpc.Range'],
      ['CreateVpc', { CidrBlock: '10.0.0.0/29' }, 'InvalidVpc.Range'],
      [
        'CreateVpc',
        { CidrBlock: '10.0.0.0/16', AmazonProvidedIpv6CidrBlock: true },
        'UnsupportedOperation',
      ],
      ['CreateVpc', { CidrBlock: '10.0.0.0/16', InstanceTenancy: 'host' }, 'InvalidParameterValue'],
      [
        'CreateVpc',
        { CidrBlock: '10.0.0.0/16', TagSpecifications: [{ ResourceType: 'subnet', Tags: [] }] },
        'InvalidParameterValue',
      ],
      ['CreateVpc', { CidrBlock: '10.0.0.0/16', DryRun: true }, 'DryRunOperation 412'],
      ['ModifyVpcAttribute', { VpcId: vpc }, 'InvalidParameterCombination'],
      ['DescribeVpcAttribute', { VpcId: vpc, Attribute: 'color' }, 'InvalidParameterValue'],
      ['DescribeVpcs', { VpcIds: ['vpc-0'] }, 'InvalidVpcID.NotFound'],
      ['DescribeVpcs', { Filters: [{ Name: 'color', Values: ['x'] }] }, 'InvalidParameterValue'],
      [
        'DescribeVpcs',
        { Filters: [{ Name: 'constructor', Values: ['x'] }] },
        'InvalidParameterValue',
      ],
      ['DescribeVpcs', { MaxResults: 1 }, 'InvalidParameterValue'],
      ['DescribeVpcs', { NextToken: 'x' }, 'InvalidParameterValue'],
      ['DescribeVpcs', { DryRun: true }, 'DryRunOperation 412'],
    ] as const)
      assert.equal(await ec2.refusal(name, input), code, JSON.stringify(input));
    assert.equal((await ec2.call('DescribeVpcs'))['Vpcs'].length, 2, 'a dry run makes nothing');
  });
});

describe('subnets', () => {
  it('take a part of their VPC that is free, in a zone', async () => {
    const { ec2, vpc, subnet } = await network();
    const { Subnet } = await ec2.call('CreateSubnet', {
      VpcId: vpc,
      CidrBlock: '10.0.2.0/25',
      AvailabilityZoneId: 'euw1-az3',
    });
    assert.deepEqual(
      [Subnet.AvailabilityZone, Subnet.AvailableIpAddressCount, Subnet.SubnetArn],
      ['eu-west-1c', 123, `arn:aws:ec2:eu-west-1:123456789012:subnet/${Subnet.SubnetId}`],
    );
    await ec2.call('ModifySubnetAttribute', {
      SubnetId: subnet,
      MapPublicIpOnLaunch: { Value: true },
    });
    assert.deepEqual(
      ids(
        await ec2.call('DescribeSubnets', {
          Filters: [
            { Name: 'vpc-id', Values: [vpc] },
            { Name: 'map-public-ip-on-launch', Values: ['true'] },
          ],
        }),
        'Subnets',
        'SubnetId',
      ),
      [subnet],
    );
    for (const [input, code] of [
      [{ CidrBlock: '10.0.1.128/25' }, 'InvalidSubnet.Conflict'],
      [{ CidrBlock: '10.0.0.0/16' }, 'InvalidSubnet.Conflict'],
      [{ CidrBlock: '10.1.0.0/24' }, 'InvalidSubnet.Range'],
      [{ CidrBlock: '10.0.9.0/29' }, 'InvalidSubnet.Range'],
      [{ CidrBlock: 'x' }, 'InvalidParameterValue'],
      [{ CidrBlock: '10.0.9.0/24', AvailabilityZone: 'eu-west-1z' }, 'InvalidParameterValue'],
      [{ CidrBlock: '10.0.9.0/24', Ipv6Native: true }, 'UnsupportedOperation'],
      [{ CidrBlock: '10.0.9.0/24', VpcId: 'vpc-1' }, 'InvalidVpcID.NotFound'],
    ] as const)
      assert.equal(
        await ec2.refusal('CreateSubnet', { VpcId: vpc, ...input }),
        code,
        JSON.stringify(input),
      );
    await ec2.call('DeleteSubnet', { SubnetId: subnet });
    assert.equal(
      await ec2.refusal('DescribeSubnets', { SubnetIds: [subnet] }),
      'InvalidSubnetID.NotFound',
    );
    assert.equal(
      await ec2.refusal('ModifySubnetAttribute', { SubnetId: Subnet.SubnetId }),
      'InvalidParameterCombination',
    );
  });

  it('are told page by page', async () => {
    const { ec2, vpc } = await network();
    for (let at = 2; at < 13; at++)
      await ec2.call('CreateSubnet', { VpcId: vpc, CidrBlock: `10.0.${at}.0/24` });
    const request = { Filters: [{ Name: 'vpc-id', Values: [vpc] }], MaxResults: 5 };
    const seen: string[] = [];
    let NextToken: string | undefined;
    let pages = 0;
    do {
      const page = await ec2.call('DescribeSubnets', { ...request, NextToken });
      seen.push(...ids(page, 'Subnets', 'SubnetId'));
      NextToken = page['NextToken'] as string | undefined;
      pages++;
    } while (NextToken !== undefined);
    assert.deepEqual([seen.length, new Set(seen).size, pages], [12, 12, 3]);
  });
});

describe('security groups', () => {
  const web = {
    IpProtocol: 'tcp',
    FromPort: 443,
    ToPort: 443,
    IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'web' }],
    Ipv6Ranges: [{ CidrIpv6: '::/0' }],
  };

  it('take rules in and give them back', async () => {
    const { ec2, vpc } = await network();
    const { GroupId } = await ec2.call('CreateSecurityGroup', {
      GroupName: 'workers',
      Description: 'for jobs',
      VpcId: vpc,
    });
    const shown = async (): Promise<Answer> =>
      (await ec2.call('DescribeSecurityGroups', { GroupIds: [GroupId] }))['SecurityGroups'][0];
    assert.deepEqual(
      [(await shown())['IpPermissions'], (await shown())['IpPermissionsEgress'][0].IpProtocol],
      [[], '-1'],
    );
    const { SecurityGroupRules } = await ec2.call('AuthorizeSecurityGroupIngress', {
      GroupId,
      IpPermissions: [web, { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId }] }],
    });
    assert.deepEqual(
      SecurityGroupRules.map((rule: Answer) => [
        rule['IpProtocol'],
        rule['CidrIpv4'] ?? rule['CidrIpv6'] ?? rule['ReferencedGroupInfo'].GroupId,
      ]),
      [
        ['tcp', '0.0.0.0/0'],
        ['tcp', '::/0'],
        ['-1', GroupId],
      ],
    );
    assert.equal((await shown())['IpPermissions'].length, 2);
    await ec2.call('AuthorizeSecurityGroupIngress', {
      GroupId,
      IpProtocol: '6',
      FromPort: 22,
      ToPort: 22,
      CidrIp: '10.0.0.9/16',
    });
    const ssh = {
      IpProtocol: 'tcp',
      FromPort: 22,
      ToPort: 22,
      IpRanges: [{ CidrIp: '10.0.0.0/16' }],
    };
    assert.equal(
      await ec2.refusal('AuthorizeSecurityGroupIngress', { GroupId, IpPermissions: [ssh] }),
      'InvalidPermission.Duplicate',
    );
    assert.equal(
      (
        await ec2.call('DescribeSecurityGroupRules', {
          Filters: [{ Name: 'group-id', Values: [GroupId] }],
        })
      )['SecurityGroupRules'].length,
      5,
    );
    await ec2.call('RevokeSecurityGroupIngress', { GroupId, IpPermissions: [ssh] });
    assert.equal(
      await ec2.refusal('RevokeSecurityGroupIngress', { GroupId, IpPermissions: [ssh] }),
      'InvalidPermission.NotFound',
    );
    await ec2.call('RevokeSecurityGroupIngress', {
      GroupId,
      SecurityGroupRuleIds: [SecurityGroupRules[2].SecurityGroupRuleId],
    });
    await ec2.call('RevokeSecurityGroupEgress', {
      GroupId,
      IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    });
    assert.deepEqual(
      [(await shown())['IpPermissions'].length, (await shown())['IpPermissionsEgress']],
      [1, []],
    );
    assert.deepEqual(
      ids(
        await ec2.call('DescribeSecurityGroups', {
          Filters: [{ Name: 'ip-permission.from-port', Values: ['443'] }],
        }),
        'SecurityGroups',
        'GroupId',
      ),
      [GroupId],
    );
  });

  it('are not deleted while others name them, and the default one never', async () => {
    const { ec2, vpc } = await network();
    const make = async (GroupName: string): Promise<string> =>
      (await ec2.call('CreateSecurityGroup', { GroupName, Description: 'd', VpcId: vpc }))[
        'GroupId'
      ];
    const [a, b] = [await make('a'), await make('b')];
    await ec2.call('AuthorizeSecurityGroupEgress', {
      GroupId: b,
      IpPermissions: [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupName: 'a' }] }],
    });
    assert.equal(await ec2.refusal('DeleteSecurityGroup', { GroupId: a }), 'DependencyViolation');
    await ec2.call('DeleteSecurityGroup', { GroupId: b });
    await ec2.call('DeleteSecurityGroup', { GroupId: a });
    assert.equal(
      await ec2.refusal('DeleteSecurityGroup', { GroupName: 'default' }),
      'CannotDelete',
    );
  });

  it('are refused with what is wrong', async () => {
    const { ec2, vpc } = await network();
    const { GroupId } = await ec2.call('CreateSecurityGroup', {
      GroupName: 'g',
      Description: 'd',
      VpcId: vpc,
    });
    const rule = (permission: object) => ({
      GroupId,
      IpPermissions: [
        {
          IpProtocol: 'tcp',
          FromPort: 1,
          ToPort: 2,
          IpRanges: [{ CidrIp: '10.0.0.0/8' }],
          ...permission,
        },
      ],
    });
    for (const [name, input, code] of [
      [
        'CreateSecurityGroup',
        { GroupName: 'g', Description: 'd', VpcId: vpc },
        'InvalidGroup.Duplicate',
      ],
      ['CreateSecurityGroup', { GroupName: 'default', Description: 'd' }, 'InvalidParameterValue'],
      ['CreateSecurityGroup', { GroupName: 'sg-x', Description: 'd' }, 'InvalidParameterValue'],
      ['CreateSecurityGroup', { GroupName: 'é', Description: 'd' }, 'InvalidParameterValue'],
      [
        'CreateSecurityGroup',
        { GroupName: 'h', Description: 'd', VpcId: 'vpc-1' },
        'InvalidVpcID.NotFound',
      ],
      ['AuthorizeSecurityGroupIngress', { GroupId: 'sg-1' }, 'InvalidGroup.NotFound'],
      ['AuthorizeSecurityGroupIngress', { GroupId }, 'MissingParameter'],
      ['AuthorizeSecurityGroupIngress', rule({ IpProtocol: 'tpc' }), 'InvalidParameterValue'],
      ['AuthorizeSecurityGroupIngress', rule({ FromPort: undefined }), 'MissingParameter'],
      ['AuthorizeSecurityGroupIngress', rule({ FromPort: 3 }), 'InvalidParameterValue'],
      ['AuthorizeSecurityGroupIngress', rule({ ToPort: 65_536 }), 'InvalidParameterValue'],
      [
        'AuthorizeSecurityGroupIngress',
        rule({ IpRanges: [{ CidrIp: '10' }] }),
        'InvalidParameterValue',
      ],
      ['AuthorizeSecurityGroupIngress', rule({ IpRanges: [] }), 'MissingParameter'],
      [
        'AuthorizeSecurityGroupIngress',
        rule({ PrefixListIds: [{ PrefixListId: 'pl-1' }] }),
        'UnsupportedOperation',
      ],
      [
        'AuthorizeSecurityGroupIngress',
        rule({ IpRanges: [{ CidrIp: '1.1.1.1/32' }, { CidrIp: '1.1.1.1/32' }] }),
        'InvalidPermission.Duplicate',
      ],
      [
        'AuthorizeSecurityGroupIngress',
        rule({
          IpRanges: Array.from({ length: 61 }, (_none, at) => ({ CidrIp: `10.0.${at}.0/24` })),
        }),
        'RulesPerSecurityGroupLimitExceeded',
      ],
      [
        'RevokeSecurityGroupIngress',
        { GroupId, SecurityGroupRuleIds: ['sgr-1'] },
        'InvalidSecurityGroupRuleId.NotFound',
      ],
      ['DescribeSecurityGroups', { GroupIds: ['sg-1'] }, 'InvalidGroup.NotFound'],
      ['DescribeSecurityGroups', { GroupNames: ['g'] }, 'InvalidGroup.NotFound'],
    ] as const)
      assert.equal(await ec2.refusal(name, input), code, `${name} ${JSON.stringify(input)}`);
  });
});

describe('ways out', () => {
  it('lead through an internet gateway, and nowhere once it is gone', async () => {
    const { ec2, vpc, subnet, gateway } = await network();
    const InternetGatewayId = await gateway();
    const { RouteTable } = await ec2.call('CreateRouteTable', { VpcId: vpc });
    const { RouteTableId } = RouteTable;
    const route = { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId: InternetGatewayId };
    await ec2.call('CreateRoute', route);
    await ec2.call('CreateRoute', route);
    const { AssociationId } = await ec2.call('AssociateRouteTable', {
      RouteTableId,
      SubnetId: subnet,
    });
    const shown = async (): Promise<Answer> =>
      (
        await ec2.call('DescribeRouteTables', {
          Filters: [{ Name: 'association.subnet-id', Values: [subnet] }],
        })
      )['RouteTables'][0];
    assert.deepEqual(
      (await shown())['Routes'].map((one: Answer) => [
        one['DestinationCidrBlock'],
        one['GatewayId'],
        one['State'],
      ]),
      [
        ['10.0.0.0/16', 'local', 'active'],
        ['0.0.0.0/0', InternetGatewayId, 'active'],
      ],
    );
    assert.equal(await ec2.refusal('DeleteRouteTable', { RouteTableId }), 'DependencyViolation');
    assert.equal(
      await ec2.refusal('DeleteInternetGateway', { InternetGatewayId }),
      'DependencyViolation',
    );
    await ec2.call('DetachInternetGateway', { InternetGatewayId, VpcId: vpc });
    assert.equal((await shown())['Routes'][1].State, 'blackhole');
    await ec2.call('DeleteInternetGateway', { InternetGatewayId });
    await ec2.call('DeleteRoute', { RouteTableId, DestinationCidrBlock: '0.0.0.0/0' });
    await ec2.call('DisassociateRouteTable', { AssociationId });
    await ec2.call('DeleteRouteTable', { RouteTableId });
    assert.equal(
      await ec2.refusal('DescribeRouteTables', { RouteTableIds: [RouteTableId] }),
      'InvalidRouteTableID.NotFound',
    );
  });

  it('lead through a NAT gateway, which holds its address and its subnet', async () => {
    const { ec2, vpc, subnet, gateway } = await network();
    const { AllocationId, PublicIp } = await ec2.call('AllocateAddress', { Domain: 'vpc' });
    const nat = { SubnetId: subnet, AllocationId };
    assert.equal(await ec2.refusal('CreateNatGateway', nat), 'Gateway.NotAttached');
    const InternetGatewayId = await gateway();
    const { NatGateway } = await ec2.call('CreateNatGateway', nat);
    const { NatGatewayId } = NatGateway;
    assert.deepEqual(
      [
        NatGateway.State,
        NatGateway.NatGatewayAddresses[0].PublicIp,
        NatGateway.NatGatewayAddresses[0].PrivateIp,
      ],
      ['available', PublicIp, '10.0.1.4'],
    );
    assert.equal(
      (await ec2.call('DescribeAddresses', { PublicIps: [PublicIp] }))['Addresses'][0]
        .PrivateIpAddress,
      '10.0.1.4',
    );
    const { RouteTables } = await ec2.call('DescribeRouteTables', {
      Filters: [{ Name: 'vpc-id', Values: [vpc] }],
    });
    const { RouteTableId } = RouteTables[0];
    await ec2.call('CreateRoute', {
      RouteTableId,
      DestinationCidrBlock: '0.0.0.0/0',
      GatewayId: InternetGatewayId,
    });
    await ec2.call('ReplaceRoute', {
      RouteTableId,
      DestinationCidrBlock: '0.0.0.0/0',
      NatGatewayId,
    });
    for (const [name, input, code] of [
      ['CreateNatGateway', nat, 'Resource.AlreadyAssociated'],
      ['CreateNatGateway', { SubnetId: subnet }, 'MissingParameter'],
      [
        'CreateNatGateway',
        { SubnetId: subnet, ConnectivityType: 'private', PrivateIpAddress: '10.0.1.4' },
        'InvalidParameterValue',
      ],
      ['ReleaseAddress', { AllocationId }, 'InvalidIPAddress.InUse'],
      ['DeleteSubnet', { SubnetId: subnet }, 'DependencyViolation'],
      ['DetachInternetGateway', { InternetGatewayId, VpcId: vpc }, 'DependencyViolation'],
    ] as const)
      assert.equal(await ec2.refusal(name, input), code, name);
    await ec2.call('DeleteNatGateway', { NatGatewayId });
    assert.equal(
      (await ec2.call('DescribeNatGateways', { NatGatewayIds: [NatGatewayId] }))['NatGateways'][0]
        .State,
      'deleted',
    );
    assert.equal(
      (await ec2.call('DescribeRouteTables', { RouteTableIds: [RouteTableId] }))['RouteTables'][0]
        .Routes[1].State,
      'blackhole',
    );
    await ec2.call('ReleaseAddress', { AllocationId });
    assert.equal(
      await ec2.refusal('DescribeAddresses', { AllocationIds: [AllocationId] }),
      'InvalidAllocationID.NotFound',
    );
    await ec2.rig.clock.pass(3_600_001);
    await ec2.call('CreateNatGateway', { SubnetId: subnet, ConnectivityType: 'private' });
    assert.equal(
      await ec2.refusal('DescribeNatGateways', { NatGatewayIds: [NatGatewayId] }),
      'NatGatewayNotFound',
    );
  });

  it('are refused with what is wrong', async () => {
    const { ec2, vpc, subnet, gateway } = await network();
    const InternetGatewayId = await gateway();
    const { RouteTables } = await ec2.call('DescribeRouteTables', {
      Filters: [{ Name: 'vpc-id', Values: [vpc] }],
    });
    const { RouteTableId, Associations } = RouteTables[0];
    const route = { RouteTableId, DestinationCidrBlock: '0.0.0.0/0' };
    const { RouteTables: others } = await ec2.call('DescribeRouteTables', {
      Filters: [
        {
          Name: 'vpc-id',
          Values: [
            (
              await ec2.call('DescribeVpcs', {
                Filters: [{ Name: 'is-default', Values: ['true'] }],
              })
            )['Vpcs'][0].VpcId,
          ],
        },
      ],
    });
    await ec2.call('AssociateRouteTable', { RouteTableId, SubnetId: subnet });
    const { RouteTable: second } = await ec2.call('CreateRouteTable', { VpcId: vpc });
    for (const [name, input, code] of [
      ['CreateRoute', { ...route }, 'InvalidParameterCombination'],
      ['CreateRoute', { ...route, GatewayId: 'igw-1' }, 'InvalidGatewayID.NotFound'],
      ['CreateRoute', { ...route, GatewayId: 'vgw-1' }, 'UnsupportedOperation'],
      ['CreateRoute', { ...route, NatGatewayId: 'nat-1' }, 'NatGatewayNotFound'],
      ['CreateRoute', { ...route, InstanceId: 'i-1' }, 'UnsupportedOperation'],
      [
        'CreateRoute',
        { ...route, DestinationCidrBlock: '10.0.0.0/16', GatewayId: InternetGatewayId },
        'RouteAlreadyExists',
      ],
      [
        'CreateRoute',
        { ...route, RouteTableId: others[0].RouteTableId, GatewayId: InternetGatewayId },
        'Gateway.NotAttached',
      ],
      ['ReplaceRoute', { ...route, GatewayId: InternetGatewayId }, 'InvalidRoute.NotFound'],
      ['DeleteRoute', { ...route }, 'InvalidRoute.NotFound'],
      ['DeleteRoute', { ...route, DestinationCidrBlock: '10.0.0.0/16' }, 'InvalidParameterValue'],
      [
        'AssociateRouteTable',
        { RouteTableId: others[0].RouteTableId, SubnetId: subnet },
        'InvalidParameterValue',
      ],
      [
        'AssociateRouteTable',
        { RouteTableId: second.RouteTableId, SubnetId: subnet },
        'Resource.AlreadyAssociated',
      ],
      [
        'DisassociateRouteTable',
        { AssociationId: Associations[0].RouteTableAssociationId },
        'InvalidParameterValue',
      ],
      ['DisassociateRouteTable', { AssociationId: 'rtbassoc-1' }, 'InvalidAssociationID.NotFound'],
      ['DeleteRouteTable', { RouteTableId }, 'DependencyViolation'],
      ['AttachInternetGateway', { InternetGatewayId, VpcId: vpc }, 'Resource.AlreadyAssociated'],
      [
        'AttachInternetGateway',
        {
          InternetGatewayId: (await ec2.call('CreateInternetGateway'))['InternetGateway']
            .InternetGatewayId,
          VpcId: vpc,
        },
        'InvalidParameterValue',
      ],
      [
        'DetachInternetGateway',
        { InternetGatewayId: 'igw-1', VpcId: vpc },
        'InvalidInternetGatewayID.NotFound',
      ],
      ['ReleaseAddress', { PublicIp: '1.2.3.4' }, 'InvalidAddress.NotFound'],
      ['AllocateAddress', { Domain: 'standard' }, 'UnsupportedOperation'],
    ] as const)
      assert.equal(await ec2.refusal(name, input), code, `${name} ${JSON.stringify(input)}`);
  });

  it('another table becomes a VPC’s main one', async () => {
    const { ec2, vpc } = await network();
    const main = async (): Promise<Answer> =>
      (
        await ec2.call('DescribeRouteTables', {
          Filters: [
            { Name: 'vpc-id', Values: [vpc] },
            { Name: 'association.main', Values: ['true'] },
          ],
        })
      )['RouteTables'][0];
    const { RouteTable } = await ec2.call('CreateRouteTable', { VpcId: vpc });
    const before = await main();
    const { NewAssociationId } = await ec2.call('ReplaceRouteTableAssociation', {
      AssociationId: before['Associations'][0].RouteTableAssociationId,
      RouteTableId: RouteTable.RouteTableId,
    });
    assert.deepEqual(
      [(await main())['RouteTableId'], (await main())['Associations'][0].RouteTableAssociationId],
      [RouteTable.RouteTableId, NewAssociationId],
    );
    await ec2.call('DeleteRouteTable', { RouteTableId: before['RouteTableId'] });
  });

  it('are held by no network interface', async () => {
    const { ec2 } = await network();
    assert.deepEqual(
      (
        await ec2.call('DescribeNetworkInterfaces', {
          Filters: [{ Name: 'group-id', Values: ['sg-1'] }],
        })
      )['NetworkInterfaces'],
      [],
    );
    assert.equal(
      await ec2.refusal('DescribeNetworkInterfaces', { NetworkInterfaceIds: ['eni-1'] }),
      'InvalidNetworkInterfaceID.NotFound',
    );
  });
});

describe('where a subnet leads, as compute environments are told', () => {
  const told = (ec2: Ec2, id: string): unknown => {
    const last = ec2.rig.sent.findLast((command) => command.type === 'note-network');
    return last?.subnets.find((subnet) => subnet.id === id);
  };
  const elsewhere = '0.0.0.0/0';

  it('is nowhere, until its table leads to a gateway that is attached', async () => {
    const { ec2, vpc, subnet, gateway } = await network();
    assert.deepEqual(told(ec2, subnet), { id: subnet, wayOut: 'none', mapPublicIp: false });
    const igw = await gateway();
    const table = (await ec2.call('CreateRouteTable', { VpcId: vpc }))['RouteTable']
      .RouteTableId as string;
    await ec2.call('CreateRoute', {
      RouteTableId: table,
      DestinationCidrBlock: elsewhere,
      GatewayId: igw,
    });
    assert.deepEqual(
      told(ec2, subnet),
      { id: subnet, wayOut: 'none', mapPublicIp: false },
      'the table is not its own',
    );
    await ec2.call('AssociateRouteTable', { RouteTableId: table, SubnetId: subnet });
    await ec2.call('ModifySubnetAttribute', {
      SubnetId: subnet,
      MapPublicIpOnLaunch: { Value: true },
    });
    assert.deepEqual(told(ec2, subnet), {
      id: subnet,
      wayOut: 'internet-gateway',
      mapPublicIp: true,
    });
    await ec2.call('DetachInternetGateway', { InternetGatewayId: igw, VpcId: vpc });
    assert.deepEqual(told(ec2, subnet), { id: subnet, wayOut: 'none', mapPublicIp: true });
  });

  it('is a NAT gateway, if that one has a way out itself', async () => {
    const { ec2, vpc, subnet, gateway } = await network();
    const igw = await gateway();
    const publicSubnet = (await ec2.call('CreateSubnet', { VpcId: vpc, CidrBlock: '10.0.2.0/24' }))[
      'Subnet'
    ].SubnetId as string;
    const nat = (
      await ec2.call('CreateNatGateway', {
        SubnetId: publicSubnet,
        AllocationId: (await ec2.call('AllocateAddress'))['AllocationId'],
      })
    )['NatGateway'].NatGatewayId as string;
    const main = (
      await ec2.call('DescribeRouteTables', { Filters: [{ Name: 'vpc-id', Values: [vpc] }] })
    )['RouteTables'][0].RouteTableId as string;
    await ec2.call('CreateRoute', {
      RouteTableId: main,
      DestinationCidrBlock: elsewhere,
      NatGatewayId: nat,
    });
    assert.deepEqual(told(ec2, subnet), { id: subnet, wayOut: 'none', mapPublicIp: false });
    const table = (await ec2.call('CreateRouteTable', { VpcId: vpc }))['RouteTable']
      .RouteTableId as string;
    await ec2.call('AssociateRouteTable', { RouteTableId: table, SubnetId: publicSubnet });
    await ec2.call('CreateRoute', {
      RouteTableId: table,
      DestinationCidrBlock: elsewhere,
      GatewayId: igw,
    });
    assert.deepEqual(told(ec2, subnet), { id: subnet, wayOut: 'nat-gateway', mapPublicIp: false });
    await ec2.call('DeleteNatGateway', { NatGatewayId: nat });
    assert.deepEqual(told(ec2, subnet), { id: subnet, wayOut: 'none', mapPublicIp: false });
  });
});

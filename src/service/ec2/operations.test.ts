// EC2's key pairs, placement groups and tags; filters; and the table of operations.

import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import * as sdk from '@aws-sdk/client-ec2';
import { operationsOf } from '../../wire/schema.ts';
import { addressText, blockText, contains, overlaps, parseBlock } from '../../base/ipv4.ts';
import { Ec2, type Answer } from '../../../test/house/ec2.ts';
import { filtered } from './filter.ts';
import { ec2Operations } from './operations.ts';
import { zonesOf } from './network/zone.ts';

test('the table holds operations of the SDK and nothing else', () => {
  const known = operationsOf(sdk);
  assert.deepEqual(
    Object.keys(ec2Operations).filter((name) => !known.has(name)),
    [],
  );
});

describe('key pairs', () => {
  const ed25519 =
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me@example';

  it('are made once, shown with their fingerprints, and deleted', async () => {
    const ec2 = new Ec2();
    const made = await ec2.call('CreateKeyPair', {
      KeyName: 'mine',
      TagSpecifications: [{ ResourceType: 'key-pair', Tags: [{ Key: 'a', Value: 'b' }] }],
    });
    assert.match(made['KeyPairId'], /^key-0[0-9a-f]{16}$/);
    assert.deepEqual([made['KeyMaterial'], made['KeyFingerprint'].length], ['PRIVATE', 59]);
    const { KeyPairs } = await ec2.call('DescribeKeyPairs', {
      KeyNames: ['mine'],
      IncludePublicKey: true,
    });
    assert.deepEqual(
      [KeyPairs[0].PublicKey, KeyPairs[0].KeyType, KeyPairs[0].KeyMaterial],
      ['ssh-rsa AwQ= mine', 'rsa', undefined],
    );
    assert.equal(
      await ec2.refusal('CreateKeyPair', { KeyName: 'mine' }),
      'InvalidKeyPair.Duplicate',
    );
    assert.deepEqual(await ec2.call('DeleteKeyPair', { KeyName: 'mine' }), {
      Return: true,
      KeyPairId: made['KeyPairId'],
    });
    assert.deepEqual(await ec2.call('DeleteKeyPair', { KeyName: 'mine' }), {
      Return: true,
      KeyPairId: undefined,
    });
    assert.equal(
      await ec2.refusal('DescribeKeyPairs', { KeyNames: ['mine'] }),
      'InvalidKeyPair.NotFound',
    );
  });

  it('are imported in OpenSSH’s form', async () => {
    const ec2 = new Ec2();
    const imported = await ec2.call('ImportKeyPair', {
      KeyName: 'k',
      PublicKeyMaterial: Buffer.from(`${ed25519}\n`),
    });
    assert.match(imported['KeyFingerprint'], /^[A-Za-z0-9+/]{43}=$/);
    for (const [input, code] of [
      [{ KeyName: 'k', PublicKeyMaterial: Buffer.from(ed25519) }, 'InvalidKeyPair.Duplicate'],
      [{ KeyName: 'x', PublicKeyMaterial: Buffer.from('nonsense') }, 'InvalidKey.Format'],
      [
        { KeyName: 'x', PublicKeyMaterial: Buffer.from('ssh-rsa AAAAB3NzaC1yc2EAAAAD') },
        'InvalidKey.Format',
      ],
      [
        { KeyName: 'x', PublicKeyMaterial: Buffer.from(`ssh-rsa ${ed25519.split(' ')[1] ?? ''}`) },
        'InvalidKey.Format',
      ],
      [{ KeyName: 'x' }, 'MissingParameter'],
      [{ KeyName: ' x', PublicKeyMaterial: Buffer.from(ed25519) }, 'InvalidParameterValue'],
    ] as const)
      assert.equal(await ec2.refusal('ImportKeyPair', input), code, JSON.stringify(input));
    assert.equal(
      await ec2.refusal('CreateKeyPair', { KeyName: 'x', KeyFormat: 'ppk' }),
      'UnsupportedOperation',
    );
    assert.equal(
      await ec2.refusal('CreateKeyPair', { KeyName: 'x', KeyType: 'dsa' }),
      'InvalidParameterValue',
    );
  });
});

test('placement groups have a strategy, and what belongs to it', async () => {
  const ec2 = new Ec2();
  await ec2.call('CreatePlacementGroup', { GroupName: 'near' });
  await ec2.call('CreatePlacementGroup', {
    GroupName: 'parts',
    Strategy: 'partition',
    PartitionCount: 3,
  });
  await ec2.call('CreatePlacementGroup', { GroupName: 'apart', Strategy: 'spread' });
  const { PlacementGroups } = await ec2.call('DescribePlacementGroups', {
    Filters: [{ Name: 'strategy', Values: ['partition', 'spread'] }],
  });
  assert.deepEqual(
    PlacementGroups.map((group: Answer) => [
      group['GroupName'],
      group['PartitionCount'],
      group['SpreadLevel'],
      group['State'],
    ]),
    [
      ['parts', 3, undefined, 'available'],
      ['apart', undefined, 'rack', 'available'],
    ],
  );
  for (const [name, input, code] of [
    ['CreatePlacementGroup', { GroupName: 'near' }, 'InvalidPlacementGroup.Duplicate'],
    ['CreatePlacementGroup', { GroupName: 'x', PartitionCount: 2 }, 'InvalidParameterCombination'],
    [
      'CreatePlacementGroup',
      { GroupName: 'x', Strategy: 'partition', PartitionCount: 8 },
      'InvalidParameterValue',
    ],
    ['CreatePlacementGroup', { GroupName: 'x', Strategy: 'far' }, 'InvalidParameterValue'],
    ['DeletePlacementGroup', { GroupName: 'none' }, 'InvalidPlacementGroup.Unknown'],
    ['DescribePlacementGroups', { GroupNames: ['none'] }, 'InvalidPlacementGroup.Unknown'],
  ] as const)
    assert.equal(await ec2.refusal(name, input), code, JSON.stringify(input));
  await ec2.call('DeletePlacementGroup', { GroupName: 'near' });
  assert.equal((await ec2.call('DescribePlacementGroups'))['PlacementGroups'].length, 2);
});

test('a creation that is sent once more by its token makes nothing new', async () => {
  const ec2 = new Ec2();
  const { Vpcs } = await ec2.call('DescribeVpcs');
  const { Subnets } = await ec2.call('DescribeSubnets');
  const LaunchTemplateData = { KeyName: 'k' };
  const calls = [
    ['CreateRouteTable', { VpcId: Vpcs[0].VpcId }, { TagSpecifications: [] }],
    [
      'CreateNatGateway',
      { SubnetId: Subnets[0].SubnetId, ConnectivityType: 'private' },
      { SubnetId: Subnets[1].SubnetId },
    ],
    [
      'CreateLaunchTemplate',
      { LaunchTemplateName: 'one', LaunchTemplateData },
      { LaunchTemplateName: 'two' },
    ],
    [
      'CreateLaunchTemplateVersion',
      { LaunchTemplateName: 'one', LaunchTemplateData },
      { VersionDescription: 'other' },
    ],
  ] as const;
  for (const [name, input, change] of calls) {
    const first = await ec2.call(name, { ...input, ClientToken: 't' });
    assert.deepEqual(await ec2.call(name, { ...input, ClientToken: 't' }), first, name);
    assert.equal(
      await ec2.refusal(name, { ...input, ...change, ClientToken: 't' }),
      'IdempotentParameterMismatch',
      name,
    );
  }
  assert.equal((await ec2.call('DescribeRouteTables'))['RouteTables'].length, 2);
  assert.equal(
    (await ec2.call('DescribeLaunchTemplateVersions', { LaunchTemplateName: 'one' }))[
      'LaunchTemplateVersions'
    ].length,
    2,
  );
});

describe('tags', () => {
  it('are set and taken from any resource, and found', async () => {
    const ec2 = new Ec2();
    const { Vpc } = await ec2.call('CreateVpc', { CidrBlock: '10.0.0.0/16' });
    const { GroupId } = await ec2.call('CreateSecurityGroup', {
      GroupName: 'g',
      Description: 'd',
      VpcId: Vpc.VpcId,
    });
    const { SecurityGroupRules } = await ec2.call('AuthorizeSecurityGroupIngress', {
      GroupId,
      IpProtocol: '-1',
      CidrIp: '0.0.0.0/0',
    });
    const Resources = [Vpc.VpcId, GroupId, SecurityGroupRules[0].SecurityGroupRuleId];
    await ec2.call('CreateTags', {
      Resources,
      Tags: [
        { Key: 'team', Value: 'docks' },
        { Key: '__proto__', Value: 'x' },
      ],
    });
    const rows = async (...Filters: object[]) =>
      (await ec2.call('DescribeTags', { Filters }))['Tags'].map((tag: Answer) => [
        tag['ResourceType'],
        tag['Key'],
        tag['Value'],
      ]);
    assert.deepEqual(await rows({ Name: 'key', Values: ['team'] }), [
      ['security-group', 'team', 'docks'],
      ['security-group-rule', 'team', 'docks'],
      ['vpc', 'team', 'docks'],
    ]);
    assert.deepEqual(
      await rows(
        { Name: 'resource-id', Values: [Vpc.VpcId] },
        { Name: 'tag:team', Values: ['d*'] },
      ),
      [['vpc', 'team', 'docks']],
    );
    assert.equal(
      (await ec2.call('DescribeVpcs', { Filters: [{ Name: 'tag:team', Values: ['docks'] }] }))[
        'Vpcs'
      ].length,
      1,
    );
    assert.equal(
      (await ec2.call('DescribeVpcs', { Filters: [{ Name: 'tag:team', Values: ['other'] }] }))[
        'Vpcs'
      ].length,
      0,
    );
    await ec2.call('DeleteTags', {
      Resources,
      Tags: [{ Key: 'team', Value: 'other' }, { Key: '__proto__' }],
    });
    assert.equal((await rows()).length, 3);
    await ec2.call('DeleteTags', { Resources });
    assert.deepEqual(await rows(), []);
  });

  it('are refused with what is wrong, all or none', async () => {
    const ec2 = new Ec2();
    const { Vpc } = await ec2.call('CreateVpc', { CidrBlock: '10.0.0.0/16' });
    const Tags = [{ Key: 'a', Value: 'b' }];
    for (const [input, code] of [
      [{ Resources: [Vpc.VpcId, 'subnet-1'], Tags }, 'InvalidSubnetID.NotFound'],
      [{ Resources: ['thing-1'], Tags }, 'InvalidID'],
      [{ Resources: [], Tags }, 'MissingParameter'],
      [{ Resources: [Vpc.VpcId], Tags: [] }, 'MissingParameter'],
      [{ Resources: [Vpc.VpcId], Tags: [{ Key: 'aws:x', Value: '' }] }, 'InvalidParameterValue'],
      [
        {
          Resources: [Vpc.VpcId],
          Tags: Array.from({ length: 51 }, (_none, at) => ({ Key: `k${at}`, Value: '' })),
        },
        'TagLimitExceeded',
      ],
    ] as const)
      assert.equal(
        await ec2.refusal('CreateTags', input),
        code,
        JSON.stringify(input).slice(0, 100),
      );
    assert.deepEqual((await ec2.call('DescribeTags'))['Tags'], []);
  });
});

describe('filters', () => {
  const matches = (text: string, ...Values: string[]): boolean =>
    filtered([text], [{ Name: 'text', Values }], { text: (one) => one }).length === 1;

  it('take * and ? and the characters themselves behind a backslash', () => {
    for (const [text, pattern, wanted] of [
      ['abc', 'abc', true],
      ['abc', 'ABC', false],
      ['abc', 'a*', true],
      ['abc', '*c', true],
      ['abc', 'a?c', true],
      ['abc', 'a?', false],
      ['', '*', true],
      ['abc', '*b*', true],
      ['a*c', 'a\\*c', true],
      ['abc', 'a\\*c', false],
      ['aXbXc', 'a*X*c', true],
      ['abcabd', '*ab?', true],
      ['abc', '', false],
      ['🚢x', '?x', true],
    ] as const)
      assert.equal(matches(text, pattern), wanted, `${text} ${pattern}`);
    assert.ok(matches('b', 'a', 'b') && !matches('c', 'a', 'b') && !matches('a'));
  });

  it('cost no more than their length, whatever the pattern', () => {
    const started = performance.now();
    assert.equal(matches('a'.repeat(5_000), `${'*a'.repeat(500)}b`), false);
    assert.ok(performance.now() - started < 2_000);
  });
});

test('blocks are parsed, ordered and compared', () => {
  for (const [text, wanted] of [
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['255.255.255.255/32', '255.255.255.255/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['10.0.0.0', undefined],
    ['10.0.0.0/33', undefined],
    ['1.2.3.400/8', undefined],
  ] as const) {
    const block = parseBlock(text);
    assert.equal(block && blockText(block), wanted);
  }
  const block = (text: string) => parseBlock(text) ?? assert.fail(text);
  assert.ok(
    contains(block('10.0.0.0/16'), block('10.0.255.0/24')) &&
      !contains(block('10.0.0.0/16'), block('10.1.0.0/24')) &&
      !contains(block('10.0.0.0/24'), block('10.0.0.0/16')),
  );
  assert.ok(
    overlaps(block('10.0.0.0/24'), block('10.0.0.0/16')) &&
      !overlaps(block('10.0.0.0/24'), block('10.0.1.0/24')),
  );
  assert.equal(addressText(3_232_235_777), '192.168.1.1');
});

test('zones have AWS’s ids', () => {
  for (const [region, id] of [
    ['us-east-1', 'use1-az1'],
    ['ap-southeast-2', 'apse2-az1'],
    ['eu-west-1', 'euw1-az1'],
    ['us-gov-west-1', 'usgw1-az1'],
    ['ca-central-1', 'cac1-az1'],
  ] as const)
    assert.equal(zonesOf(region)[0]?.id, id);
});

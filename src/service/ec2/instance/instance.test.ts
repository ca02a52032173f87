// Instances as EC2 shows them: a record of what a compute environment launched, through every
// state, and for an hour after its end.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, hostId, scopeOf } from '../../../base/ids.ts';
import { instanceIdOf, type Instance } from '../../../core/host/host.ts';
import { ec2Catalogue } from '../../../core/instance-type/catalogue.ts';
import type { InstanceView } from '../../../port/instance-reader.ts';
import { context } from '../../../../test/house/caller.ts';
import { Ec2, type Answer } from '../../../../test/house/ec2.ts';

const type = (name: string): InstanceView['type'] =>
  ec2Catalogue.type(name) as InstanceView['type'];

function launched(digit: string, more: Partial<Instance> = {}, endedAtMs?: number): InstanceView {
  const instance: Instance = {
    kind: 'instance',
    id: hostId(digit.repeat(32)),
    title: '',
    scope: context.scope,
    computeEnvironmentArn: arn('arn:ce'),
    machineId: hostId('f'.repeat(32)),
    instanceType: 'm5.large',
    spot: false,
    revision: 1,
    capacity: { milliVcpu: 2000, memoryMib: 8000, gpus: 0 },
    state: 'RUNNING',
    launchedAtMs: 1_700_000_000_000,
    ...more,
  };
  return { instance, type: type(instance.instanceType), endedAtMs };
}
/** A server that finds these and is not up: it ends none of its own accord. */
const withInstances = (...views: InstanceView[]): Ec2 =>
  new Ec2({
    rows: {
      hosts: views.flatMap(({ instance, endedAtMs }) => (endedAtMs === undefined ? instance : [])),
      instancesEnded: views.flatMap(({ instance, endedAtMs }) =>
        endedAtMs === undefined ? [] : { instance, endedAtMs },
      ),
    },
  });
const nowMs = 1_700_000_000_000;
const shown = (answer: Answer): Answer[] =>
  answer['Reservations'].flatMap(({ Instances }: Answer) => Instances);

test('an instance is shown with what it was launched with, in the zone of its subnet', async () => {
  const fresh = new Ec2();
  const { Subnets: subnets } = await fresh.call('DescribeSubnets');
  const [, second] = subnets;
  const { SecurityGroups: groups } = await fresh.call('DescribeSecurityGroups');
  const launch = {
    subnetId: second.SubnetId,
    addressNumber: 0,
    securityGroupIds: [groups[0].GroupId],
    keyName: 'mine',
    tags: { team: 'a' },
    instanceProfile: 'ecsInstanceRole',
    placementGroup: 'near',
    blockDevices: [
      { deviceName: '/dev/xvda', ebs: { volumeSizeGib: 30, deleteOnTermination: false } },
      { deviceName: '/dev/xvdb', virtualName: 'ephemeral0' },
    ],
  };
  const ec2 = withInstances(launched('a', { spot: true, imageId: 'ami-1', launch }));
  const answer = await ec2.call('DescribeInstances');
  assert.deepEqual(
    [
      answer['Reservations'].length,
      answer['Reservations'][0].OwnerId,
      answer['Reservations'][0].ReservationId,
    ],
    [1, context.account, `r-${'a'.repeat(17)}`],
  );
  assert.deepEqual(shown(answer), [
    {
      InstanceId: `i-${'a'.repeat(17)}`,
      ImageId: 'ami-1',
      InstanceType: 'm5.large',
      InstanceLifecycle: 'spot',
      State: { Code: 16, Name: 'running' },
      StateReason: undefined,
      StateTransitionReason: '',
      LaunchTime: new Date(1_700_000_000_000),
      Placement: {
        AvailabilityZone: second.AvailabilityZone,
        GroupName: 'near',
        Tenancy: 'default',
      },
      Architecture: 'x86_64',
      VirtualizationType: 'hvm',
      PlatformDetails: 'Linux/UNIX',
      PrivateIpAddress: '172.31.31.254',
      PrivateDnsName: 'ip-172-31-31-254.eu-west-1.compute.internal',
      PublicDnsName: '',
      SourceDestCheck: true,
      NetworkInterfaces: shown(answer)[0]?.['NetworkInterfaces'],
      SubnetId: second.SubnetId,
      VpcId: second.VpcId,
      SecurityGroups: [{ GroupId: groups[0].GroupId, GroupName: 'default' }],
      KeyName: 'mine',
      IamInstanceProfile: {
        Arn: `arn:aws:iam::${context.account}:instance-profile/ecsInstanceRole`,
      },
      BlockDeviceMappings: [
        {
          DeviceName: '/dev/xvda',
          Ebs: {
            VolumeId: `vol-00${'a'.repeat(15)}`,
            Status: 'attached',
            AttachTime: new Date(1_700_000_000_000),
            DeleteOnTermination: false,
          },
        },
      ],
      RootDeviceName: '/dev/xvda',
      RootDeviceType: 'ebs',
      Monitoring: { State: 'disabled' },
      Tags: [{ Key: 'team', Value: 'a' }],
    },
  ]);
});

test('private addresses are of the subnet, no other’s, and shown by the network interface too', async () => {
  const { Subnets: subnets } = await new Ec2().call('DescribeSubnets');
  const subnetId = subnets[0].SubnetId as string;
  const at = (addressNumber: number | undefined, subnet?: string) => ({
    launch: { subnetId: subnet, addressNumber, securityGroupIds: [], tags: {} },
  });
  const ec2 = withInstances(
    launched('a', at(0, subnetId)),
    launched('b', at(1, subnetId)),
    launched('c', at(2, 'subnet-00000000')),
    launched('d', at(undefined, subnetId)),
    launched('e', at(3, subnetId), nowMs),
  );
  const addresses = shown(await ec2.call('DescribeInstances')).map(
    ({ PrivateIpAddress, NetworkInterfaces }) => [PrivateIpAddress, NetworkInterfaces.length],
  );
  assert.deepEqual(addresses, [
    ['172.31.15.254', 1],
    ['172.31.15.253', 1],
    ['10.0.255.252', 1],
    [undefined, 0],
    [undefined, 0],
  ]);
  const { NetworkInterfaces: cards } = await ec2.call('DescribeNetworkInterfaces', {
    Filters: [{ Name: 'subnet-id', Values: [subnetId] }],
  });
  assert.deepEqual(
    cards.map((card: Answer) => [
      card['PrivateIpAddress'],
      card['Attachment'].InstanceId,
      card['Status'],
    ]),
    [
      ['172.31.15.254', `i-${'a'.repeat(17)}`, 'in-use'],
      ['172.31.15.253', `i-${'b'.repeat(17)}`, 'in-use'],
    ],
  );
  assert.equal(
    (
      await ec2.call('DescribeNetworkInterfaces', {
        NetworkInterfaceIds: [cards[0].NetworkInterfaceId],
      })
    )['NetworkInterfaces'][0].MacAddress,
    `02:${'aa:'.repeat(5).slice(0, -1)}`,
  );
  assert.equal(
    await ec2.refusal('DescribeNetworkInterfaces', { NetworkInterfaceIds: ['eni-0'] }),
    'InvalidNetworkInterfaceID.NotFound',
  );
  assert.deepEqual(
    (
      await ec2.call('DescribeNetworkInterfaces', {
        Filters: [{ Name: 'description', Values: ['AWS Lambda VPC ENI*'] }],
      })
    )['NetworkInterfaces'],
    [],
  );
  // The caller's own count from the other end.
  const { Images } = await ec2.call('DescribeImages', {
    Owners: ['amazon'],
    Filters: [{ Name: 'architecture', Values: ['x86_64'] }],
  });
  const run = (more: object) =>
    ec2.call('RunInstances', {
      ImageId: Images[0].ImageId,
      InstanceType: 'm5.large',
      MinCount: 1,
      MaxCount: 1,
      ...more,
    });
  const card = { DeviceIndex: 0, SubnetId: subnetId, AssociatePublicIpAddress: true, Groups: [] };
  assert.deepEqual(
    (
      await ec2.call('RunInstances', {
        ImageId: Images[0].ImageId,
        MinCount: 2,
        MaxCount: 2,
        InstanceType: 'm5.large',
        NetworkInterfaces: [card],
        Monitoring: { Enabled: false },
        Placement: {},
      })
    )['Instances']
      .map((one: Answer) => one['PrivateIpAddress'])
      .sort(),
    ['172.31.0.4', '172.31.0.5'],
  );
  assert.equal(
    (await run({ SubnetId: subnetId, PrivateIpAddress: '172.31.0.77' }))['Instances'][0]
      .PrivateDnsName,
    'ip-172-31-0-77.eu-west-1.compute.internal',
  );
  for (const taken of [
    '172.31.0.77',
    '172.31.15.254',
    '172.31.0.3',
    '172.31.15.255',
    '10.0.0.9',
    'x',
  ]) {
    await assert.rejects(
      run({ SubnetId: subnetId, PrivateIpAddress: taken }),
      /no free address/,
      taken,
    );
  }
  await assert.rejects(
    run({ SubnetId: subnetId, NetworkInterfaces: [card] }),
    /may not be specified on the same request/,
  );
  await assert.rejects(
    run({ NetworkInterfaces: [{ DeviceIndex: 0 }, { DeviceIndex: 1 }] }),
    /not supported/,
  );
});

test('states, and why an instance ends', async () => {
  const ending = (cause: 'user' | 'interruption' | 'scaling' | 'provider') =>
    ({ state: 'SHUTTING_DOWN', ending: { cause, sinceMs: Date.UTC(2026, 4, 4, 10) } }) as const;
  const user = ['Client.UserInitiatedShutdown', 'User initiated (2026-05-04 10:00:00 GMT)'];
  const cases: [InstanceView, string, number, string | undefined, string][] = [
    [launched('1', { state: 'PENDING' }), 'pending', 0, undefined, ''],
    [launched('2', { state: 'DRAINING' }), 'running', 16, undefined, ''],
    [launched('3', ending('user')), 'shutting-down', 32, ...(user as [string, string])],
    [launched('4', ending('scaling'), nowMs), 'terminated', 48, ...(user as [string, string])],
    [
      launched('5', ending('interruption'), nowMs),
      'terminated',
      48,
      'Server.SpotInstanceTermination',
      'Server.SpotInstanceTermination (2026-05-04 10:00:00 GMT)',
    ],
    [
      launched('6', ending('provider'), nowMs),
      'terminated',
      48,
      'Server.InternalError',
      'Server.InternalError (2026-05-04 10:00:00 GMT)',
    ],
  ];
  const ec2 = withInstances(...cases.map(([view]) => view));
  const found = shown(await ec2.call('DescribeInstances'));
  for (const [index, [, Name, Code, reason, transition]] of cases.entries()) {
    const { State, StateReason, StateTransitionReason } = found[index] as Answer;
    assert.deepEqual(
      [State, StateReason?.Code, StateTransitionReason],
      [{ Code, Name }, reason, transition],
    );
  }
  await ec2.rig.clock.pass(3_600_000);
  assert.equal(
    shown(await ec2.call('DescribeInstances')).length,
    3,
    'one that ended is shown for an hour',
  );
});

test('instances are found by id, filter and tag, page after page; those of other accounts never', async () => {
  const ec2 = withInstances(
    ...['1', '2', '3', '4', '5', '6', '7'].map((digit) =>
      launched(digit, {
        instanceType: digit === '7' ? 'c6g.large' : 'm5.large',
        launch: { securityGroupIds: [], tags: { n: digit } },
      }),
    ),
    launched('8', { scope: scopeOf('210987654321', 'us-east-1') }),
  );
  const ids = (answer: Answer): string[] => shown(answer).map(({ InstanceId }) => InstanceId[2]);
  const filter = (Name: string, ...Values: string[]): object => ({ Filters: [{ Name, Values }] });
  assert.deepEqual(
    ids(await ec2.call('DescribeInstances', { InstanceIds: [`i-${'2'.repeat(17)}`] })),
    ['2'],
  );
  assert.deepEqual(ids(await ec2.call('DescribeInstances', filter('instance-type', 'c6g.*'))), [
    '7',
  ]);
  assert.deepEqual(ids(await ec2.call('DescribeInstances', filter('architecture', 'arm64'))), [
    '7',
  ]);
  assert.deepEqual(ids(await ec2.call('DescribeInstances', filter('tag:n', '3', '4'))), ['3', '4']);
  assert.deepEqual(
    ids(await ec2.call('DescribeInstances', filter('instance-state-name', 'terminated'))),
    [],
  );
  const first = await ec2.call('DescribeInstances', { MaxResults: 5 });
  assert.deepEqual(ids(first), ['1', '2', '3', '4', '5']);
  assert.deepEqual(
    ids(await ec2.call('DescribeInstances', { MaxResults: 5, NextToken: first['NextToken'] })),
    ['6', '7'],
  );
  assert.equal(
    await ec2.refusal('DescribeInstances', { InstanceIds: [`i-${'8'.repeat(17)}`] }),
    'InvalidInstanceID.NotFound',
  );
  assert.equal(
    await ec2.refusal('DescribeInstances', { InstanceIds: ['x'] }),
    'InvalidInstanceID.Malformed',
  );
  assert.equal(
    await ec2.refusal('DescribeInstances', { InstanceIds: [`i-${'2'.repeat(17)}`], MaxResults: 5 }),
    'InvalidParameterCombination',
  );
  assert.equal(
    await ec2.refusal('DescribeInstances', filter('no-such', 'x')),
    'InvalidParameterValue',
  );
});

test('the status of those that run is ok; others are shown when all are asked for', async () => {
  const ec2 = withInstances(launched('1'), launched('2', { state: 'PENDING' }));
  const { InstanceStatuses: running } = await ec2.call('DescribeInstanceStatus');
  assert.deepEqual(
    running.map(({ InstanceId, InstanceStatus, SystemStatus }: Answer) => [
      InstanceId,
      InstanceStatus.Status,
      SystemStatus.Status,
    ]),
    [[instanceIdOf({ id: hostId('1'.repeat(32)) }), 'ok', 'ok']],
  );
  const { InstanceStatuses: all } = await ec2.call('DescribeInstanceStatus', {
    IncludeAllInstances: true,
  });
  assert.deepEqual(
    all.map(({ InstanceState, InstanceStatus }: Answer) => [
      InstanceState.Name,
      InstanceStatus.Status,
    ]),
    [
      ['running', 'ok'],
      ['pending', 'not-applicable'],
    ],
  );
});

const idOf = (digit: string): string => `i-${digit.repeat(17)}`;

test('an instance is terminated, whatever it does, and more than once', async () => {
  const ec2 = withInstances(launched('1'), launched('2', { spot: true }));
  const terminate = async (): Promise<unknown> =>
    (await ec2.call('TerminateInstances', { InstanceIds: [idOf('1'), idOf('2')] }))[
      'TerminatingInstances'
    ].map(
      ({ PreviousState, CurrentState }: Answer) => `${PreviousState.Name} ${CurrentState.Name}`,
    );
  assert.deepEqual(await terminate(), ['running terminated', 'running terminated']);
  assert.deepEqual(await terminate(), ['terminated terminated', 'terminated terminated']);
  assert.equal(ec2.rig.store.commits.length, 3, 'the rows, and the end of each');
});

test('nothing is changed where one of the ids is wrong, or by a dry run', async () => {
  const ec2 = withInstances(launched('1'));
  for (const operation of [
    'TerminateInstances',
    'StopInstances',
    'StartInstances',
    'RebootInstances',
  ]) {
    assert.equal(
      await ec2.refusal(operation, { InstanceIds: [idOf('1'), idOf('9')] }),
      'InvalidInstanceID.NotFound',
      operation,
    );
    assert.equal(
      await ec2.refusal(operation, { InstanceIds: ['i-1'] }),
      'InvalidInstanceID.Malformed',
      operation,
    );
    assert.equal(
      await ec2.refusal(operation, { InstanceIds: [idOf('1')], DryRun: true }),
      'DryRunOperation 412',
      operation,
    );
  }
  assert.deepEqual(ec2.rig.sent, []);
});

test('an On-Demand instance that is stopped ends, and one of Spot cannot be stopped', async () => {
  const ec2 = withInstances(launched('1'), launched('2', { spot: true }));
  assert.equal(
    await ec2.refusal('StopInstances', { InstanceIds: [idOf('1'), idOf('2')] }),
    'UnsupportedOperation',
  );
  assert.equal(
    (await ec2.call('StopInstances', { InstanceIds: [idOf('1')] }))['StoppingInstances'][0]
      .CurrentState.Name,
    'terminated',
  );
  assert.equal(
    await ec2.refusal('StopInstances', { InstanceIds: [idOf('1')] }),
    'IncorrectInstanceState',
  );
});

test('one that runs is started without effect and reboots; one that is gone does neither', async () => {
  const ec2 = withInstances(launched('1'), launched('2', { state: 'SHUTTING_DOWN' }));
  assert.deepEqual(
    (await ec2.call('StartInstances', { InstanceIds: [idOf('1')] }))['StartingInstances'][0]
      .CurrentState,
    { Code: 16, Name: 'running' },
  );
  await ec2.call('RebootInstances', { InstanceIds: [idOf('1')] });
  assert.deepEqual(ec2.rig.sent, [
    { type: 'reboot-instance', scope: context.scope, hostId: hostId('1'.repeat(32)) },
  ]);
  for (const operation of ['StartInstances', 'RebootInstances'])
    assert.equal(
      await ec2.refusal(operation, { InstanceIds: [idOf('2')] }),
      'IncorrectInstanceState',
    );
});

test('an instance of one’s own is read as Terraform reads it, attribute by attribute, with its volumes', async () => {
  const ec2 = new Ec2();
  const { Images } = await ec2.call('DescribeImages', {
    Owners: ['amazon'],
    Filters: [{ Name: 'architecture', Values: ['x86_64'] }],
  });
  const { Instances } = await ec2.call('RunInstances', {
    ImageId: Images[0].ImageId,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    UserData: 'YQ==',
    DisableApiTermination: false,
    DisableApiStop: false,
    EbsOptimized: false,
    Monitoring: { Enabled: false },
    InstanceInitiatedShutdownBehavior: 'stop',
    Placement: {},
    EnclaveOptions: undefined,
  });
  const InstanceId = Instances[0].InstanceId as string;
  const attribute = async (Attribute: string) =>
    await ec2.call('DescribeInstanceAttribute', { InstanceId, Attribute });
  assert.deepEqual((await attribute('disableApiTermination'))['DisableApiTermination'], {
    Value: false,
  });
  assert.deepEqual(
    (await attribute('instanceInitiatedShutdownBehavior'))['InstanceInitiatedShutdownBehavior'],
    { Value: 'stop' },
  );
  assert.deepEqual((await attribute('userData'))['UserData'], { Value: 'YQ==' });
  assert.deepEqual((await attribute('rootDeviceName'))['RootDeviceName'], {
    Value: Instances[0].RootDeviceName,
  });
  assert.equal(
    await ec2.refusal('DescribeInstanceAttribute', { InstanceId, Attribute: 'mood' }),
    'InvalidParameterValue',
  );
  assert.equal(
    await ec2.refusal('DescribeInstanceAttribute', {
      InstanceId: 'i-00000000',
      Attribute: 'userData',
    }),
    'InvalidInstanceID.NotFound',
  );
  assert.deepEqual(
    (await ec2.call('DescribeInstanceCreditSpecifications', { InstanceIds: [InstanceId] }))[
      'InstanceCreditSpecifications'
    ],
    [{ InstanceId, CpuCredits: 'unlimited' }],
  );
  const { Volumes } = await ec2.call('DescribeVolumes', {
    Filters: [{ Name: 'attachment.instance-id', Values: [InstanceId] }],
  });
  assert.deepEqual(
    Volumes.map((volume: Answer) => volume['VolumeId']),
    Instances[0].BlockDeviceMappings.map((one: Answer) => one['Ebs'].VolumeId),
  );
  assert.ok(
    Volumes[0].Size > 0 && Volumes[0].Attachments[0].Device === Instances[0].RootDeviceName,
  );
  assert.equal(
    await ec2.refusal('DescribeVolumes', { VolumeIds: ['vol-0'] }),
    'InvalidVolume.NotFound',
  );
  const { GroupId } = await ec2.call('CreateSecurityGroup', {
    GroupName: 'g',
    Description: 'd',
    VpcId: Instances[0].VpcId,
  });
  await ec2.call('ModifyInstanceAttribute', { InstanceId, Groups: [GroupId] });
  assert.deepEqual((await attribute('groupSet'))['Groups'], [{ GroupId, GroupName: 'g' }]);
  await ec2.call('ModifyInstanceAttribute', {
    InstanceId,
    DisableApiTermination: { Value: false },
  });
  assert.equal(
    await ec2.refusal('ModifyInstanceAttribute', {
      InstanceId,
      DisableApiTermination: { Value: true },
    }),
    'UnsupportedOperation',
  );
  assert.equal(
    await ec2.refusal('ModifyInstanceAttribute', {
      InstanceId,
      InstanceType: { Value: 'm5.large' },
    }),
    'IncorrectInstanceState',
  );
  await ec2.call('StopInstances', { InstanceIds: [InstanceId] });
  await ec2.call('ModifyInstanceAttribute', { InstanceId, InstanceType: { Value: 'm5.large' } });
  assert.deepEqual((await attribute('instanceType'))['InstanceType'], { Value: 'm5.large' });
  await ec2.call('TerminateInstances', { InstanceIds: [InstanceId] });
  assert.deepEqual((await ec2.call('DescribeVolumes'))['Volumes'], []);
});

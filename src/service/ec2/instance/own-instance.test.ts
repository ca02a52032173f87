// Instances of the caller's own: in the books, in a cluster where their user data says so, and as
// what an image is made of.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, hostId } from '../../../base/ids.ts';
import { refuse } from '../../../base/refusal.ts';
import type { Instance } from '../../../core/host/host.ts';
import type { InstanceView } from '../../../port/instance-reader.ts';
import { context, FakeEc2, type Answer } from '../../../../test/house/ec2-deps.ts';

const joining = Buffer.from(
  'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/x-shellscript\n\n#!/bin/bash\necho ECS_CLUSTER=mine >> /etc/ecs/ecs.config\n--b--\n',
).toString('base64');
const script = Buffer.from(
  '#!/bin/bash\necho ECS_CLUSTER=mine >> /etc/ecs/ecs.config; echo ECS_RESERVED_MEMORY=64 >> /etc/ecs/ecs.config\n',
).toString('base64');

async function amazonImage(ec2: FakeEc2, architecture = 'x86_64'): Promise<string> {
  const { Images } = await ec2.call('DescribeImages', {
    Owners: ['amazon'],
    Filters: [{ Name: 'architecture', Values: [architecture] }],
  });
  return Images[0].ImageId;
}

async function run(
  more: object = {},
  ec2 = new FakeEc2(),
): Promise<{ ec2: FakeEc2; instances: Answer[] }> {
  const answer = await ec2.call('RunInstances', {
    ImageId: await amazonImage(ec2),
    InstanceType: 'm5.large',
    MinCount: 1,
    MaxCount: 1,
    ...more,
  });
  return { ec2, instances: answer['Instances'] };
}

/** The host that an instance is while it stands in a cluster. */
function joined(ec2: FakeEc2, state: Instance['state'] = 'RUNNING'): void {
  ec2.instancesThere = ec2.sent.flatMap((command): InstanceView[] => {
    if (command.type !== 'start-instance') return [];
    const { hostId: id, instanceType, scope } = command;
    const instance: Instance = {
      kind: 'instance',
      own: true,
      id,
      title: '',
      scope,
      computeEnvironmentArn: arn('arn:ce'),
      machineId: hostId('f'.repeat(32)),
      instanceType,
      spot: false,
      revision: 1,
      capacity: { milliVcpu: 2000, memoryMib: 8000, gpus: 0 },
      state,
      launchedAtMs: 0,
    };
    return [{ instance, type: ec2.instanceTypes.type(instanceType) as InstanceView['type'] }];
  });
}

const states = (answer: Answer, list: string): string[] =>
  answer[list].map(
    ({ PreviousState, CurrentState }: Answer) => `${PreviousState.Name} ${CurrentState.Name}`,
  );

test('without a cluster an instance is a record: it runs, stops, starts and is terminated, and runs nothing', async () => {
  const { ec2, instances } = await run({
    MaxCount: 2,
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a', Value: 'b' }] }],
    IamInstanceProfile: { Name: 'ecsInstanceRole' },
  });
  assert.equal(instances.length, 2);
  assert.deepEqual(
    instances.map(({ State, Tags, IamInstanceProfile }) => [
      State.Name,
      Tags[0].Key,
      IamInstanceProfile.Arn,
    ]),
    Array.from({ length: 2 }, () => [
      'running',
      'a',
      `arn:aws:iam::${context.account}:instance-profile/ecsInstanceRole`,
    ]),
  );
  assert.ok(
    instances[0]?.['SubnetId'].startsWith('subnet-') &&
      instances[0]?.['SecurityGroups'][0].GroupName === 'default',
  );
  const [first] = instances;
  const InstanceIds = [first?.['InstanceId']];
  assert.deepEqual(states(await ec2.call('StopInstances', { InstanceIds }), 'StoppingInstances'), [
    'running stopped',
  ]);
  assert.equal(await ec2.refusal('RebootInstances', { InstanceIds }), 'IncorrectInstanceState');
  assert.deepEqual(states(await ec2.call('StartInstances', { InstanceIds }), 'StartingInstances'), [
    'stopped running',
  ]);
  await ec2.call('CreateTags', { Resources: InstanceIds, Tags: [{ Key: 'c', Value: 'd' }] });
  assert.deepEqual(
    states(await ec2.call('TerminateInstances', { InstanceIds }), 'TerminatingInstances'),
    ['running terminated'],
  );
  assert.equal(await ec2.refusal('StartInstances', { InstanceIds }), 'IncorrectInstanceState');
  const { Reservations } = await ec2.call('DescribeInstances', {
    Filters: [{ Name: 'tag:c', Values: ['d'] }],
  });
  assert.match(Reservations[0].Instances[0].StateTransitionReason, /^User initiated \(/);
  ec2.nowMs += 3_600_000;
  assert.equal(
    await ec2.refusal('DescribeInstances', { InstanceIds }),
    'InvalidInstanceID.NotFound',
  );
  assert.deepEqual(
    ec2.sent.filter(({ type }) => type === 'start-instance'),
    [],
  );
});

test('with a cluster it joins that, and is what its host is', async () => {
  const { ec2, instances } = await run({ UserData: joining });
  const [command] = ec2.sent;
  assert.ok(command?.type === 'start-instance');
  assert.deepEqual(
    [command.cluster, command.instanceType, command.unfit, command.reservedMemoryMib],
    ['mine', 'm5.large', undefined, undefined],
  );
  assert.equal(instances[0]?.['InstanceId'], `i-${command.hostId.slice(0, 17)}`);
  const state = async (): Promise<string> =>
    (await ec2.call('DescribeInstances'))['Reservations'][0].Instances[0].State.Name;
  joined(ec2, 'PENDING');
  assert.equal(await state(), 'pending');
  joined(ec2);
  assert.equal(await state(), 'running');
  ec2.onCommand = ({ type }) => {
    if (type === 'end-instance') joined(ec2, 'SHUTTING_DOWN');
    return {};
  };
  assert.deepEqual(
    states(
      await ec2.call('StopInstances', { InstanceIds: [instances[0]?.['InstanceId']] }),
      'StoppingInstances',
    ),
    ['running stopping'],
  );
  assert.equal(
    await ec2.refusal('StartInstances', { InstanceIds: [instances[0]?.['InstanceId']] }),
    'IncorrectInstanceState',
  );
  ec2.instancesThere = [];
  assert.equal(await state(), 'stopped');
  await ec2.call('StartInstances', { InstanceIds: [instances[0]?.['InstanceId']] });
  assert.equal(ec2.sent.filter(({ type }) => type === 'start-instance').length, 2);
});

test('a plain script tells the agent as well as an archive does; a cluster that is not there is no fault of EC2', async () => {
  const ec2 = new FakeEc2();
  ec2.onCommand = () => refuse('not-found', 'no such cluster');
  const { instances } = await run({ UserData: script }, ec2);
  assert.equal(instances[0]?.['State'].Name, 'running');
  assert.ok(ec2.sent[0]?.type === 'start-instance' && ec2.sent[0].reservedMemoryMib === 64);
});

test('one in a subnet without a way out never reaches its cluster', async () => {
  const ec2 = new FakeEc2();
  const { Vpc } = await ec2.call('CreateVpc', { CidrBlock: '10.0.0.0/16' });
  const { Subnet } = await ec2.call('CreateSubnet', { VpcId: Vpc.VpcId, CidrBlock: '10.0.1.0/24' });
  const { instances } = await run({ UserData: joining, SubnetId: Subnet.SubnetId }, ec2);
  assert.deepEqual(
    [instances[0]?.['State'].Name, ec2.sent.some(({ type }) => type === 'start-instance')],
    ['running', false],
  );
});

test('what cannot be launched is refused', async () => {
  const ec2 = new FakeEc2();
  const ImageId = await amazonImage(ec2);
  const refusal = (more: object): Promise<string> =>
    ec2.refusal('RunInstances', {
      ImageId,
      InstanceType: 'm5.large',
      MinCount: 1,
      MaxCount: 1,
      ...more,
    });
  assert.equal(await refusal({ ImageId: 'ami-1' }), 'InvalidAMIID.Malformed');
  assert.equal(await refusal({ ImageId: 'ami-00000000' }), 'InvalidAMIID.NotFound');
  assert.equal(await refusal({ InstanceType: 'c6g.large' }), 'InvalidParameterValue');
  assert.equal(await refusal({ KeyName: 'none' }), 'InvalidKeyPair.NotFound');
  assert.equal(await refusal({ SubnetId: 'subnet-00000000' }), 'InvalidSubnetID.NotFound');
  assert.equal(await refusal({ MaxCount: 0 }), 'InvalidParameterValue');
  assert.equal(await refusal({ UserData: '#!' }), 'InvalidUserData.Malformed');
  assert.equal(
    await refusal({ LaunchTemplate: { LaunchTemplateName: 'x' } }),
    'UnsupportedOperation',
  );
  assert.equal(await refusal({ DryRun: true }), 'DryRunOperation 412');
  assert.deepEqual((await ec2.call('DescribeInstances'))['Reservations'], []);
});

test('no more are launched or started than --instance-limit allows', async () => {
  const ec2 = new FakeEc2();
  ec2.instanceLimit = 2;
  const { instances } = await run({ MaxCount: 2 }, ec2);
  const more = {
    ImageId: await amazonImage(ec2),
    InstanceType: 'm5.large',
    MinCount: 1,
    MaxCount: 1,
  };
  assert.equal(await ec2.refusal('RunInstances', more), 'InstanceLimitExceeded');
  const InstanceIds = [instances[0]?.['InstanceId']];
  await ec2.call('StopInstances', { InstanceIds });
  await ec2.call('RunInstances', more);
  assert.equal(await ec2.refusal('StartInstances', { InstanceIds }), 'InstanceLimitExceeded');
});

test('a request that is sent again makes nothing new', async () => {
  const { ec2, instances } = await run({ ClientToken: 'once' });
  assert.deepEqual(
    (await run({ ClientToken: 'once' }, ec2)).instances.map(({ InstanceId }) => InstanceId),
    instances.map(({ InstanceId }) => InstanceId),
  );
  assert.equal(
    await ec2.refusal('RunInstances', {
      ImageId: await amazonImage(ec2),
      InstanceType: 'm5.xlarge',
      MinCount: 1,
      MaxCount: 1,
      ClientToken: 'once',
    }),
    'IdempotentParameterMismatch',
  );
});

test('an image of an instance has its disks and software; one whose agent joined a cluster keeps the checkpoint file, unless its owner says that it is gone', async () => {
  const disks = [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 111, DeleteOnTermination: true } }];
  const checkpoint = async (more: object, image: object = {}): Promise<unknown> => {
    const { ec2, instances } = await run(more);
    const { ImageId } = await ec2.call('CreateImage', {
      InstanceId: instances[0]?.['InstanceId'],
      Name: 'mine',
      BlockDeviceMappings: disks,
      ...image,
    });
    const { Images } = await ec2.call('DescribeImages', { ImageIds: [ImageId] });
    assert.equal(Images[0].BlockDeviceMappings[0].Ebs.VolumeSize, 111);
    assert.equal(
      await ec2.refusal('CreateImage', { InstanceId: instances[0]?.['InstanceId'], Name: 'mine' }),
      'InvalidAMIName.Duplicate',
    );
    // Another instance from it tells what is wrong with it when it registers.
    ec2.sent.length = 0;
    await ec2.call('RunInstances', {
      ImageId,
      InstanceType: 'm5.large',
      MinCount: 1,
      MaxCount: 1,
      UserData: joining,
    });
    const [command] = ec2.sent;
    return (
      command?.type === 'start-instance' &&
      command.unfit?.includes('checkpoint file /var/lib/ecs/data/ecs_agent_data.json')
    );
  };
  assert.equal(await checkpoint({}), undefined);
  assert.equal(await checkpoint({ UserData: joining }), true);
  const cleaned = {
    TagSpecifications: [
      { ResourceType: 'image', Tags: [{ Key: 'longshore:agent-checkpoint', Value: 'false' }] },
    ],
  };
  assert.equal(await checkpoint({ UserData: joining }, cleaned), undefined);
});

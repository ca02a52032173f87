// Instances of the caller's own: in the books, in a cluster where their user data says so, and as
// what an image is made of.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobId } from '../../../base/ids.ts';
import { context } from '../../../../test/house/caller.ts';
import { Ec2, type Answer } from '../../../../test/house/ec2.ts';
import type { Rig } from '../../../../test/house/rig.ts';
import { ownEnvironment } from '../../../../test/house/rows.ts';

const joining = Buffer.from(
  'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/x-shellscript\n\n#!/bin/bash\necho ECS_CLUSTER=own >> /etc/ecs/ecs.config\n--b--\n',
).toString('base64');
const script = Buffer.from(
  '#!/bin/bash\necho ECS_CLUSTER=own >> /etc/ecs/ecs.config; echo ECS_RESERVED_MEMORY=64 >> /etc/ecs/ecs.config\n',
).toString('base64');

async function amazonImage(ec2: Ec2, architecture = 'x86_64'): Promise<string> {
  const { Images } = await ec2.call('DescribeImages', {
    Owners: ['amazon'],
    Filters: [{ Name: 'architecture', Values: [architecture] }],
  });
  return Images[0].ImageId;
}

async function run(more: object = {}, ec2 = new Ec2()): Promise<{ ec2: Ec2; instances: Answer[] }> {
  const answer = await ec2.call('RunInstances', {
    ImageId: await amazonImage(ec2),
    InstanceType: 'm5.large',
    MinCount: 1,
    MaxCount: 1,
    ...more,
  });
  return { ec2, instances: answer['Instances'] };
}

/** What was asked for to be started in a cluster. */
const started = ({ rig: { sent } }: Ec2) =>
  sent.filter((command) => command.type === 'start-instance');

/** With the cluster `own`; its instances run when a test says so. */
async function withCluster(): Promise<Ec2> {
  const ec2 = new Ec2({ rows: { computeEnvironments: [ownEnvironment] } });
  ec2.rig.capacity.prompt = false;
  await ec2.rig.up();
  return ec2;
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
  await ec2.rig.clock.pass(3_600_000);
  assert.equal(
    await ec2.refusal('DescribeInstances', { InstanceIds }),
    'InvalidInstanceID.NotFound',
  );
  assert.deepEqual(started(ec2), []);
});

test('with a cluster it joins that, and is what its host is', async () => {
  const ec2 = await withCluster();
  const { rig } = ec2;
  const { instances } = await run({ UserData: joining }, ec2);
  const [command] = started(ec2);
  assert.ok(command !== undefined);
  assert.deepEqual(
    [command.cluster, command.instanceType, command.unfit, command.reservedMemoryMib],
    ['own', 'm5.large', undefined, undefined],
  );
  assert.equal(instances[0]?.['InstanceId'], `i-${command.hostId.slice(0, 17)}`);
  const InstanceIds = [instances[0]?.['InstanceId']];
  const state = async (): Promise<string> =>
    (await ec2.call('DescribeInstances'))['Reservations'][0].Instances[0].State.Name;
  assert.equal(await state(), 'pending');
  rig.capacity.run();
  await rig.clock.pass();
  assert.equal(await state(), 'running');
  const job = await runOn(rig);
  assert.deepEqual(states(await ec2.call('StopInstances', { InstanceIds }), 'StoppingInstances'), [
    'running stopping',
  ]);
  assert.equal(await ec2.refusal('StartInstances', { InstanceIds }), 'IncorrectInstanceState');
  await rig.exited(rig.attempt(job), 143);
  assert.equal(await state(), 'stopped');
  await ec2.call('StartInstances', { InstanceIds });
  assert.equal(started(ec2).length, 2);
});

/** A job that keeps the cluster's instance busy. */
async function runOn(rig: Rig): Promise<JobId> {
  await rig.ask({
    type: 'create-job-queue',
    scope: context.scope,
    request: {
      jobQueueName: 'q',
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'own' }],
    },
  });
  await rig.define('d');
  const job = await rig.submit();
  await rig.started(rig.attempt(job));
  return job;
}

test('a plain script tells the agent as well as an archive does; a cluster that is not there is no fault of EC2', async () => {
  const { ec2, instances } = await run({ UserData: script });
  assert.equal(instances[0]?.['State'].Name, 'running');
  assert.equal(started(ec2)[0]?.reservedMemoryMib, 64);
  assert.equal(ec2.rig.control.world.hosts.size, 0);
});

test('one in a subnet without a way out never reaches its cluster', async () => {
  const ec2 = new Ec2();
  const { Vpc } = await ec2.call('CreateVpc', { CidrBlock: '10.0.0.0/16' });
  const { Subnet } = await ec2.call('CreateSubnet', { VpcId: Vpc.VpcId, CidrBlock: '10.0.1.0/24' });
  const { instances } = await run({ UserData: joining, SubnetId: Subnet.SubnetId }, ec2);
  assert.deepEqual([instances[0]?.['State'].Name, started(ec2)], ['running', []]);
});

test('what cannot be launched is refused', async () => {
  const ec2 = new Ec2();
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
  const ec2 = new Ec2({ settings: { instanceLimit: 2 } });
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
    await ec2.call('RunInstances', {
      ImageId,
      InstanceType: 'm5.large',
      MinCount: 1,
      MaxCount: 1,
      UserData: joining,
    });
    return started(ec2)
      .at(-1)
      ?.unfit?.includes('checkpoint file /var/lib/ecs/data/ecs_agent_data.json');
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

// Instances of managed environments as their users see and end them: through the SDK's clients, the
// AWS CLI and the command line, against the real program.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import {
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DescribeComputeEnvironmentsCommand,
  type JobDetail,
} from '@aws-sdk/client-batch';
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  EC2Client,
  StartInstancesCommand,
  TerminateInstancesCommand,
  waitUntilInstanceStatusOk,
  waitUntilInstanceTerminated,
  type Instance,
} from '@aws-sdk/client-ec2';
import {
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListContainerInstancesCommand,
  UpdateContainerInstancesStateCommand,
} from '@aws-sdk/client-ecs';
import { AwsCli } from './aws-cli.ts';
import { requirement } from './requirement.ts';
import { TestServer, usersEngine } from './server.ts';
import { until } from './until.ts';

const clusterOf = (job: JobDetail): string => job.container?.taskArn?.split('/')[1] ?? '';

/** The way by which Nextflow learns what a job runs on. */
async function instanceOf(job: JobDetail, ecs: ECSClient, ec2: EC2Client): Promise<Instance> {
  const { tasks } = await ecs.send(
    new DescribeTasksCommand({ cluster: clusterOf(job), tasks: [job.container?.taskArn ?? ''] }),
  );
  const { containerInstances } = await ecs.send(
    new DescribeContainerInstancesCommand({
      cluster: clusterOf(job),
      containerInstances: [tasks?.[0]?.containerInstanceArn ?? ''],
    }),
  );
  const { Reservations } = await ec2.send(
    new DescribeInstancesCommand({ InstanceIds: [containerInstances?.[0]?.ec2InstanceId ?? ''] }),
  );
  return Reservations?.[0]?.Instances?.[0] ?? {};
}

describe('instances', () => {
  let server: TestServer;
  let ec2: EC2Client;
  let ecs: ECSClient;
  const connect = (): void => {
    ec2 = new EC2Client(server.clientOptions());
    ecs = new ECSClient(server.clientOptions());
  };
  const disconnect = (): void => [ec2, ecs].forEach((client) => client.destroy());
  const longshore = async (
    ...words: string[]
  ): Promise<{ code: number; stdout: string; stderr: string }> => {
    try {
      return {
        code: 0,
        ...(await promisify(execFile)(
          'node',
          ['bin/longshore.js', ...words, '--endpoint', server.url],
          { env: server.environment },
        )),
      };
    } catch (error) {
      return error as { code: number; stdout: string; stderr: string };
    }
  };
  /** It does not wait to be killed. */
  const sleeping = { command: ['sh', '-c', 'trap "exit 1" TERM; sleep 300 & wait'] };

  before(async () => {
    server = await TestServer.start(usersEngine());
    connect();
    await server.prepare('test', {
      type: 'SPOT',
      allocationStrategy: 'SPOT_CAPACITY_OPTIMIZED',
      instanceTypes: ['m5.large'],
      tags: { team: 'a' },
      maxvCpus: 8,
    });
    await server.prepare('steady', { type: 'EC2', instanceTypes: ['m5.large'], maxvCpus: 8 });
  });
  after(async () => {
    disconnect();
    await server[Symbol.asyncDispose]();
  });

  test('from a job its task, its container instance and its EC2 instance are found', async () => {
    const id = await server.submit(await server.register('d', sleeping));
    const job = await server.whenStatus(id, 'RUNNING');
    const { containerInstances } = await ecs.send(
      new DescribeContainerInstancesCommand({
        cluster: clusterOf(job),
        containerInstances: [job.container?.containerInstanceArn ?? ''],
      }),
    );
    const [registered] = containerInstances ?? [];
    const resource = (
      of: typeof registered,
      list: 'registeredResources' | 'remainingResources',
      name: string,
    ) => of?.[list]?.find((one) => one.name === name)?.integerValue;
    assert.deepEqual(
      ['CPU', 'MEMORY'].map((name) => resource(registered, 'registeredResources', name)),
      [2048, 7953],
    );
    assert.deepEqual(
      ['CPU', 'MEMORY'].map((name) => resource(registered, 'remainingResources', name)),
      [1024, 7921],
    );
    assert.deepEqual(
      [registered?.status, registered?.agentConnected, registered?.runningTasksCount],
      ['ACTIVE', true, 1],
    );
    const attributes = new Map(registered?.attributes?.map(({ name, value }) => [name, value]));
    assert.deepEqual(
      ['ecs.instance-type', 'ecs.availability-zone', 'ecs.os-type', 'ecs.cpu-architecture'].map(
        (name) => attributes.get(name),
      ),
      ['m5.large', 'us-east-1a', 'linux', 'x86_64'],
    );
    assert.ok(attributes.has('com.amazonaws.ecs.capability.logging-driver.awslogs'));
    assert.match(registered?.versionInfo?.agentVersion ?? '', /^\d+\.\d+\.\d+/);
    if (server.engine === 'docker')
      assert.match(registered?.versionInfo?.dockerVersion ?? '', /^DockerVersion: \d+/);

    const instance = await instanceOf(job, ecs, ec2);
    assert.deepEqual(
      [
        instance.InstanceType,
        instance.InstanceLifecycle,
        instance.Placement?.AvailabilityZone,
        instance.State?.Name,
      ],
      ['m5.large', 'spot', 'us-east-1a', 'running'],
    );
    assert.deepEqual(instance.Tags, [{ Key: 'team', Value: 'a' }]);
    await waitUntilInstanceStatusOk(
      { client: ec2, maxWaitTime: 60 },
      { InstanceIds: [instance.InstanceId ?? ''] },
    );
    const { stdout } = await longshore('instances');
    assert.match(
      stdout,
      new RegExp(`${instance.InstanceId} +test +m5.large +spot +ACTIVE +1 of 2 +32 of 7953 +1`),
    );
    await longshore('terminate', id);
    await server.whenEnded(id);
  });

  test('a Spot instance is interrupted: its job fails by that, runs again elsewhere, and EC2 remembers it over a restart', async () => {
    const retryStrategy = {
      attempts: 2,
      evaluateOnExit: [
        { onStatusReason: 'Host EC2*', action: 'RETRY' as const },
        { onReason: '*', action: 'EXIT' as const },
      ],
    };
    const id = await server.submit(await server.register('d', sleeping), { retryStrategy });
    const { InstanceId = '' } = await instanceOf(await server.whenStatus(id, 'RUNNING'), ecs, ec2);
    assert.deepEqual(
      await longshore('instance', 'interrupt', InstanceId).then(({ code, stdout, stderr }) => [
        code,
        stdout,
        stderr,
      ]),
      [0, `${InstanceId}\n`, ''],
    );
    const again = await until('the job runs again', async () => {
      const job = await server.job(id);
      return job.attempts?.length === 1 && job.status === 'RUNNING' ? job : undefined;
    });
    assert.equal(
      again.attempts?.[0]?.statusReason,
      `Host EC2 (instance ${InstanceId}) terminated.`,
    );
    assert.notEqual((await instanceOf(again, ecs, ec2)).InstanceId, InstanceId);
    const twice = await longshore('instance', 'interrupt', InstanceId);
    assert.deepEqual([twice.code, /does not exist/.test(twice.stderr)], [1, true]);
    disconnect();
    await server.restart();
    connect();
    await waitUntilInstanceTerminated(
      { client: ec2, maxWaitTime: 60 },
      { InstanceIds: [InstanceId] },
    );
    const { Reservations } = await ec2.send(
      new DescribeInstancesCommand({
        Filters: [
          { Name: 'instance-state-name', Values: ['terminated'] },
          { Name: 'instance-id', Values: [InstanceId] },
        ],
      }),
    );
    assert.equal(
      Reservations?.[0]?.Instances?.[0]?.StateReason?.Code,
      'Server.SpotInstanceTermination',
    );
    await longshore('terminate', id);
    await server.whenEnded(id);
  });

  test('an On-Demand instance is not interrupted; it is drained, and terminated under its job', async () => {
    const definition = await server.register('d', sleeping);
    const first = await server.submit(definition, { jobQueue: 'steady' });
    const job = await server.whenStatus(first, 'RUNNING');
    const { InstanceId = '', InstanceLifecycle } = await instanceOf(job, ecs, ec2);
    assert.equal(InstanceLifecycle, undefined);
    const refused = await longshore('instance', 'interrupt', InstanceId);
    assert.deepEqual(
      [refused.code, /is On-Demand: only Spot Instances are interrupted/.test(refused.stderr)],
      [1, true],
    );

    assert.equal((await longshore('instance', 'drain', InstanceId)).code, 0);
    const { containerInstanceArns } = await ecs.send(
      new ListContainerInstancesCommand({ cluster: clusterOf(job), status: 'DRAINING' }),
    );
    assert.deepEqual(containerInstanceArns, [job.container?.containerInstanceArn]);
    const { containerInstances } = await ecs.send(
      new UpdateContainerInstancesStateCommand({
        cluster: clusterOf(job),
        containerInstances: containerInstanceArns,
        status: 'ACTIVE',
      }),
    );
    assert.equal(containerInstances?.[0]?.status, 'ACTIVE');

    const { TerminatingInstances } = await ec2.send(
      new TerminateInstancesCommand({ InstanceIds: [InstanceId] }),
    );
    assert.deepEqual(
      TerminatingInstances?.map(({ PreviousState, CurrentState }) => [
        PreviousState?.Name,
        CurrentState?.Name,
      ]),
      [['running', 'shutting-down']],
    );
    const ended = await server.whenEnded(first);
    assert.deepEqual(
      [ended.status, ended.statusReason],
      ['FAILED', `Host EC2 (instance ${InstanceId}) terminated.`],
    );
    await waitUntilInstanceTerminated(
      { client: ec2, maxWaitTime: 60 },
      { InstanceIds: [InstanceId] },
    );
  });

  test(
    'the AWS CLI finds, reboots and terminates an instance',
    { skip: requirement('awscli').skip },
    async () => {
      const aws = new AwsCli(server);
      const id = await server.submit(await server.register('d', sleeping), {
        jobQueue: 'steady',
        retryStrategy: { attempts: 3 },
      });
      const { InstanceId } = await instanceOf(await server.whenStatus(id, 'RUNNING'), ecs, ec2);
      const query = 'Reservations[].Instances[].InstanceId';
      assert.deepEqual(
        await aws.json`ec2 describe-instances --filters Name=instance-state-name,Values=running Name=instance-type,Values=m5.* Name=instance-id,Values=${InstanceId} --query ${query}`,
        [InstanceId],
      );
      await aws.text`ec2 reboot-instances --instance-ids ${InstanceId}`;
      await until('the job runs there again', async () => {
        const job = await server.job(id);
        return job.attempts?.length === 1 && job.status === 'RUNNING';
      });
      await assert.rejects(
        ec2.send(new StartInstancesCommand({ InstanceIds: ['i-00000000000000000'] })),
        { name: 'InvalidInstanceID.NotFound' },
      );
      assert.equal(
        (await longshore('instance', 'terminate', InstanceId ?? '')).stdout,
        `${InstanceId}\n`,
      );
      await until(
        'the job runs elsewhere',
        async () => (await server.job(id)).attempts?.length === 2,
      );
      await waitUntilInstanceTerminated(
        { client: ec2, maxWaitTime: 60 },
        { InstanceIds: [InstanceId ?? ''] },
      );
      await longshore('terminate', id);
      await server.whenEnded(id);
    },
  );
});

test('chance interrupts Spot instances as often as it is told to', async () => {
  // An interruption a second, on average.
  await using server = await TestServer.start('fake', ['--spot-interruptions-per-hour', '3600']);
  await server.prepare('test', {
    type: 'SPOT',
    allocationStrategy: 'SPOT_CAPACITY_OPTIMIZED',
    instanceTypes: ['m5.large'],
  });
  const id = await server.submit(await server.register('d', { command: ['sleep', '300'] }), {
    retryStrategy: { attempts: 2 },
  });
  const ended = await server.whenStatus(id, 'FAILED');
  assert.deepEqual(
    ended.attempts?.map(({ statusReason }) =>
      /^Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/.test(statusReason ?? ''),
    ),
    [true, true],
  );
});

// AWS Batch User Guide, chapter Unmanaged Compute Environments: the instance's user data names the
// environment's cluster.
test(
  'the AWS CLI launches an instance into an UNMANAGED environment, and makes an image of it',
  { skip: requirement('awscli').skip },
  async () => {
    await using server = await TestServer.start('fake');
    const aws = new AwsCli(server);
    let ec2 = new EC2Client(server.clientOptions());
    await server.batch.send(
      new CreateComputeEnvironmentCommand({
        computeEnvironmentName: 'own',
        type: 'UNMANAGED',
        serviceRole: 'AWSBatchServiceRole',
      }),
    );
    await server.batch.send(
      new CreateJobQueueCommand({
        jobQueueName: 'test',
        priority: 1,
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'own' }],
      }),
    );
    const { computeEnvironments } = await server.batch.send(
      new DescribeComputeEnvironmentsCommand({}),
    );
    const cluster = computeEnvironments?.[0]?.ecsClusterArn?.split('/')[1] ?? '';
    const waiting = await server.submit(await server.register('d', { command: ['sleep', '300'] }));
    assert.match((await server.job(waiting)).statusReason ?? '', /none is registered/);

    const { Images = [] } = await ec2.send(
      new DescribeImagesCommand({
        Owners: ['amazon'],
        Filters: [{ Name: 'name', Values: ['al2023-ami-ecs-hvm-*-x86_64'] }],
      }),
    );
    const userData = `#!/bin/bash\necho ECS_CLUSTER=${cluster} >> /etc/ecs/ecs.config\n`;
    const id: string =
      await aws.json`ec2 run-instances --image-id ${Images[0]?.ImageId} --instance-type m5.large --iam-instance-profile Name=ecsInstanceRole --user-data ${userData} --query Instances[0].InstanceId`;
    const job = await server.whenStatus(waiting, 'RUNNING');
    const containerInstance = job.container?.containerInstanceArn;
    assert.deepEqual(
      await aws.json`ecs list-container-instances --cluster ${cluster} --query containerInstanceArns`,
      [containerInstance],
    );
    assert.deepEqual(
      await aws.json`ecs describe-container-instances --cluster ${cluster} --container-instances ${containerInstance} --query containerInstances[].ec2InstanceId`,
      [id],
    );

    ec2.destroy();
    await server.restart();
    ec2 = new EC2Client(server.clientOptions());
    const state = async (): Promise<string | undefined> => {
      const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
      return Reservations?.[0]?.Instances?.[0]?.State?.Name;
    };
    assert.equal(await state(), 'running');
    const made: string =
      await aws.json`ec2 create-image --instance-id ${id} --name mine --no-reboot --query ImageId`;
    const own = await ec2.send(new DescribeImagesCommand({ ImageIds: [made] }));
    assert.equal(own.Images?.[0]?.Name, 'mine');
    await aws.text`ec2 stop-instances --instance-ids ${id}`;
    const ended = await server.whenEnded(waiting);
    assert.equal(ended.statusReason, `Host EC2 (instance ${id}) terminated.`);
    await until('it has stopped', async () => (await state()) === 'stopped');
    await aws.text`ec2 start-instances --instance-ids ${id}`;
    const again = await server.submit('d');
    await server.whenStatus(again, 'RUNNING');
    await aws.text`ec2 terminate-instances --instance-ids ${id}`;
    await server.whenEnded(again);
    ec2.destroy();
  },
);

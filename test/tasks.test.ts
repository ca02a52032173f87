// Attempts as ECS shows them: what Nextflow and others ask of a task after its job has ended, and
// after the server was started again.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { TagResourceCommand, TerminateJobCommand, type JobDetail } from '@aws-sdk/client-batch';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeContainerInstancesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { TestServer } from './server.ts';
import { until } from './until.ts';

const clusterOf = (job: JobDetail): string => job.container?.taskArn?.split('/')[1] ?? '';

describe('tasks', () => {
  let server: TestServer;
  let ecs: ECSClient;
  before(async () => {
    server = await TestServer.start('fake');
    await server.prepare('test', { instanceTypes: ['m5.large'] });
    ecs = new ECSClient(server.clientOptions());
  });
  after(async () => {
    ecs.destroy();
    await server[Symbol.asyncDispose]();
  });

  const taskOf = async (job: JobDetail, taskArn = job.container?.taskArn): Promise<Task> => {
    const { tasks, failures } = await ecs.send(
      new DescribeTasksCommand({
        cluster: clusterOf(job),
        tasks: [taskArn ?? ''],
        include: ['TAGS'],
      }),
    );
    assert.deepEqual(failures, []);
    return tasks?.[0] ?? {};
  };

  test('a task that has stopped says how, with its definition and the tags of its job', async () => {
    const definition = await server.register(
      'ends',
      { command: ['exit', '3'] },
      { tags: { team: 'docks', shared: 'definition' } },
    );
    const job = await server.whenEnded(
      await server.submit(definition, { tags: { shared: 'job', own: 'x' }, propagateTags: true }),
    );
    const task = await taskOf(job);
    assert.deepEqual(
      [task.lastStatus, task.desiredStatus, task.stopCode, task.stoppedReason, task.startedBy],
      [
        'STOPPED',
        'STOPPED',
        'EssentialContainerExited',
        'Essential container in task exited',
        job.jobId,
      ],
    );
    const [container] = task.containers ?? [];
    assert.deepEqual(
      [
        container?.name,
        container?.lastStatus,
        container?.exitCode,
        container?.image,
        container?.reason,
      ],
      ['default', 'STOPPED', 3, 'busybox', undefined],
    );
    assert.deepEqual(
      [task.startedAt?.getTime(), task.stoppedAt?.getTime()],
      [job.startedAt, job.stoppedAt],
    );
    assert.ok(task.createdAt !== undefined && task.createdAt <= (task.startedAt as Date));
    assert.deepEqual(Object.fromEntries((task.tags ?? []).map(({ key, value }) => [key, value])), {
      team: 'docks',
      shared: 'job',
      own: 'x',
    });
    const { taskDefinition, tags } = await ecs.send(
      new DescribeTaskDefinitionCommand({
        taskDefinition: task.taskDefinitionArn,
        include: ['TAGS'],
      }),
    );
    assert.equal(
      taskDefinition?.taskDefinitionArn,
      'arn:aws:ecs:us-east-1:000000000000:task-definition/ends:1',
    );
    assert.deepEqual(
      [taskDefinition?.family, taskDefinition?.revision, taskDefinition?.status, tags?.length],
      ['ends', 1, 'ACTIVE', 2],
    );
    assert.deepEqual(
      [
        taskDefinition?.containerDefinitions?.[0]?.image,
        taskDefinition?.containerDefinitions?.[0]?.command,
        taskDefinition?.containerDefinitions?.[0]?.cpu,
        taskDefinition?.containerDefinitions?.[0]?.memory,
      ],
      ['busybox', ['exit', '3'], 1024, 32],
    );
    assert.equal(
      (await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'ends' }))).taskDefinition
        ?.revision,
      1,
    );
    await assert.rejects(
      ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'none:1' })),
      { name: 'ClientException', message: 'Unable to describe task definition.' },
    );
    await assert.rejects(
      ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: `${task.taskDefinitionArn}9` })),
      { name: 'ClientException' },
    );
    await server.batch.send(
      new TagResourceCommand({ resourceArn: job.jobArn, tags: { later: 'y' } }),
    );
  });

  test('without propagateTags a task has none', async () => {
    const job = await server.whenEnded(
      await server.submit(
        await server.register('plain', { command: ['true'] }, { tags: { team: 'docks' } }),
        { tags: { own: 'x' } },
      ),
    );
    assert.deepEqual((await taskOf(job)).tags, []);
    const { tasks } = await ecs.send(
      new DescribeTasksCommand({ cluster: clusterOf(job), tasks: [job.container?.taskArn ?? ''] }),
    );
    assert.deepEqual(tasks?.[0]?.tags, []);
  });

  test('each attempt is a task, and what was stopped or did not start says so', async () => {
    const retried = await server.whenEnded(
      await server.submit(await server.register('fails', { command: ['false'] }), {
        retryStrategy: { attempts: 2 },
      }),
    );
    const arns = retried.attempts?.map(({ container }) => container?.taskArn) ?? [];
    assert.equal(arns.length, 2);
    for (const arn of arns)
      assert.deepEqual(
        [
          (await taskOf(retried, arn)).stopCode,
          (await taskOf(retried, arn)).containers?.[0]?.exitCode,
        ],
        ['EssentialContainerExited', 1],
      );

    const unstarted = await server.whenEnded(
      await server.submit(
        await server.register('unstarted', {
          command: ['true'],
          environment: [{ name: 'FAKE_START_FAILURE', value: 'CannotPullContainerError: no' }],
        }),
      ),
    );
    const failed = await taskOf(unstarted);
    assert.deepEqual(
      [
        failed.stopCode,
        failed.startedAt,
        failed.containers?.[0]?.reason,
        failed.containers?.[0]?.exitCode,
      ],
      ['TaskFailedToStart', undefined, 'CannotPullContainerError: no', undefined],
    );

    const id = await server.submit(await server.register('sleeps', { command: ['sleep', '600'] }));
    const running = await server.whenStatus(id, 'RUNNING');
    assert.deepEqual(
      [(await taskOf(running)).lastStatus, (await taskOf(running)).desiredStatus],
      ['RUNNING', 'RUNNING'],
    );
    await server.batch.send(new TerminateJobCommand({ jobId: id, reason: 'enough' }));
    await server.whenEnded(id);
    assert.equal((await taskOf(running)).stopCode, 'UserInitiated');
  });

  test('they are shown after a restart, children of arrays too, with the instance that they ran on', async () => {
    const array = await server.submit(await server.register('array', { command: ['exit', '5'] }), {
      arrayProperties: { size: 3 },
    });
    await server.whenEnded(array);
    const child = await server.job(`${array}:1`);
    await server.restart();
    ecs.destroy();
    ecs = new ECSClient(server.clientOptions());
    const task = await taskOf(child);
    assert.deepEqual(
      [task.lastStatus, task.containers?.[0]?.exitCode, task.startedBy],
      ['STOPPED', 5, `${array}:1`],
    );
    const { taskArns } = await ecs.send(
      new ListTasksCommand({
        cluster: clusterOf(child),
        desiredStatus: 'STOPPED',
        startedBy: `${array}:1`,
      }),
    );
    assert.deepEqual(taskArns, [task.taskArn]);
    assert.deepEqual(
      (await ecs.send(new ListTasksCommand({ cluster: clusterOf(child) }))).taskArns,
      [],
    );
    const { failures } = await ecs.send(
      new DescribeTasksCommand({ cluster: clusterOf(child), tasks: ['0'.repeat(32)] }),
    );
    assert.equal(failures?.[0]?.reason, 'MISSING');

    // The machine info of a job that has ended, on an instance that has ended as well.
    const instance = async () =>
      (
        await ecs.send(
          new DescribeContainerInstancesCommand({
            cluster: clusterOf(child),
            containerInstances: [task.containerInstanceArn ?? ''],
          }),
        )
      ).containerInstances?.[0];
    const gone = await until('the instance to be gone', async () =>
      (await instance())?.status === 'INACTIVE' ? instance() : undefined,
    );
    assert.equal(gone?.agentConnected, false);
    const ec2 = new EC2Client(server.clientOptions());
    const { Reservations } = await ec2.send(
      new DescribeInstancesCommand({ InstanceIds: [gone?.ec2InstanceId ?? ''] }),
    );
    ec2.destroy();
    assert.deepEqual(
      [
        Reservations?.[0]?.Instances?.[0]?.InstanceType,
        Reservations?.[0]?.Instances?.[0]?.State?.Name,
      ],
      ['m5.large', 'terminated'],
    );
  });
});

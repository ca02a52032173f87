// What ECS shows of compute environments: hosts as container instances, and attempts as tasks,
// while they are under way and for a while after they have ended, also where that was before a
// restart.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Task } from '@aws-sdk/client-ecs';
import { childId, type AttemptId, type JobId } from '../../base/ids.ts';
import { limit } from '../../core/limit.ts';
import { describeContainerInstances } from './describe-container-instances.ts';
import { describeTaskDefinition } from './describe-task-definition.ts';
import { describeTasks } from './describe-tasks.ts';
import { listContainerInstances } from './list-container-instances.ts';
import { listTasks } from './list-tasks.ts';
import { registerJobDefinition } from '../batch/job-definition/register-job-definition.ts';
import { scope } from '../../../test/house/caller.ts';
import { Rig } from '../../../test/house/rig.ts';

const clusterOf = (rig: Rig, name = 'ce'): string =>
  rig.control.reader.batch.computeEnvironment(scope, name)?.environment.ecsClusterArn ?? '';

async function listed(rig: Rig, desiredStatus: 'RUNNING' | 'STOPPED'): Promise<string[]> {
  const { taskArns } = await rig.call(listTasks, { cluster: clusterOf(rig), desiredStatus });
  return (taskArns ?? []).map((arn) => arn.slice(arn.lastIndexOf('/') + 1));
}

async function task(rig: Rig, id: AttemptId, cluster = clusterOf(rig)): Promise<Task | undefined> {
  const { tasks } = await rig.call(describeTasks, { cluster, tasks: [id], include: ['TAGS'] });
  return tasks?.[0];
}

async function instance(rig: Rig, cluster = clusterOf(rig)) {
  const { containerInstanceArns = [] } = await rig.call(listContainerInstances, { cluster });
  if (containerInstanceArns.length === 0) return undefined;
  const { containerInstances } = await rig.call(describeContainerInstances, {
    cluster,
    containerInstances: containerInstanceArns,
  });
  return containerInstances?.[0];
}

const numbers = async (rig: Rig) => {
  const shown = await instance(rig);
  return [
    shown?.pendingTasksCount,
    shown?.runningTasksCount,
    shown?.remainingResources?.find(({ name }) => name === 'CPU')?.integerValue,
  ];
};

async function addIdleCluster(rig: Rig): Promise<void> {
  await rig.ask({
    type: 'create-compute-environment',
    scope,
    uuid: 'other',
    request: { computeEnvironmentName: 'other', type: 'UNMANAGED', serviceRole: 'r' },
  });
}

describe('a container instance', () => {
  it('counts its tasks and has left what they do not hold', async () => {
    const rig = await Rig.open();
    await addIdleCluster(rig);
    assert.deepEqual(await numbers(rig), [0, 0, 4 * 1024]);
    const id = await rig.submit();
    await rig.submit();
    await rig.started(rig.attempt(id));
    assert.deepEqual(await numbers(rig), [1, 1, 2 * 1024]);
    await rig.exited(rig.attempt(id));
    assert.deepEqual(await numbers(rig), [1, 0, 3 * 1024]);
    assert.equal(await instance(rig, clusterOf(rig, 'other')), undefined);
  });
});

describe('a task', () => {
  it('is an attempt, and says how it ended for an hour', async () => {
    const rig = await Rig.open();
    await addIdleCluster(rig);
    const id = await rig.submit('d', { retryStrategy: { attempts: 2 } });
    const first = rig.attempt(id);
    assert.equal((await task(rig, first))?.lastStatus, 'PENDING');
    await rig.started(first);
    assert.equal((await task(rig, first))?.lastStatus, 'RUNNING');
    assert.deepEqual([await listed(rig, 'RUNNING'), await listed(rig, 'STOPPED')], [[first], []]);
    await rig.exited(first, 7);
    const second = rig.attempt(id);
    assert.deepEqual(
      [await listed(rig, 'RUNNING'), await listed(rig, 'STOPPED')],
      [[second], [first]],
    );
    const shown = await task(rig, first);
    assert.deepEqual(
      [shown?.lastStatus, shown?.startedBy, shown?.containers?.[0]?.exitCode],
      ['STOPPED', id, 7],
    );
    assert.equal(await task(rig, first, clusterOf(rig, 'other')), undefined);
    assert.equal(await task(rig, second, clusterOf(rig, 'other')), undefined);
    await rig.clock.pass(limit.endedTaskMs);
    assert.equal(await task(rig, first), undefined);
    assert.deepEqual([await listed(rig, 'RUNNING'), await listed(rig, 'STOPPED')], [[second], []]);
  });

  it('that is being stopped is listed as one that is to stop', async () => {
    const rig = await Rig.open();
    const id = await rig.submit();
    await rig.started(rig.attempt(id));
    await rig.terminate(id);
    assert.deepEqual(await listed(rig, 'STOPPED'), [rig.attempt(id)]);
    assert.equal((await task(rig, rig.attempt(id)))?.desiredStatus, 'STOPPED');
  });

  it('that ended before a restart is shown after it, a child’s too', async () => {
    const rig = await Rig.open();
    const array = await rig.submit('d', { arrayProperties: { size: 2 } });
    const single = await rig.submit();
    const jobs: JobId[] = [childId(array, 0), childId(array, 1), single];
    const attempts = jobs.map((id) => rig.attempt(id));
    for (const attempt of attempts) {
      await rig.started(attempt);
      await rig.exited(attempt);
    }
    const next = await rig.restart().up();
    assert.deepEqual((await listed(next, 'STOPPED')).toSorted(), attempts.toSorted());
    const other = await rig.restart().up();
    for (const [at, attempt] of attempts.entries()) {
      const shown = await task(other, attempt);
      assert.deepEqual([shown?.lastStatus, shown?.startedBy], ['STOPPED', jobs[at]]);
    }
  });

  it('has the tags of its definition and its job where the job hands them on', async () => {
    const rig = await Rig.open();
    await rig.ask({
      type: 'register-job-definition',
      scope,
      request: {
        jobDefinitionName: 'tagged',
        type: 'container',
        platformCapabilities: ['FARGATE'],
        containerProperties: { image: 'busybox', vcpus: 1, memory: 64 },
        tags: { of: 'definition', one: '1' },
      },
    });
    const tagsOf = async (propagateTags: boolean) => {
      const id = await rig.submit('tagged', { propagateTags, tags: { of: 'job', two: '2' } });
      const shown = await task(rig, rig.attempt(id));
      return Object.fromEntries(shown?.tags?.map(({ key, value }) => [key, value]) ?? []);
    };
    assert.deepEqual(await tagsOf(true), { of: 'job', one: '1', two: '2' });
    assert.deepEqual(await tagsOf(false), {});
  });
});

describe('a task definition', () => {
  it('has each container of a definition with several, in their order and with what they wait for', async () => {
    const rig = await Rig.bare();
    const container = (name: string, more: object = {}) => ({
      name,
      image: `image-${name}`,
      resourceRequirements: [
        { type: 'VCPU' as const, value: '2' },
        { type: 'MEMORY' as const, value: '64' },
      ],
      ...more,
    });
    const dependsOn = [{ containerName: 'side', condition: 'SUCCESS' }];
    await rig.call(registerJobDefinition, {
      jobDefinitionName: 'd',
      type: 'container',
      ecsProperties: {
        taskProperties: [
          {
            containers: [
              container('main', { dependsOn, stopTimeout: 5 }),
              container('side', { essential: false }),
            ],
            ipcMode: 'task',
            taskRoleArn: 'role',
            volumes: [{ name: 'v' }],
          },
        ],
      },
    });
    const { taskDefinition } = await rig.call(describeTaskDefinition, { taskDefinition: 'd' });
    assert.equal(taskDefinition?.ipcMode, 'task');
    assert.equal(taskDefinition?.taskRoleArn, 'role');
    assert.deepEqual(
      taskDefinition?.volumes?.map(({ name }) => name),
      ['v'],
    );
    assert.deepEqual(
      taskDefinition?.containerDefinitions?.map((one) => [
        one.name,
        one.image,
        one.essential,
        one.cpu,
        one.dependsOn,
        one.stopTimeout,
      ]),
      [
        ['main', 'image-main', true, 2048, dependsOn, 5],
        ['side', 'image-side', false, 2048, undefined, undefined],
      ],
    );
  });
});

// Containers of a task through the product around a scripted engine: which are started when and as
// what, that those which have ended stay until their attempt is over, and what is shown of each.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EcsTaskProperties, TaskContainerProperties } from '@aws-sdk/client-batch';
import type { JobId } from '../base/ids.ts';
import { createComputeEnvironment } from '../service/batch/compute-environment/create-compute-environment.ts';
import { registerJobDefinition } from '../service/batch/job-definition/register-job-definition.ts';
import { describeJobs } from '../service/batch/job/describe-jobs.ts';
import { submitJob } from '../service/batch/job/submit-job.ts';
import { createJobQueue } from '../service/batch/job-queue/create-job-queue.ts';
import { describeTasks } from '../service/ecs/describe-tasks.ts';
import { ec2Resources } from '../../test/house/batch-requests.ts';
import { scope } from '../../test/house/caller.ts';
import { Rig } from '../../test/house/rig.ts';

const container = (
  name: string,
  more: Partial<TaskContainerProperties> = {},
): TaskContainerProperties => ({
  name,
  image: `image-${name}`,
  resourceRequirements: [
    { type: 'VCPU', value: '1' },
    { type: 'MEMORY', value: '64' },
  ],
  ...more,
});

const waitsFor = (containerName: string, condition: string) => ({
  dependsOn: [{ containerName, condition }],
});

/** A database, what prepares it, and who needs both. */
const shop: EcsTaskProperties = {
  containers: [
    container('main', waitsFor('migrate', 'SUCCESS')),
    container('migrate', { essential: false, ...waitsFor('db', 'START') }),
    container('db', { essential: false, linuxParameters: { sharedMemorySize: 8 } }),
  ],
  ipcMode: 'task',
  volumes: [{ name: 'data' }],
};
const [main, migrate, db] = [0, 1, 2] as const;

async function submitted(task = shop, more: object = {}): Promise<[Rig, JobId]> {
  const rig = await Rig.open();
  await rig.ask({
    type: 'register-job-definition',
    scope,
    request: {
      jobDefinitionName: 't',
      type: 'container',
      platformCapabilities: ['EC2', 'FARGATE'],
      ecsProperties: { taskProperties: [task] },
    },
  });
  return [rig, await rig.submit('t', more)];
}

async function says(rig: Rig, id: JobId, index: number, exitCode?: number): Promise<void> {
  const containerId = rig.container(id, index);
  const atMs = rig.clock.now();
  if (exitCode === undefined) {
    rig.engine.containers.set(containerId, { containerId, state: 'running', startedAtMs: atMs });
    rig.engine.report({ type: 'started', containerId, atMs });
  } else {
    const exit = { exitCode, outOfMemory: false };
    rig.engine.containers.set(containerId, {
      containerId,
      state: 'exited',
      startedAtMs: atMs,
      stoppedAtMs: atMs,
      exit,
    });
    rig.engine.report({ type: 'exited', containerId, atMs, exit });
  }
  await rig.clock.pass(1_000);
}

const shown = async (rig: Rig, id: JobId) => {
  const { jobs } = await rig.call(describeJobs, { jobs: [id] });
  return jobs?.[0];
};
const ends = async (rig: Rig, id: JobId) =>
  (await shown(rig, id))?.ecsProperties?.taskProperties?.[0]?.containers?.map((one) => [
    one.name,
    one.exitCode,
    one.logStreamName?.replace(/[0-9a-f]{32}$/, '*'),
  ]);

describe('the containers of a task', () => {
  it('start one after the other and share their place', async () => {
    const [rig, id] = await submitted();
    const attempt = rig.attempt(id);
    const ids = [main, migrate, db].map((index) => rig.container(id, index));
    assert.deepEqual(rig.engine.calls, [`start ${ids[db]}`]);
    await says(rig, id, db);
    assert.deepEqual(rig.engine.calls.slice(1), [`start ${ids[migrate]}`]);
    await says(rig, id, migrate);
    assert.equal((await shown(rig, id))?.status, 'STARTING');
    await says(rig, id, migrate, 0);
    assert.deepEqual(rig.engine.calls.slice(2), [`start ${ids[main]}`]);
    await says(rig, id, main);
    assert.equal((await shown(rig, id))?.status, 'RUNNING');
    assert.deepEqual(
      ids.map((one) => rig.engine.specs.get(one)).map((spec) => [spec?.image, spec?.task]),
      ['main', 'migrate', 'db'].map((name) => [
        `image-${name}`,
        {
          attemptId: attempt,
          containers: 3,
          ipcMode: 'task',
          pidMode: undefined,
          sharedMemoryMib: 8,
        },
      ]),
    );
    assert.deepEqual(rig.engine.specs.get(ids[db] as never)?.volumes, [{ name: 'data' }]);
  });

  it('stay on the engine until all have ended, and go together', async () => {
    const [rig, id] = await submitted();
    const ids = [main, migrate, db].map((index) => rig.container(id, index));
    await says(rig, id, db);
    await says(rig, id, migrate);
    await says(rig, id, migrate, 0);
    await says(rig, id, main);
    // As often as the server compares with what the engine has.
    await rig.clock.pass(60_000);
    assert.ok(rig.engine.containers.has(ids[migrate] as never), 'its volume is needed still');
    await says(rig, id, main, 0);
    assert.deepEqual(rig.engine.calls.slice(3), [`stop ${ids[db]}`]);
    await says(rig, id, db, 143);
    assert.deepEqual(
      rig.engine.calls.slice(4),
      ids.map((one) => `remove ${one}`),
    );
    assert.equal(rig.engine.containers.size, 0);
    const job = await shown(rig, id);
    assert.deepEqual([job?.status, job?.container], ['SUCCEEDED', undefined]);
    assert.deepEqual(await ends(rig, id), [
      ['main', 0, 't/main/*'],
      ['migrate', 0, 't/migrate/*'],
      ['db', 143, 't/db/*'],
    ]);
    assert.deepEqual(
      job?.attempts?.[0]?.taskProperties?.[0]?.containers?.map(({ name, exitCode }) => [
        name,
        exitCode,
      ]),
      [
        ['main', 0],
        ['migrate', 0],
        ['db', 143],
      ],
    );
  });

  it('fail with the one that cannot start, and are shown each as it stands', async () => {
    const [rig, id] = await submitted();
    const environment = rig.control.reader.batch.computeEnvironment(scope, 'ce')?.environment;
    const attempt = rig.attempt(id);
    const states = async () =>
      (
        await rig.call(describeTasks, {
          cluster: environment?.ecsClusterArn ?? '',
          tasks: [attempt],
        })
      ).tasks?.[0]?.containers?.map(({ name, lastStatus }) => [name, lastStatus]);
    await says(rig, id, db);
    assert.deepEqual(await states(), [
      ['main', 'PENDING'],
      ['migrate', 'PENDING'],
      ['db', 'RUNNING'],
    ]);
    await says(rig, id, migrate);
    await says(rig, id, migrate, 1);
    assert.deepEqual(await states(), [
      ['main', 'STOPPED'],
      ['migrate', 'STOPPED'],
      ['db', 'RUNNING'],
    ]);
    await says(rig, id, db, 143);
    const job = await shown(rig, id);
    assert.equal(job?.status, 'FAILED');
    assert.match(
      job?.ecsProperties?.taskProperties?.[0]?.containers?.[main]?.reason ?? '',
      /depends on container 'migrate', which did not end with exit code 0/,
    );
  });

  it('are all in every child of an array and in every attempt', async () => {
    const task = { containers: [container('a'), container('b', { essential: false })] };
    const [rig, id] = await submitted(task, {
      arrayProperties: { size: 2 },
      retryStrategy: { attempts: 2 },
    });
    assert.equal(rig.engine.calls.length, 4);
    const child = `${id}:1` as JobId;
    const before = rig.container(child);
    await says(rig, child, 1);
    await says(rig, child, 0);
    await says(rig, child, 0, 7);
    await says(rig, child, 1, 143);
    assert.notEqual(rig.container(child), before);
    assert.equal(rig.engine.specs.get(rig.container(child, 1))?.image, 'image-b');
    assert.deepEqual(
      (await shown(rig, child))?.attempts?.map(
        (one) => one.taskProperties?.[0]?.containers?.[0]?.exitCode,
      ),
      [7],
    );
  });

  it('are in the nodes of a range that has them, each node with its own, and are overridden there', async () => {
    const rig = await Rig.open();
    const two = (name: string, memory: string) => ({
      containers: [
        container(name, { command: ['old'] }),
        container(`${name}-side`, {
          essential: false,
          resourceRequirements: [
            { type: 'VCPU' as const, value: '1' },
            { type: 'MEMORY' as const, value: memory },
          ],
        }),
      ],
    });
    await rig.call(createComputeEnvironment, {
      computeEnvironmentName: 'ec2',
      type: 'MANAGED',
      computeResources: ec2Resources,
    });
    await rig.call(createJobQueue, {
      jobQueueName: 'ec2',
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'ec2' }],
    });
    await rig.call(registerJobDefinition, {
      jobDefinitionName: 'nodes',
      type: 'multinode',
      nodeProperties: {
        numNodes: 3,
        mainNode: 0,
        nodeRangeProperties: [
          { targetNodes: '0:', ecsProperties: { taskProperties: [two('node', '100')] } },
          {
            targetNodes: '1',
            container: { image: 'alone', vcpus: 1, memory: 32, command: ['Ref::word'] },
          },
        ],
      },
    });
    const { jobId = '' } = await rig.call(submitJob, {
      jobName: 'n',
      jobQueue: 'ec2',
      jobDefinition: 'nodes',
      parameters: { word: 'hi' },
      nodeOverrides: {
        nodePropertyOverrides: [
          {
            targetNodes: '0:',
            ecsPropertiesOverride: {
              taskProperties: [{ containers: [{ name: 'node', command: ['Ref::word'] }] }],
            },
          },
        ],
      },
    });
    const { terms } = rig.job(jobId as JobId) ?? {};
    assert.deepEqual(
      terms?.nodes?.groups.map(({ from, terms: of }) => [
        from,
        of.needs.memoryMib,
        of.containers?.map(({ name }) => name),
      ]),
      [
        [0, 164, ['node', 'node-side']],
        [1, 32, undefined],
        [2, 164, ['node', 'node-side']],
      ],
    );
    const ofNode = async (index: number) => {
      const job = await shown(rig, `${jobId}#${index}` as JobId);
      return [
        job?.container?.command,
        job?.ecsProperties?.taskProperties?.[0]?.containers?.map(({ command }) => command),
      ];
    };
    assert.deepEqual(await ofNode(1), [['hi'], undefined]);
    assert.deepEqual(await ofNode(2), [undefined, [['hi'], []]]);
    const whole = await shown(rig, jobId as JobId);
    assert.deepEqual(
      whole?.nodeProperties?.nodeRangeProperties?.map((range) => [
        range.container?.image,
        range.ecsProperties?.taskProperties?.[0]?.containers?.length,
      ]),
      [
        [undefined, 2],
        ['alone', undefined],
      ],
    );
  });
});

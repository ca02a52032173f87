// UNMANAGED compute environments with hosts of the user's own: two real Docker engines, reached
// over a network of which one is cut in the middle. Through the AWS SDK's ECS client and the
// command line.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import {
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DescribeComputeEnvironmentsCommand,
  RegisterJobDefinitionCommand,
  type JobDetail,
} from '@aws-sdk/client-batch';
import {
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListClustersCommand,
  ListTasksCommand,
  RegisterContainerInstanceCommand,
} from '@aws-sdk/client-ecs';
import { testImage } from './house/image.ts';
import { DockerDaemon, dockerDaemonSkip } from './docker-daemon.ts';
import { requirement } from './requirement.ts';
import { TestServer, computeResources } from './server.ts';
import { until } from './until.ts';

/** An UNMANAGED environment and a queue; answers the name of its cluster. */
async function unmanaged(server: TestServer): Promise<string> {
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
    new DescribeComputeEnvironmentsCommand({ computeEnvironments: ['own'] }),
  );
  return computeEnvironments?.[0]?.ecsClusterArn?.split('/')[1] ?? '';
}

async function longshore(
  server: TestServer,
  ...words: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
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
}

test('a host is registered, shown, refused where it is wrong, and leaves', async () => {
  await using server = await TestServer.start('fake', [
    '--host-addresses',
    'tcp://127.0.0.1:1,unix:///nowhere',
  ]);
  const ecs = new ECSClient(server.clientOptions());
  await server.batch.send(
    new CreateComputeEnvironmentCommand({
      computeEnvironmentName: 'managed',
      type: 'MANAGED',
      computeResources,
    }),
  );
  const cluster = await unmanaged(server);
  const waiting = await server.submit(await server.register('d', { command: ['true'] }));
  assert.match(
    (await server.job(waiting)).statusReason ?? '',
    /none is registered with UNMANAGED compute environment own/,
  );

  const { clusterArns } = await ecs.send(new ListClustersCommand({}));
  assert.equal(clusterArns?.length, 2);
  const register = (dockerHost?: string, name = cluster) =>
    ecs.send(
      new RegisterContainerInstanceCommand({
        cluster: name,
        attributes:
          dockerHost === undefined ? [] : [{ name: 'longshore.docker-host', value: dockerHost }],
      }),
    );
  await assert.rejects(register(), {
    name: 'InvalidParameterException',
    message: /longshore.docker-host must be given/,
  });
  await assert.rejects(register('gopher://x'), {
    name: 'InvalidParameterException',
    message: /expected unix:/,
  });
  await assert.rejects(register('tcp://127.0.0.1:1'), {
    name: 'ClientException',
    message: /^cannot reach the Docker engine at tcp:\/\/127.0.0.1:1: connection refused$/,
  });
  await assert.rejects(register('unix:///nowhere', 'nowhere'), {
    name: 'ClusterNotFoundException',
  });
  ecs.destroy();
});

test(
  'two hosts run the jobs of an UNMANAGED environment; one is cut off in the middle and comes back',
  { skip: dockerDaemonSkip() },
  async () => {
    await using first = await DockerDaemon.start();
    await using second = await DockerDaemon.start();
    await using server = await TestServer.start('fake', [
      '--host-lost-seconds',
      '5',
      '--host-addresses',
      'tcp://10.213.0.0/16',
    ]);
    const ecs = new ECSClient(server.clientOptions());
    const cluster = await unmanaged(server);
    const definition = await server.register('d', {
      image: testImage(),
      command: ['sh', '-c', 'echo attempt $AWS_BATCH_JOB_ATTEMPT; sleep 600'],
    });
    const job = await server.submit(definition, { retryStrategy: { attempts: 2 } });

    const registered = await longshore(
      server,
      'instance',
      'register',
      '--cluster',
      cluster,
      '--docker-host',
      first.url,
      '--title',
      'the first',
    );
    assert.deepEqual([registered.code, registered.stderr], [0, '']);
    const running = await server.whenStatus(job, 'RUNNING');
    const { container } = running;
    assert.equal(first.running().length, 1);

    // As Nextflow reads where a job runs: from the task to its instance.
    const { tasks } = await ecs.send(
      new DescribeTasksCommand({ cluster, tasks: [container?.taskArn ?? ''] }),
    );
    assert.deepEqual(
      [tasks?.[0]?.containerInstanceArn, tasks?.[0]?.lastStatus],
      [container?.containerInstanceArn, 'RUNNING'],
    );
    assert.deepEqual((await ecs.send(new ListTasksCommand({ cluster }))).taskArns, [
      container?.taskArn,
    ]);
    const { containerInstances } = await ecs.send(
      new DescribeContainerInstancesCommand({
        cluster,
        containerInstances: [container?.containerInstanceArn ?? ''],
      }),
    );
    assert.match(containerInstances?.[0]?.ec2InstanceId ?? '', /^i-[0-9a-f]{17}$/);
    assert.equal(containerInstances?.[0]?.runningTasksCount, 1);

    assert.equal(
      (
        await longshore(
          server,
          'instance',
          'register',
          '--cluster',
          cluster,
          '--docker-host',
          second.url,
        )
      ).code,
      0,
    );
    first.cutOff();
    await until(
      'the job runs on the second host',
      async () => (await server.job(job)).attempts?.length === 1 && second.running().length === 1,
      60_000,
    );
    assert.equal(first.running().length, 1, 'what nobody can reach runs on');
    const again = await server.whenStatus(job, 'RUNNING');
    assert.match(
      again.attempts?.[0]?.statusReason ?? '',
      /^Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/,
    );
    assert.match(
      (await longshore(server, 'instances')).stdout,
      /LOST .*nothing is heard of the first/,
    );

    first.reconnect();
    await until(
      'the old attempt is ended and recorded',
      async () =>
        first.running().length === 0 &&
        (await server.job(job)).attempts?.[0]?.container?.exitCode !== undefined,
      60_000,
    );
    assert.deepEqual(
      await server.lines({
        container: {
          logStreamName: (await server.job(job)).attempts?.[0]?.container?.logStreamName,
        },
      } as JobDetail),
      ['attempt 1'],
    );
    assert.equal((await server.job(job)).status, 'RUNNING', 'it decides nothing any more');

    // After a restart of the server both are found again.
    await server.restart();
    const id = container?.containerInstanceArn?.split('/').at(-1) ?? '';
    assert.equal((await longshore(server, 'instance', 'drain', id, '--cluster', cluster)).code, 0);
    assert.match((await longshore(server, 'instances')).stdout, /DRAINING/);
    assert.equal(
      (await longshore(server, 'instance', 'deregister', id, '--cluster', cluster)).code,
      0,
    );
    const other = again.container?.containerInstanceArn?.split('/').at(-1) ?? '';
    const refused = await longshore(server, 'instance', 'deregister', other, '--cluster', cluster);
    assert.deepEqual([refused.code, /runs 1 job/.test(refused.stderr)], [1, true]);
    assert.equal(
      (await longshore(server, 'instance', 'deregister', other, '--cluster', cluster, '--force'))
        .code,
      0,
    );
    const ended = await server.whenStatus(job, 'FAILED');
    assert.equal(ended.attempts?.length, 2);
    await until('nothing of it is left there', () => second.running().length === 0);
    ecs.destroy();
  },
);

test(
  'the nodes of a multi-node parallel job have a host each, and reach the main one at the address of its host',
  { skip: dockerDaemonSkip() },
  async () => {
    await using other = await DockerDaemon.start();
    await using server = await TestServer.start('fake', [
      '--host-addresses',
      `unix://${requirement('docker').command}`,
      '--host-addresses',
      'tcp://10.213.0.0/16:2375',
    ]);
    const cluster = await unmanaged(server);
    const container = (script: string) => ({
      image: testImage(),
      command: ['sh', '-c', script],
      vcpus: 1,
      memory: 32,
    });
    await server.batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName: 'pair',
        type: 'multinode',
        nodeProperties: {
          numNodes: 2,
          mainNode: 1,
          nodeRangeProperties: [
            {
              targetNodes: '0',
              container: container(
                'echo hello >line; until nc $AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS 7412 <line; do sleep 0.1; done',
              ),
            },
            { targetNodes: '1', container: container('nc -l -p 7412') },
          ],
        },
      }),
    );
    const job = await server.submit('pair');
    const here = `unix://${requirement('docker').command}`;
    assert.equal(
      (await longshore(server, 'instance', 'register', '--cluster', cluster, '--docker-host', here))
        .code,
      0,
    );
    await until('it waits for a second host', async () =>
      /waiting for 2 hosts, one for each node: UNMANAGED compute environment own has 1/.test(
        (await server.job(job)).statusReason ?? '',
      ),
    );
    assert.equal(
      (
        await longshore(
          server,
          'instance',
          'register',
          '--cluster',
          cluster,
          '--docker-host',
          other.url,
        )
      ).code,
      0,
    );
    assert.equal((await server.whenEnded(job)).status, 'SUCCEEDED');
    const [first, main] = [await server.job(`${job}#0`), await server.job(`${job}#1`)];
    assert.notEqual(first.container?.containerInstanceArn, main.container?.containerInstanceArn);
    assert.deepEqual(await server.lines(main), ['hello']);
  },
);

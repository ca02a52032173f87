// A server without an engine of its own: what it would run itself waits and says why, and what
// hosts run that their owners registered runs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DescribeComputeEnvironmentsCommand,
} from '@aws-sdk/client-batch';
import { ECSClient, RegisterContainerInstanceCommand } from '@aws-sdk/client-ecs';
import { DockerDaemon, dockerDaemonSkip } from './docker-daemon.ts';
import { testImage } from './house/image.ts';
import { computeResources, TestServer } from './server.ts';
import { until } from './until.ts';

async function queueOf(
  server: TestServer,
  jobQueueName: string,
  environment: Omit<
    ConstructorParameters<typeof CreateComputeEnvironmentCommand>[0],
    'computeEnvironmentName'
  >,
): Promise<string> {
  const computeEnvironment = `${jobQueueName}-hosts`;
  await server.batch.send(
    new CreateComputeEnvironmentCommand({
      computeEnvironmentName: computeEnvironment,
      ...environment,
    }),
  );
  await server.batch.send(
    new CreateJobQueueCommand({
      jobQueueName,
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment }],
    }),
  );
  return computeEnvironment;
}

const ownHosts = { type: 'UNMANAGED', serviceRole: 'AWSBatchServiceRole' } as const;

test('without an engine of its own a server says what waits for one', async () => {
  const flags: string[] = [];
  await using server = await TestServer.start('none', flags);
  const health = await (await fetch(`${server.url}/_longshore/health`)).text();
  assert.match(health, /"none"/);
  const environment = await queueOf(server, 'launched', {
    type: 'MANAGED',
    computeResources,
  });
  const shown = await until('the environment is VALID', async () => {
    const { computeEnvironments: [found] = [] } = await server.batch.send(
      new DescribeComputeEnvironmentsCommand({ computeEnvironments: [environment] }),
    );
    return found?.status === 'VALID' && found;
  });
  assert.match(shown.statusReason ?? '', /has no engine of its own/);
  const definition = await server.register('d', { command: ['true'] });
  const job = await server.submit(definition, { jobQueue: 'launched' });
  await until('it says why it waits', async () =>
    /no engine of its own/.test((await server.job(job)).statusReason ?? ''),
  );
  // By its record, too.
  flags.push('--engine', 'auto');
  await server.restart();
  await until('it says so again', async () =>
    /no engine of its own/.test((await server.job(job)).statusReason ?? ''),
  );
  assert.equal((await server.job(job)).status, 'RUNNABLE');
});

test(
  'without an engine of its own a server runs jobs on hosts that are registered',
  { skip: dockerDaemonSkip() },
  async () => {
    await using daemon = await DockerDaemon.start();
    await using server = await TestServer.start('none', [
      '--host-addresses',
      'tcp://10.213.0.0/16',
    ]);
    const environment = await queueOf(server, 'own', ownHosts);
    const { computeEnvironments: [found] = [] } = await server.batch.send(
      new DescribeComputeEnvironmentsCommand({ computeEnvironments: [environment] }),
    );
    const ecs = new ECSClient(server.clientOptions());
    await ecs.send(
      new RegisterContainerInstanceCommand({
        cluster: found?.ecsClusterArn,
        attributes: [{ name: 'longshore.docker-host', value: daemon.url }],
      }),
    );
    ecs.destroy();
    const definition = await server.register('d', {
      image: testImage(),
      command: ['sh', '-c', 'exit 3'],
    });
    const job = await server.submit(definition, { jobQueue: 'own' });
    const ended = await server.whenStatus(job, 'FAILED');
    assert.equal(ended.container?.exitCode, 3);
  },
);

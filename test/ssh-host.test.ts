// A host of the user's own behind a real OpenSSH server: registered with an ssh:// address, it runs
// jobs and tells their output, and is found again when the connection was cut.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import {
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DescribeComputeEnvironmentsCommand,
} from '@aws-sdk/client-batch';
import { testImage } from './house/image.ts';
import { DockerHost } from './docker-host.ts';
import { SshDaemon, sshDaemonSkip } from './ssh-daemon.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

test(
  'jobs run on a host that is reached by ssh, also after its sshd was gone for a while',
  { skip: sshDaemonSkip() },
  async () => {
    await using sshd = await SshDaemon.start();
    await using server = await TestServer.start('fake', [
      '--host-addresses',
      `${sshd.url.replace(/\/\/.*@/, '//').replace(/:\d+$/, '')}:*`,
    ]);
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
    const cluster = computeEnvironments?.[0]?.ecsClusterArn ?? '';
    const longshore = (...words: string[]) =>
      promisify(execFile)('node', ['bin/longshore.js', '--endpoint', server.url, ...words], {
        env: server.environment,
      });
    try {
      await longshore(
        'instance',
        'register',
        '--cluster',
        cluster,
        '--docker-host',
        sshd.url,
        '--title',
        'the host behind ssh',
      );
      const ended = await server.run('says', {
        image: testImage(),
        command: ['echo', 'through ssh'],
      });
      assert.deepEqual([ended.status, await server.lines(ended)], ['SUCCEEDED', ['through ssh']]);

      const waits = await server.submit(
        await server.register('waits', {
          image: testImage(),
          command: ['sh', '-c', 'until [ -e /go ]; do sleep 0.1; done; echo still here'],
          enableExecuteCommand: true,
        }),
      );
      await server.whenStatus(waits, 'RUNNING');
      await sshd.close();
      await sshd.open();
      await until('a command to run there', () =>
        longshore('exec', waits, '--', 'touch', '/go').then(
          () => true,
          () => false,
        ),
      );
      const again = await server.whenEnded(waits);
      assert.deepEqual(
        [again.status, again.attempts?.length, await server.lines(again)],
        ['SUCCEEDED', 1, ['still here']],
      );
      assert.match((await longshore('instances')).stdout, / ACTIVE /);
    } finally {
      await DockerHost.here().removeMarked(server.instance());
    }
  },
);

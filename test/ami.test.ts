// `longshore ami validate` from end to end: an image's record, and a registered host whose Docker
// engine is one of the test's own, so that it can grow old and fall silent.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { CreateComputeEnvironmentCommand } from '@aws-sdk/client-batch';
import { DescribeImagesCommand, EC2Client, RegisterImageCommand } from '@aws-sdk/client-ec2';
import { ECSClient, ListClustersCommand } from '@aws-sdk/client-ecs';
import type { Validation } from '../src/api/validation.ts';
import { TestServer } from './server.ts';

/** What a Docker engine says of itself and its host; it knows nothing else. */
class ToldEngine {
  readonly version = { Version: '27.1.0', ApiVersion: '1.46' };
  readonly info = {
    KernelVersion: '6.1.0',
    OperatingSystem: 'Debian 12',
    OSType: 'linux',
    Architecture: 'x86_64',
    NCPU: 4,
    MemTotal: 8192 * 2 ** 20,
    Runtimes: {},
    Plugins: { Log: ['awslogs', 'json-file'] },
  };
  readonly #server: Server = createServer((request, response) => {
    const path = request.url ?? '';
    const body = this.refuses
      ? undefined
      : path === '/version'
        ? this.version
        : path.endsWith('/info')
          ? this.info
          : undefined;
    response
      .writeHead(body === undefined ? 403 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(body ?? { message: 'not for you' }));
  });
  refuses = false;

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `tcp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<unknown> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

describe('longshore ami validate', () => {
  let server: TestServer;
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
  const validate = async (
    ...words: string[]
  ): Promise<{ code: number; missed: string[]; validation: Validation }> => {
    const { code, stdout } = await longshore('ami', 'validate', ...words, '--json');
    const { validation } = JSON.parse(stdout) as { validation: Validation };
    return {
      code,
      missed: validation.requirements
        .filter(({ result }) => result === 'not met')
        .map(({ requirement }) => requirement),
      validation,
    };
  };

  before(async () => {
    server = await TestServer.start('fake', [
      '--host-addresses',
      'tcp://127.0.0.1:*',
      '--log-level',
      'error',
    ]);
  });
  after(() => server[Symbol.asyncDispose]());

  test('an image that comes with the service passes where it is for; one whose tags say otherwise does not', async () => {
    const ec2 = new EC2Client(server.clientOptions());
    const { Images } = await ec2.send(
      new DescribeImagesCommand({
        Owners: ['amazon'],
        Filters: [{ Name: 'name', Values: ['al2023-ami-ecs-hvm-*-x86_64'] }],
      }),
    );
    const standard = Images?.at(-1) ?? assert.fail();
    const plain = await longshore(
      'ami',
      'validate',
      standard.ImageId ?? '',
      '--instance-type',
      'm5.large',
      '--multi-node',
    );
    assert.deepEqual([plain.code, plain.stderr], [0, '']);
    assert.match(plain.stdout, /meets the AMI specification/);
    assert.match(plain.stdout, /\nkernel +met +Linux kernel 6\.\S+ +3.10 or later\n/);
    assert.doesNotMatch(plain.stdout, /unknown|not met/);
    assert.deepEqual(
      (await validate(standard.ImageId ?? '', '--instance-type', 'p3.2xlarge')).missed,
      ['gpu-drivers'],
    );

    const SnapshotId = standard.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId;
    const { ImageId } = await ec2.send(
      new RegisterImageCommand({
        Name: 'mine',
        RootDeviceName: '/dev/xvda',
        BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }],
        TagSpecifications: [
          { ResourceType: 'image', Tags: [{ Key: 'longshore:kernel', Value: '2.6.32' }] },
        ],
      }),
    );
    const { code, missed } = await validate(ImageId ?? '');
    assert.deepEqual([code, missed], [1, ['kernel']]);
    const gone = await longshore('ami', 'validate', 'ami-00000000');
    assert.deepEqual(
      [gone.code, gone.stdout, gone.stderr],
      [1, '', 'longshore ami: Image ami-00000000 does not exist (ClientException, 404)\n'],
    );
    ec2.destroy();
  });

  test('a registered host is asked again: it may have changed, or fallen silent', async () => {
    const engine = new ToldEngine();
    const ecs = new ECSClient(server.clientOptions());
    try {
      await server.batch.send(
        new CreateComputeEnvironmentCommand({
          computeEnvironmentName: 'own',
          type: 'UNMANAGED',
          serviceRole: 'AWSBatchServiceRole',
        }),
      );
      const { clusterArns } = await ecs.send(new ListClustersCommand({}));
      const register = async (dockerHost: string) =>
        longshore(
          'instance',
          'register',
          '--cluster',
          clusterArns?.[0] ?? '',
          '--docker-host',
          dockerHost,
          '--title',
          'the first',
        );
      const dockerHost = await engine.listen();
      engine.refuses = true;
      const refused = await register(dockerHost);
      assert.equal(refused.code, 1);
      assert.match(
        refused.stderr,
        /tcp:.* does not answer as a Docker engine \(ClientException, 400\)/,
      );
      engine.refuses = false;
      const id = (await register(dockerHost)).stdout.trim();

      const first = await validate(id);
      assert.deepEqual([first.code, first.missed, first.validation.name], [0, [], 'the first']);
      Object.assign(engine.info, {
        KernelVersion: '2.6.32',
        MemTotal: 4096 * 2 ** 20,
        Plugins: { Log: ['json-file'] },
      });
      const older = await validate(id);
      assert.deepEqual([older.code, older.missed], [1, ['kernel', 'awslogs', 'memory']]);
      await engine.close();
      const silent = await longshore('ami', 'validate', id);
      assert.equal(silent.code, 1);
      assert.match(
        silent.stdout,
        /^the first \([0-9a-f]{32}\) fails 1 requirement of the AMI specification\n.*\nreachable +not met .*connection refused.*\n.*\nkernel +unknown +Linux kernel 6.1.0, when it registered/,
      );
    } finally {
      ecs.destroy();
      await engine.close();
    }
  });
});

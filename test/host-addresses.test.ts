// Whoever may call the API must not make the server connect somewhere: without --host-addresses to
// nothing, with it to what is listed; and nothing of what answers there comes back.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DescribeComputeEnvironmentsCommand,
} from '@aws-sdk/client-batch';
import { ECSClient, RegisterContainerInstanceCommand } from '@aws-sdk/client-ecs';
import { TestServer } from './server.ts';
import { until } from './until.ts';

const root = mkdtempSync(join(tmpdir(), 'longshore-addresses-'));
after(() => rmSync(root, { recursive: true, force: true }));

const secret = 'the-inner-secret';

/** Listens like a service of the inner network; `answer` decides what it says. */
class Inner implements AsyncDisposable {
  connections = 0;
  readonly #server: http.Server;

  constructor(answer: http.RequestListener) {
    this.#server = http.createServer(answer);
    this.#server.on('connection', () => this.connections++);
  }

  async listen(where: number | string): Promise<this> {
    this.#server.listen(where as number, ...(typeof where === 'number' ? ['127.0.0.1'] : []));
    await once(this.#server, 'listening');
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function registrar(
  server: TestServer,
): Promise<{ register: (dockerHost: string) => Promise<string>; ecs: ECSClient }> {
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
  const ecs = new ECSClient({ ...server.clientOptions(), maxAttempts: 1 });
  const register = (dockerHost: string): Promise<string> =>
    ecs
      .send(
        new RegisterContainerInstanceCommand({
          cluster: computeEnvironments?.[0]?.ecsClusterArn,
          attributes: [{ name: 'longshore.docker-host', value: dockerHost }],
        }),
      )
      .then(
        () => 'registered',
        (error: Error) => `${error.name}: ${error.message}`,
      );
  return { register, ecs };
}

const secretive: http.RequestListener = (_, response) =>
  response
    .writeHead(403, { 'Content-Type': 'application/json' })
    .end(JSON.stringify({ message: secret }));

test("by default the server connects nowhere on a caller's word", async () => {
  await using inner = await new Inner(secretive).listen(0);
  await using socket = await new Inner(secretive).listen(join(root, 'inner.sock'));
  await using server = await TestServer.start('fake');
  const { register, ecs } = await registrar(server);
  for (const address of [
    `tcp://127.0.0.1:${inner.port}`,
    `tcp://localhost:${inner.port}`,
    `tcp://2130706433:${inner.port}`,
    `http://[::ffff:127.0.0.1]:${inner.port}`,
    `unix://${root}/inner.sock`,
    `unix://${root}/../${root.split('/').at(-1)}/inner.sock`,
    'unix:///var/run/docker.sock',
    'ssh://127.0.0.1',
  ]) {
    const answer = await register(address);
    assert.match(
      answer,
      /^InvalidParameterException: this server may not connect to .*--host-addresses '(tcp|unix|ssh):\/\//,
      address,
    );
  }
  assert.deepEqual([inner.connections, socket.connections], [0, 0]);
  ecs.destroy();
});

test('what answers at an address that is allowed is not told to the caller', async () => {
  const strangers: http.RequestListener[] = [
    secretive,
    (_, response) => response.end(secret),
    (_, response) => response.end(JSON.stringify({ Version: secret, ApiVersion: secret })),
    (_, response) => response.end(JSON.stringify({ Version: secret, ApiVersion: '0.1' })),
    (_, response) => response.end('null'),
    (_, response) => response.writeHead(302, { Location: `http://127.0.0.1/${secret}` }).end(),
    (request, response) =>
      request.url === '/version'
        ? response.end('{"Version":"1","ApiVersion":"1.44"}')
        : response.writeHead(500).end(secret),
    (request, response) =>
      request.url === '/version'
        ? response.end('{"Version":"1","ApiVersion":"1.44"}')
        : response.end('x'.repeat(2 * 1024 * 1024)),
  ];
  let stranger = secretive;
  await using inner = await new Inner((request, response) => stranger(request, response)).listen(0);
  await using server = await TestServer.start('fake', [
    '--host-addresses',
    'tcp://127.0.0.0/8:*',
    '--log-level',
    'error',
  ]);
  const { register, ecs } = await registrar(server);
  for (stranger of strangers) {
    const answer = await register(`tcp://127.0.0.1:${inner.port}`);
    assert.equal(
      answer,
      `ClientException: tcp://127.0.0.1:${inner.port} does not answer as a Docker engine`,
    );
  }
  // A name that leads elsewhere than the list allows is not followed.
  const before = inner.connections;
  assert.match(await register(`tcp://localhost:${inner.port}`), /does not answer|ClientException/);
  assert.ok(inner.connections > before, 'it leads to 127.0.0.1');
  // Facts are checked, whatever an answer claims.
  stranger = (request, response) =>
    response.end(
      request.url === '/version'
        ? '{"Version":"1.2.3","ApiVersion":"1.44"}'
        : JSON.stringify({
            NCPU: '9e9',
            MemTotal: -1,
            Plugins: { Log: [{}, 'awslogs\u001b[2J'] },
            Runtimes: [],
            OSType: ['linux'],
          }),
    );
  assert.equal(await register(`tcp://127.0.0.1:${inner.port}`), 'registered');
  ecs.destroy();
});

test('a host whose address is not allowed any more is lost, and nothing connects to it', async () => {
  await using inner = await new Inner((request, response) =>
    request.url === '/version'
      ? response.end('{"Version":"20.10.0","ApiVersion":"1.41"}')
      : response.end(
          JSON.stringify({
            NCPU: 4,
            MemTotal: 2 ** 33,
            OSType: 'linux',
            KernelVersion: '5.0',
            Architecture: 'x86_64',
            Plugins: { Log: ['awslogs'] },
          }),
        ),
  ).listen(0);
  await using server = await TestServer.start('fake', [
    '--host-lost-seconds',
    '1',
    '--host-addresses',
    `tcp://127.0.0.1:${inner.port}`,
    '--log-level',
    'error',
  ]);
  const { register, ecs } = await registrar(server);
  assert.equal(await register(`tcp://127.0.0.1:${inner.port}`), 'registered');
  ecs.destroy();
  server.flags = ['--host-lost-seconds', '1', '--log-level', 'error'];
  await server.kill('SIGTERM');
  const before = inner.connections;
  await server.restart();
  const job = await server.submit(await server.register('d', { command: ['true'] }));
  let reason = '';
  await until(
    () => `the host counts as lost: ${reason}`,
    async () =>
      /nothing is heard of|Host EC2 .* terminated/.test(
        (reason = (await server.job(job)).statusReason ?? ''),
      ),
  );
  assert.equal(inner.connections, before);
});

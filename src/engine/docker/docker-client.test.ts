// The client's own decisions, and how it stands a daemon that is odd, old or gone. No Docker engine
// is needed.

import assert from 'node:assert/strict';
import http from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EngineUnavailable } from '../../port/engine.ts';
import { DockerClient, DockerRefusal, compareVersions } from './docker-client.ts';
import { BadDockerHost, dockerEndpoint } from './docker-endpoint.ts';
import { dockerAnswers } from './docker-answers.ts';
import { DockerImages } from './docker-images.ts';
import { headerInFile } from './docker-login.ts';
import { imageParts } from './image-reference.ts';
import { saysKilled } from './kernel-log.ts';

/** A daemon that answers as told, on a socket of its own. */
async function withDaemon(
  handler: http.RequestListener,
  body: (client: DockerClient, daemon: http.Server) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-docker-client-'));
  const daemon = http.createServer(handler);
  const socketPath = join(directory, 'docker.sock');
  await new Promise<void>((resolve) => daemon.listen(socketPath, resolve));
  const client = new DockerClient({ title: 'test', socketPath });
  try {
    await body(client, daemon);
  } finally {
    client.close();
    daemon.closeAllConnections();
    await new Promise((resolve) => daemon.close(resolve));
    rmSync(directory, { recursive: true, force: true });
  }
}

const versionAnswer = (ApiVersion: string, MinAPIVersion = '1.24') =>
  JSON.stringify({ Version: '99', ApiVersion, MinAPIVersion });

test('versions are ordered by number', () => {
  assert.ok(compareVersions('1.9', '1.40') < 0);
  assert.ok(compareVersions('1.41', '1.40') > 0);
  assert.ok(compareVersions('2.0', '1.99') > 0);
  assert.equal(compareVersions('1.40', '1.40'), 0);
});

test('the newest version that both sides know is spoken', async () => {
  for (const [theirs, oldest, spoken] of [
    ['1.41', '1.12', '/v1.41/x'],
    ['1.99', '1.24', '/v1.47/x'],
    ['1.60', '1.50', '/v1.50/x'],
  ] as const) {
    const paths: string[] = [];
    await withDaemon(
      (request, response) => {
        paths.push(request.url ?? '');
        response.end(versionAnswer(theirs, oldest));
      },
      async (client) => {
        await client.negotiate();
        await client.request({ method: 'GET', path: '/x' });
        assert.deepEqual(paths, ['/version', spoken]);
      },
    );
  }
});

test('a daemon that is too old is refused, and told apart by name', async () => {
  await withDaemon(
    (_, response) => response.end(versionAnswer('1.39')),
    async (client) => {
      await assert.rejects(
        client.negotiate(),
        (error) => error instanceof EngineUnavailable && /1\.39.*1\.40/.test(error.message),
      );
    },
  );
});

test('a refusal carries the daemon’s words', async () => {
  await withDaemon(
    (_, response) => {
      response.statusCode = 404;
      response.end('{"message":"No such container: x"}');
    },
    async (client) => {
      const refused = (error: unknown): boolean =>
        error instanceof DockerRefusal &&
        error.status === 404 &&
        error.message === 'No such container: x';
      await assert.rejects(client.json({ method: 'GET', path: '/x' }), refused);
      await assert.rejects(client.stream({ method: 'GET', path: '/x' }), refused);
    },
  );
});

test('no daemon, no answer, half an answer and no JSON are one thing: unavailable', async () => {
  const nowhere = new DockerClient({
    title: 'nowhere',
    socketPath: join(tmpdir(), 'longshore-no-such.sock'),
  });
  await assert.rejects(nowhere.request({ method: 'GET', path: '/x' }), EngineUnavailable);
  await withDaemon(
    (request, response) => {
      if (request.url === '/half') {
        response.writeHead(200, { 'Content-Length': 100 });
        response.write('{');
        setImmediate(() => response.destroy());
      } else if (request.url === '/text') response.end('hello');
      else if (request.url === '/cut') request.socket.destroy();
      // Anything else: silence.
    },
    async (client) => {
      for (const path of ['/half', '/cut'])
        await assert.rejects(client.request({ method: 'GET', path }), EngineUnavailable, path);
      await assert.rejects(client.json({ method: 'GET', path: '/text' }), EngineUnavailable);
      await assert.rejects(
        client.request({ method: 'GET', path: '/silence', timeoutMs: 50 }),
        EngineUnavailable,
      );
    },
  );
});

test('a kept connection that died is replaced only where a request may be repeated', async () => {
  let asked = 0;
  await withDaemon(
    (request, response) => {
      asked++;
      // The first answer keeps the connection; the next request on it dies unanswered.
      if (asked % 3 === 2) request.socket.destroy();
      else response.end('{}');
    },
    async (client) => {
      await client.request({ method: 'GET', path: '/a' });
      assert.equal(
        (await client.request({ method: 'GET', path: '/b', repeatable: true })).status,
        200,
      );
      asked = 0;
      await client.request({ method: 'GET', path: '/c' });
      await assert.rejects(
        client.request({ method: 'POST', path: '/containers/x/start' }),
        EngineUnavailable,
      );
      assert.equal(asked, 2);
    },
  );
});

test('where Docker listens comes from the variables that the docker command reads', () => {
  const cases: [Record<string, string>, object][] = [
    [{ DOCKER_HOST: 'unix:///run/d.sock' }, { socketPath: '/run/d.sock' }],
    [{ DOCKER_HOST: 'tcp://10.0.0.1:2375' }, { host: '10.0.0.1', port: 2375, tls: undefined }],
    [{ DOCKER_HOST: 'tcp://[::1]' }, { host: '::1', port: 2375 }],
    [
      { DOCKER_HOST: 'tcp://d', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/nowhere' },
      { host: 'd', port: 2376, tls: { rejectUnauthorized: true } },
    ],
    [
      { DOCKER_HOST: 'tcp://d:99', DOCKER_CERT_PATH: '/nowhere' },
      { port: 99, tls: { rejectUnauthorized: false } },
    ],
  ];
  for (const [environment, expected] of cases) {
    const endpoint = dockerEndpoint(environment) as unknown as Record<string, unknown>;
    for (const [name, value] of Object.entries(expected))
      assert.deepEqual(endpoint[name], value, JSON.stringify(environment));
  }
});

test('nonsense is refused, and nobody throws to whoever only asks', async () => {
  for (const host of ['nonsense', 'ftp://x', 'tcp://'])
    assert.throws(() => dockerEndpoint({ DOCKER_HOST: host }), BadDockerHost, host);
  const answer = await dockerAnswers({ DOCKER_HOST: 'unix:///no/such/socket' });
  assert.ok(!answer.answers && answer.why.includes('/no/such/socket'));
});

test('image references are split as Docker splits them', () => {
  const cases: [string, ReturnType<typeof imageParts>][] = [
    ['busybox', { repository: 'busybox', tag: 'latest', registry: 'docker.io' }],
    ['busybox:1.36', { repository: 'busybox', tag: '1.36', registry: 'docker.io' }],
    ['library/busybox', { repository: 'library/busybox', tag: 'latest', registry: 'docker.io' }],
    ['localhost/tool', { repository: 'localhost/tool', tag: 'latest', registry: 'localhost' }],
    [
      'localhost:5000/tool',
      { repository: 'localhost:5000/tool', tag: 'latest', registry: 'localhost:5000' },
    ],
    [
      'localhost:5000/tool:2',
      { repository: 'localhost:5000/tool', tag: '2', registry: 'localhost:5000' },
    ],
    [
      'a.dkr.ecr.us-east-1.amazonaws.com/x/y',
      {
        repository: 'a.dkr.ecr.us-east-1.amazonaws.com/x/y',
        tag: 'latest',
        registry: 'a.dkr.ecr.us-east-1.amazonaws.com',
      },
    ],
    ['tool@sha256:abc', { repository: 'tool', tag: 'sha256:abc', registry: 'docker.io' }],
    ['tool:1@sha256:abc', { repository: 'tool', tag: 'sha256:abc', registry: 'docker.io' }],
  ];
  for (const [image, expected] of cases) assert.deepEqual(imageParts(image), expected, image);
});

test('an image is pulled once for all who wait, a failure is found in the stream, and is kept for the next ones for a while', async () => {
  const asked: string[] = [];
  await withDaemon(
    (request, response) => {
      asked.push(request.url ?? '');
      response.write('{"status":"Pulling"}\n');
      setImmediate(() =>
        response.end(
          request.url?.includes('bad')
            ? '{"errorDetail":{"message":"manifest unknown"},"error":"manifest unknown"}\n'
            : '{"status":"Done"}\n',
        ),
      );
    },
    async (client) => {
      const images = new DockerImages(client);
      assert.deepEqual(
        await Promise.all([images.pull('good'), images.pull('good'), images.pull('good')]),
        [undefined, undefined, undefined],
      );
      assert.deepEqual(asked, ['/images/create?fromImage=good&tag=latest']);
      assert.equal(await images.pull('bad:1'), 'manifest unknown');
      assert.equal(await images.pull('bad:1'), 'manifest unknown');
      assert.equal(asked.length, 2);
      await images.pull('good');
      assert.equal(asked.length, 3, 'a success is not remembered: the daemon knows better');
      images.close();
    },
  );
});

test('credentials come from where docker login puts them', () => {
  const auth = Buffer.from('me:pass:word').toString('base64');
  const config = {
    auths: {
      'https://index.docker.io/v1/': { auth },
      'my.registry:5000': { auth },
      'token.registry': { identitytoken: 't' },
      'empty.registry': {},
    },
  };
  const decoded = (registry: string): unknown => {
    const header = headerInFile(config, registry);
    return header === undefined
      ? undefined
      : JSON.parse(Buffer.from(header, 'base64url').toString());
  };
  assert.deepEqual(decoded('docker.io'), {
    username: 'me',
    password: 'pass:word',
    serveraddress: 'https://index.docker.io/v1/',
  });
  assert.deepEqual(decoded('my.registry:5000'), {
    username: 'me',
    password: 'pass:word',
    serveraddress: 'my.registry:5000',
  });
  assert.deepEqual(decoded('token.registry'), {
    identitytoken: 't',
    serveraddress: 'token.registry',
  });
  assert.equal(decoded('empty.registry'), undefined);
  assert.equal(decoded('other.registry'), undefined);
});

test('the kernel names whom it killed for memory', () => {
  const container = '0a3eaeab41f4';
  const group = `3,1,2,-;oom-kill:constraint=CONSTRAINT_MEMCG,oom_memcg=/docker/${container},task_memcg=/docker/${container},task=sh,pid=9722,uid=0`;
  const process = '3,1,2,-;Memory cgroup out of memory: Killed process 9722 (sh) total-vm:26852kB';
  assert.ok(saysKilled(group, container, 0));
  assert.ok(saysKilled(process, 'another', 9722));
  assert.ok(!saysKilled(group, 'another', 1));
  assert.ok(!saysKilled(process, container, 972));
  assert.ok(!saysKilled(process, container, 0));
});

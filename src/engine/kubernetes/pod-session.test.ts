// Sessions in pods against an API that answers as a test says: what is asked of it, and what its
// words are taken for. What a cluster does is for the contract to show.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WebSocketServer, type WebSocket } from 'ws';
import { json, statusObject } from '../../../test/house/scripted-cluster.ts';
import { VirtualClock } from '../../../test/house/virtual-clock.ts';
import { EngineUnavailable } from '../../port/engine.ts';
import type { Session, SessionRequest } from '../../port/session.ts';
import { standing } from './cluster-access.ts';
import { ClusterConnection } from './cluster-connection.ts';
import { podSession } from './pod-session.ts';

const [stdin, stdout, stderr, outcome, resize, close] = [0, 1, 2, 3, 4, 255] as const;
const success = { status: 'Success' };
const failure = (message: string) => ({ status: 'Failure', reason: 'InternalError', message });
const exited = (code: number) => ({
  status: 'Failure',
  reason: 'NonZeroExitCode',
  message: `command terminated with non-zero exit code`,
  details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
});

const message = (channel: number, what: string | object): Buffer =>
  Buffer.concat([
    Buffer.of(channel),
    Buffer.from(typeof what === 'string' ? what : JSON.stringify(what)),
  ]);

type Run = (command: readonly string[], socket: WebSocket, query: URLSearchParams) => void;

const ends =
  (what: object, ...output: readonly Buffer[]): Run =>
  (_, socket) => {
    for (const one of [...output, message(outcome, what)]) socket.send(one);
    socket.close();
  };

class ScriptedExec implements AsyncDisposable {
  readonly commands: string[] = [];
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly connection: ClusterConnection;

  private constructor(server: Server, run: Run, refusal: object | undefined) {
    this.#server = server;
    this.#server.on('upgrade', (request: IncomingMessage, socket, head) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://cluster');
      assert.equal(pathname, '/api/v1/namespaces/jobs/pods/aws-batch.1/exec');
      assert.equal(request.headers['sec-websocket-protocol'], 'v5.channel.k8s.io');
      const command = searchParams.getAll('command');
      this.commands.push(command.join(' ').replace(/[\da-f-]{36}/g, 'MARK'));
      this.#sockets.handleUpgrade(request, socket, head, (open) =>
        run(command, open, searchParams),
      );
    });
    if (refusal !== undefined) {
      this.#server.removeAllListeners('upgrade');
      this.#server.on('request', (_, response) => json(response, 403, refusal));
    }
    this.connection = new ClusterConnection({
      clock: new VirtualClock(0),
      access: {
        title: 'scripted',
        server: new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`),
        namespace: 'default',
        trust: {},
        impersonation: {},
        credentials: standing({}),
      },
    });
  }

  static async start(run: Run, refusal?: object): Promise<ScriptedExec> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ScriptedExec(server, run, refusal);
  }

  open(request: SessionRequest): ReturnType<typeof podSession> {
    return podSession(
      { connection: this.connection, namespace: 'jobs', pod: 'aws-batch.1', container: 'main' },
      request,
    );
  }

  async session(request: SessionRequest): Promise<Session> {
    const session = await this.open(request);
    assert.ok('output' in session, JSON.stringify(session));
    return session;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.connection.close();
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** A container that has `env`. */
const withEnv =
  (run: Run): Run =>
  (command, socket, query) =>
    command.join(' ') === 'env -i'
      ? ends(success)(command, socket, query)
      : run(command, socket, query);

async function outputOf({ output }: Session): Promise<string[]> {
  const pieces: string[] = [];
  for await (const { stream, bytes } of output)
    pieces.push(`${stream} ${Buffer.from(bytes).toString()}`);
  return pieces;
}

test('a command is marked, its outputs are told apart, and it ends with its code', async () => {
  await using scripted = await ScriptedExec.start(
    withEnv(ends(exited(9), message(stdout, ''), message(stdout, 'a'), message(stderr, 'b'))),
  );
  const session = await scripted.session({ command: ['ls', '-l'] });
  assert.deepEqual(await outputOf(session), ['stdout a', 'stderr b']);
  assert.equal(await session.exitCode(), 9);
  assert.deepEqual(scripted.commands, ['env -i', 'env LONGSHORE_SESSION=MARK ls -l']);
});

test('what is written and its end go over, and the size of a terminal', async () => {
  for (const terminal of [undefined, { columns: 80, rows: 24 }]) {
    const heard: string[] = [];
    await using scripted = await ScriptedExec.start(
      withEnv((command, socket, query) => {
        heard.push(['stdin', 'stderr', 'tty'].map((name) => query.get(name)).join(' '));
        socket.on('message', (data) => {
          const bytes = data as Buffer;
          const text = bytes[0] === close ? String(bytes[1]) : bytes.toString('utf8', 1);
          heard.push(`${bytes[0]} ${text}`);
          if (bytes.includes('bye')) ends(success)(command, socket, query);
        });
      }),
    );
    const session = await scripted.session({ command: ['sh'], terminal });
    await session.write(Buffer.from('x'));
    session.endInput();
    session.resize({ columns: 100, rows: 30 });
    await session.write(Buffer.from('bye'));
    assert.deepEqual(await outputOf(session), []);
    assert.equal(await session.exitCode(), 0);
    assert.deepEqual(
      heard,
      terminal === undefined
        ? ['true true false', `${stdin} x`, `${close} ${stdin}`, `${stdin} bye`]
        : [
            'true false true',
            `${resize} {"Width":80,"Height":24}`,
            `${stdin} x`,
            `${resize} {"Width":100,"Height":30}`,
            `${stdin} bye`,
          ],
    );
  }
});

test('without env in the image a command runs unmarked, and is not looked for afterwards', async () => {
  const missing = [
    exited(127),
    failure('OCI runtime exec failed: exec: "env": executable file not found in $PATH: unknown'),
    failure('executable file `env` not found in $PATH: No such file or directory'),
  ];
  for (const how of missing) {
    await using scripted = await ScriptedExec.start((command, socket, query) => {
      if (command[0] === 'env') ends(how)(command, socket, query);
      else socket.send(message(stdout, 'on'));
    });
    const session = await scripted.session({ command: ['/server', '--status'] });
    for await (const _ of session.output) await session.hangUp();
    assert.deepEqual(scripted.commands, ['env -i', '/server --status']);
  }
  await using scripted = await ScriptedExec.start(ends(success));
  await outputOf(await scripted.session({ command: ['a=b'] }));
  assert.deepEqual(scripted.commands, ['a=b']);
});

test('what is hung up on is sent SIGHUP by its mark', async () => {
  await using scripted = await ScriptedExec.start(
    withEnv((command, socket, query) => {
      if (command[0] === 'sh') ends(success)(command, socket, query);
      else socket.send(message(stdout, 'on'));
    }),
  );
  const session = await scripted.session({ command: ['sleep', '9'] });
  for await (const _ of session.output) await session.hangUp();
  await session.hangUp();
  assert.match(scripted.commands[2] ?? '', /^sh -c for p in .*LONGSHORE_SESSION=MARK.*kill -HUP/);
  assert.equal(scripted.commands.length, 3);
});

test('why none runs is said: by the cluster, or by what runs containers', async () => {
  await using forbidding = await ScriptedExec.start(
    ends(success),
    statusObject(403, 'Forbidden', 'cannot get resource "pods/exec"'),
  );
  assert.deepEqual(await forbidding.open({ command: ['ls'] }), {
    cannot: 'cannot get resource "pods/exec"',
  });
  await using gone = await ScriptedExec.start(ends(failure('container not found ("main")')));
  assert.deepEqual(await gone.open({ command: ['ls'] }), {
    cannot: 'container not found ("main")',
  });
  await using failing = await ScriptedExec.start(withEnv(ends(failure('no such container'))));
  await assert.rejects(outputOf(await failing.session({ command: ['ls'] })), {
    name: 'EngineUnavailable',
    message: 'no such container',
  });
});

test('a line that breaks is no end of the command', async () => {
  const breaks: readonly Run[] = [
    (_, socket) => socket.close(),
    (_, socket) => socket.terminate(),
    (_, socket) => socket.send(message(stdout, 'x'.repeat(5 * 1024 * 1024))),
  ];
  for (const run of breaks) {
    await using scripted = await ScriptedExec.start(withEnv(run));
    const session = await scripted.session({ command: ['ls'] });
    await assert.rejects(outputOf(session), (error) => error instanceof EngineUnavailable);
    assert.equal(await session.exitCode(), undefined);
  }
});

// What the Docker tests share: whether there is an engine and an image to run, and a second client
// to look at Docker with. For tests only. Containers carry a mark of this process alone, so
// that tests that run beside others stay apart.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { ContainerId } from '../../src/base/ids.ts';
import type { ContainerSpec } from '../../src/port/engine.ts';
import { newAttempt, plainSpec } from './contract/engine-contract.ts';
import { ReportRecorder, textOf } from './contract/report-recorder.ts';
import { dockerEndpoint } from '../../src/engine/docker/docker-endpoint.ts';
import { dockerAnswers } from '../../src/engine/docker/docker-answers.ts';
import { DockerEngine } from '../../src/engine/docker/docker-engine.ts';
import { testImage, testImageSkip } from './image.ts';

const run = promisify(execFile);

const answer = await dockerAnswers();
const required = (process.env['LONGSHORE_REQUIRE'] ?? '').split(',').includes('docker');
/** Why tests that need Docker are skipped; undefined: they are not. */
export const skipReason: string | undefined = answer.answers
  ? testImageSkip() || undefined
  : `no Docker engine answers: ${answer.why}`;
if (skipReason !== undefined && required)
  throw new Error(`LONGSHORE_REQUIRE names docker, but ${skipReason}`);

export const mark = `test-${process.pid}-${Date.now().toString(36)}`;

export const newEngine = (
  options: Partial<ConstructorParameters<typeof DockerEngine>[0]> = {},
): DockerEngine => new DockerEngine({ mark, ...options });

/** The docker command's output, trimmed. */
export async function docker(...args: string[]): Promise<string> {
  return (await run('docker', args, { maxBuffer: 64 * 1024 * 1024 })).stdout.trim();
}

/** The ids of the networks of this process's engine, or of another mark's. */
export async function ownNetworks(of = mark): Promise<string[]> {
  const listed = await docker(
    'network',
    'ls',
    '--filter',
    `label=longshore.instance=${of}`,
    '--format',
    '{{.Label "longshore.network"}}',
  );
  return listed === '' ? [] : listed.split('\n');
}

export interface Scene {
  readonly engine: DockerEngine;
  readonly reports: ReportRecorder;
  /** A spec of a new attempt, removed at the test's end. */
  readonly spec: (facts: Partial<ContainerSpec>) => ContainerSpec;
  /** The same, running this shell script. */
  readonly script: (text: string, facts?: Partial<ContainerSpec>) => ContainerSpec;
  /** Runs to the end; what was printed. */
  readonly outputOf: (spec: ContainerSpec) => Promise<string[]>;
}

/**
 * A test with an open engine, which removes what it made. Skipped where no Docker engine answers,
 * or something of it is `lacking`.
 */
export function dockerTest(
  title: string,
  body: (scene: Scene) => Promise<void>,
  options: Partial<ConstructorParameters<typeof DockerEngine>[0]> = {},
  lacking: string | false = false,
): void {
  test(`docker: ${title}`, { skip: skipReason ?? lacking, timeout: 120_000 }, async () => {
    const made: ContainerId[] = [];
    const engine = newEngine(options);
    const reports = new ReportRecorder();
    const spec = (facts: Partial<ContainerSpec>): ContainerSpec => {
      const id = newAttempt();
      made.push(id);
      return plainSpec(id, { image: testImage(), ...facts });
    };
    const outputOf = async (one: ContainerSpec): Promise<string[]> => {
      await engine.start(one);
      const [first] = reports.of(one.containerId);
      if (first?.type === 'start-failed') throw new Error(first.reason);
      const lines = await textOf(engine.logs(one.containerId, undefined));
      await reports.exited(one.containerId);
      return lines;
    };
    await engine.open(reports.take);
    try {
      await body({
        engine,
        reports,
        spec,
        script: (text, facts = {}) => spec({ command: ['sh', '-c', text], ...facts }),
        outputOf,
      });
    } finally {
      for (const id of made) await engine.remove(id);
      await engine.close();
    }
  });
}

/**
 * At which of the calls that change something the socket is cut by itself: before the daemon hears
 * of it, or before its answer arrives.
 */
interface Breakage {
  readonly at: number;
  readonly lost: 'request' | 'answer';
}

/** A socket that leads to Docker and can be cut and mended, as if the daemon went away. */
export async function cuttableSocket(breakage?: Breakage): Promise<{
  readonly host: string;
  cut: () => Promise<void>;
  mend: () => Promise<void>;
  close: () => Promise<void>;
}> {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-docker-'));
  const path = join(directory, 'docker.sock');
  const { socketPath, host, port } = dockerEndpoint(process.env);
  const open = new Set<net.Socket>();
  let server: net.Server | undefined;
  let changes = 0;
  /** A call is small: it comes as one piece. */
  const breaksAt = (piece: Buffer): boolean =>
    /^(POST|DELETE) /.test(piece.toString('latin1', 0, 8)) && ++changes === breakage?.at;
  const mend = async (): Promise<void> => {
    server = net.createServer((client) => {
      const daemon =
        socketPath === undefined ? net.connect(port ?? 2375, host) : net.connect(socketPath);
      for (const socket of [client, daemon]) {
        open.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          open.delete(socket);
          client.destroy();
          daemon.destroy();
        });
      }
      let answerIsLost = false;
      client.on('data', (piece) => {
        if (breaksAt(piece)) answerIsLost = true;
        if (answerIsLost && breakage?.lost === 'request') void cut();
        else daemon.write(piece);
      });
      daemon.on('data', (piece) => void (answerIsLost ? cut() : client.write(piece)));
    });
    await new Promise<void>((resolve) => server?.listen(path, resolve));
  };
  const cut = async (): Promise<void> => {
    const closing = server;
    server = undefined;
    const closed = new Promise<void>((resolve) =>
      closing === undefined ? resolve() : closing.close(() => resolve()),
    );
    for (const socket of open) socket.destroy();
    await closed;
  };
  await mend();
  const close = async (): Promise<void> => {
    await cut();
    rmSync(directory, { recursive: true, force: true });
  };
  return { host: `unix://${path}`, cut, mend, close };
}

/**
 * A socket that leads to Docker and holds back calls of `start`, whose callers may be gone when
 * they are let through.
 */
export async function lateStartsSocket(): Promise<{
  readonly host: string;
  isHolding: () => boolean;
  letThrough: () => Promise<void>;
  close: () => Promise<void>;
}> {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-docker-'));
  const path = join(directory, 'docker.sock');
  const { socketPath, host, port } = dockerEndpoint(process.env);
  const held: (() => Promise<void>)[] = [];
  const open = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const daemon =
      socketPath === undefined ? net.connect(port ?? 2375, host) : net.connect(socketPath);
    for (const socket of [client, daemon])
      open.add(socket.on('error', () => undefined).on('close', () => open.delete(socket)));
    let holds = false;
    client.on('data', (piece) => {
      // A call is small: it comes as one piece.
      if (!/^POST \S+\/start /.test(piece.toString('latin1'))) return void daemon.write(piece);
      holds = true;
      held.push(
        () =>
          new Promise((resolve) => {
            daemon.once('data', () => daemon.end(resolve));
            daemon.write(piece);
          }),
      );
    });
    daemon.on('data', (piece) => client.write(piece));
    daemon.on('close', () => client.destroy());
    client.on('close', () => holds || daemon.destroy());
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    host: `unix://${path}`,
    isHolding: () => held.length > 0,
    letThrough: async () => {
      await Promise.all(held.splice(0).map((start) => start()));
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

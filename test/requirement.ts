// What some tests need from the machine: asked once a process, so that a test that cannot run says
// why it is skipped. Under LONGSHORE_REQUIRE=docker,awscli,… a missing one of these is an error
// instead: CI must not pass by skipping.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { testImageSkip } from './house/image.ts';
import {
  areBuilt,
  commandPath,
  noGo,
  programPath,
  waitWhileInMaking,
} from './kubernetes/programs.ts';

type RequirementName =
  | 'docker'
  | 'awscli'
  | 'boto3'
  | 'swift'
  | 'registry'
  | 'chromium'
  | 'kubernetes';

interface Requirement {
  /**
   * False where it is there; else the reason, for the options of a test: `test(name, { skip:
   * need.skip }, …)`.
   */
  readonly skip: string | false;
  /** The command that was found; for docker the path of its socket. Empty where it is missing. */
  readonly command: string;
}

const probes: Readonly<Record<RequirementName, () => Requirement>> = {
  docker,
  awscli,
  boto3,
  swift,
  registry,
  chromium,
  kubernetes,
};
const known = new Map<RequirementName, Requirement>();

/** Throws where it is missing and LONGSHORE_REQUIRE names it. */
export function requirement(name: RequirementName): Requirement {
  let answer = known.get(name);
  if (answer === undefined) {
    answer = probes[name]();
    known.set(name, answer);
  }
  if (answer.skip !== false && requiredNames().includes(name))
    throw new Error(`LONGSHORE_REQUIRE names ${name}, but: ${answer.skip}`);
  return answer;
}

export function requiredNames(): string[] {
  return (process.env['LONGSHORE_REQUIRE'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/**
 * A Docker engine that answers, and an image for it (none can be pulled where no registry is
 * reached).
 */
function docker(): Requirement {
  const host = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
  if (!host.startsWith('unix://'))
    return missing(`needs docker: DOCKER_HOST is ${host}, and these tests use a local socket`);
  const socket = host.slice('unix://'.length);
  if (!existsSync(socket)) return missing(`needs docker: no socket at ${socket}`);
  if (httpStatus(socket, '/_ping') !== 200)
    return missing(`needs docker: nothing answers at ${socket}`);
  const noImage = testImageSkip();
  return noImage === false ? { skip: false, command: socket } : missing(noImage);
}

function awscli(): Requirement {
  const command = firstThatRuns(['/usr/bin/aws', ...onPath('aws')], ['--version']);
  return command === undefined
    ? missing('needs awscli: no `aws` that runs')
    : { skip: false, command };
}

/**
 * An AWS CLI that knows what Debian's is too old for: the first on the path that takes these words.
 */
export const awscliThatTakes = (words: readonly string[]): string | undefined =>
  firstThatRuns([...onPath('aws'), '/usr/bin/aws'], words);

/** Likewise a Python, by a program that it runs. */
export const pythonThatRuns = (program: string): string | undefined =>
  firstThatRuns([...onPath('python3'), '/usr/bin/python3'], ['-c', program]);

/** The command is the Python that can import it. */
function boto3(): Requirement {
  const command = firstThatRuns(['/usr/bin/python3', ...onPath('python3')], ['-c', 'import boto3']);
  return command === undefined
    ? missing('needs boto3: no `python3` that can import it')
    : { skip: false, command };
}

/** Debian's `python3-swift`, an S3 server; the command is the Python that can import it. */
function swift(): Requirement {
  const command = '/usr/bin/python3';
  return firstThatRuns([command], ['-c', 'import swift.common.middleware.s3api']) === undefined
    ? missing('needs swift: no `python3` that can import it')
    : { skip: false, command };
}

/** Debian's `docker-registry`, for pulls from a registry of our own. */
function registry(): Requirement {
  const command = firstThatRuns(
    ['/usr/bin/docker-registry', ...onPath('docker-registry')],
    ['--version'],
  );
  return command === undefined
    ? missing('needs registry: no `docker-registry` that runs')
    : { skip: false, command };
}

function chromium(): Requirement {
  const command = firstThatRuns(
    [...onPath('chromium'), ...onPath('chromium-browser')],
    ['--version'],
  );
  return command === undefined
    ? missing('needs chromium: no `chromium` that runs')
    : { skip: false, command };
}

/**
 * Etcd, and Kubernetes' own programs; the command is the apiserver. Who requires it waits for those
 * that build it beside.
 */
function kubernetes(): Requirement {
  const lacking = ['etcd', 'openssl', 'setpriv'].find((name) => commandPath(name) === undefined);
  if (lacking !== undefined) return missing(`needs kubernetes: no \`${lacking}\``);
  if (requiredNames().includes('kubernetes')) waitWhileInMaking();
  if (areBuilt()) return { skip: false, command: programPath('kube-apiserver') };
  const why = noGo() ?? 'its programs are not built: `npm run kubernetes`, some ten minutes';
  return missing(`needs kubernetes: ${why}`);
}

function missing(skip: string): Requirement {
  return { skip, command: '' };
}

function onPath(name: string): string[] {
  return (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name));
}

function firstThatRuns(commands: readonly string[], args: readonly string[]): string | undefined {
  return commands.find(
    (command) =>
      existsSync(command) &&
      spawnSync(command, args, { stdio: 'ignore', timeout: 120_000 }).status === 0,
  );
}

/** The options of a test must be known before it runs, so this waits, in a process of its own. */
function httpStatus(socket: string, path: string): number {
  const program = `
    const request = require('node:http').get({ socketPath: process.argv[1], path: process.argv[2], timeout: 50_000 }, (response) => {
      process.stdout.write(String(response.statusCode));
      response.destroy();
    });
    request.on('timeout', () => request.destroy(new Error('timeout'))).on('error', () => process.stdout.write('0'));`;
  return Number(
    spawnSync(process.execPath, ['-e', program, socket, path], {
      encoding: 'utf8',
      timeout: 60_000,
    }).stdout,
  );
}

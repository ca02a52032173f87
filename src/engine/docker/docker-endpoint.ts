// Where the Docker engine listens, from the variables that the docker command reads: DOCKER_HOST,
// DOCKER_TLS_VERIFY and DOCKER_CERT_PATH. It opens no connection.

import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { LookupFunction } from 'node:net';
import { sshTarget, type SshTarget } from './ssh-connection.ts';

/**
 * How to reach an engine: a socket's path, or host and port, with TLS where `tls` is there, or ssh.
 */
export interface DockerEndpoint {
  /** For people. */
  readonly title: string;
  readonly socketPath?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** How the host's name is looked up; absent: as the system does. */
  readonly lookup?: LookupFunction | undefined;
  readonly ssh?: SshTarget | undefined;
  readonly tls?:
    | {
        readonly ca?: Buffer;
        readonly cert?: Buffer;
        readonly key?: Buffer;
        readonly rejectUnauthorized: boolean;
      }
    | undefined;
}

/** DOCKER_HOST names something that cannot be used; `message` says what to do. */
export class BadDockerHost extends Error {
  override name = 'BadDockerHost';
}

/**
 * Throws {@link BadDockerHost}. Reads certificates from disk; `environment` is `process.env` but
 * for tests.
 */
export function dockerEndpoint(
  environment: Readonly<Record<string, string | undefined>>,
): DockerEndpoint {
  const given = environment['DOCKER_HOST'];
  if (given === undefined || given === '')
    return {
      title: `unix://${defaultSocket(environment)}`,
      socketPath: defaultSocket(environment),
    };
  if (given.startsWith('unix://'))
    return { title: given, socketPath: given.slice('unix://'.length) };
  if (given.startsWith('ssh://')) {
    const ssh = sshTarget(given);
    if (ssh === undefined)
      throw new BadDockerHost(
        `DOCKER_HOST=${given}: expected ssh://user@host or ssh://user@host:port; a key and whatever else belongs into ~/.ssh/config`,
      );
    return { title: given, ssh };
  }
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (
    url === undefined ||
    !['tcp:', 'http:', 'https:'].includes(url.protocol) ||
    url.hostname === ''
  ) {
    throw new BadDockerHost(
      `DOCKER_HOST=${given}: expected unix:///path, tcp://host:port or ssh://user@host`,
    );
  }
  const certPath = environment['DOCKER_CERT_PATH'];
  const verify = (environment['DOCKER_TLS_VERIFY'] ?? '') !== '';
  const secure = url.protocol === 'https:' || verify || (certPath ?? '') !== '';
  const port = url.port === '' ? (secure ? 2376 : 2375) : Number(url.port);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    title: given,
    host,
    port,
    tls: secure ? tlsFiles(certPath || join(homedir(), '.docker'), verify) : undefined,
  };
}

function tlsFiles(directory: string, verify: boolean): NonNullable<DockerEndpoint['tls']> {
  const read = (name: string): Buffer | undefined => {
    const path = join(directory, name);
    return existsSync(path) ? readFileSync(path) : undefined;
  };
  const [ca, cert, key] = [read('ca.pem'), read('cert.pem'), read('key.pem')];
  return {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    rejectUnauthorized: verify,
  };
}

/** The usual socket, else that of a rootless engine or of Docker Desktop. */
function defaultSocket(environment: Readonly<Record<string, string | undefined>>): string {
  const usual = '/var/run/docker.sock';
  const runtime = environment['XDG_RUNTIME_DIR'];
  const others = [
    ...(runtime ? [join(runtime, 'docker.sock')] : []),
    join(homedir(), '.docker', 'run', 'docker.sock'),
  ];
  return existsSync(usual) ? usual : (others.find((path) => existsSync(path)) ?? usual);
}

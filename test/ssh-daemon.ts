// An OpenSSH server of a test's own: on a free port of this machine, with keys made for it, for
// whoever runs the tests. It touches no file of theirs. While it is there, the `ssh` that the
// program under test finds knows it.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from './free-port.ts';
import { requirement } from './requirement.ts';
import { until } from './until.ts';

const sshd = '/usr/sbin/sshd';
const sshIn = (folder: string): string => join(folder, 'ssh');
const folders = (process.env['PATH'] ?? '').split(delimiter);
const found = (name: string): string | undefined =>
  folders.map((folder) => join(folder, name)).find((path) => existsSync(path));

/**
 * Why there can be none; false: there can. A session needs the `docker` command beside the engine.
 */
export function sshDaemonSkip(): string | false {
  const { skip } = requirement('docker');
  if (skip !== false) return skip;
  const lacking = [
    existsSync(sshd) ? undefined : sshd,
    ...['ssh', 'ssh-keygen', 'docker'].map((name) =>
      found(name) === undefined ? name : undefined,
    ),
  ].filter(Boolean);
  return lacking.length === 0
    ? false
    : `needs OpenSSH and the docker command: no ${lacking.join(', ')}`;
}

export class SshDaemon implements AsyncDisposable {
  readonly url: string;
  readonly #folder: string;
  readonly #port: number;
  readonly #path = process.env['PATH'];
  #child: ChildProcess | undefined;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    this.url = `ssh://${userInfo().username}@127.0.0.1:${port}`;
  }

  static async start(): Promise<SshDaemon> {
    const folder = mkdtempSync(join(tmpdir(), 'longshore-sshd-'));
    const own = new SshDaemon(folder, await freePort());
    for (const key of ['host', 'user'])
      spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, key)]);
    writeFileSync(
      join(folder, 'sshd_config'),
      [
        `Port ${own.#port}`,
        'ListenAddress 127.0.0.1',
        `HostKey ${join(folder, 'host')}`,
        `AuthorizedKeysFile ${join(folder, 'user.pub')}`,
        `PidFile none`,
        'StrictModes no',
        'PasswordAuthentication no',
        'KbdInteractiveAuthentication no',
        'PermitRootLogin prohibit-password',
        'MaxStartups 100',
        `SetEnv ${environment()}`,
        '',
      ].join('\n'),
    );
    writeFileSync(
      join(folder, 'ssh_config'),
      `Host *\nIdentityFile ${join(folder, 'user')}\nIdentitiesOnly yes\nUserKnownHostsFile ${join(folder, 'known_hosts')}\nStrictHostKeyChecking accept-new\n`,
    );
    writeFileSync(
      sshIn(folder),
      `#!/bin/sh\nexec ${found('ssh')} -F ${join(folder, 'ssh_config')} "$@"\n`,
    );
    chmodSync(sshIn(folder), 0o755);
    process.env['PATH'] = `${folder}${delimiter}${own.#path}`;
    // sshd of root wants it, and a package's start script makes it.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
    await own.open();
    return own;
  }

  async open(): Promise<void> {
    this.#child = spawn(sshd, ['-D', '-e', '-f', join(this.#folder, 'sshd_config')], {
      stdio: 'ignore',
    });
    await until('sshd to listen', () => listens(this.#port));
  }

  /** It ends, and the sessions that it has with it. */
  async close(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const sessions = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
      .split(' ')
      .filter(Boolean);
    for (const pid of sessions) process.kill(Number(pid));
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    process.env['PATH'] = this.#path;
    rmSync(this.#folder, { recursive: true });
  }
}

/** What a session has: where the commands are, and the engine that is tried. */
const environment = (): string =>
  ['PATH', 'DOCKER_HOST']
    .flatMap((name) => (process.env[name] === undefined ? [] : `${name}=${process.env[name]}`))
    .join(' ');

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true))
      .on('error', () => resolve(false))
      .on('connect', () => socket.destroy());
  });

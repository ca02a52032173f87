// A Docker engine of a test's own in a network namespace of its own, as a host of a user would be:
// it can be cut off and found again. Needs root, `dockerd`, `ip` and `nsenter`. It leaves nothing
// behind.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from '../src/base/assert.ts';
import { DockerClient } from '../src/engine/docker/docker-client.ts';
import { testImage } from './house/image.ts';
import { requirement } from './requirement.ts';
import { until } from './until.ts';

/** Why there can be none here; false: there can. */
export function dockerDaemonSkip(): string | false {
  const docker = requirement('docker');
  if (docker.skip !== false) return docker.skip;
  if (process.getuid?.() !== 0) return 'needs root, to start a second Docker engine';
  const missing = ['dockerd', 'ip', 'nsenter', 'docker'].find(
    (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0,
  );
  return missing === undefined ? false : `needs ${missing}, to start a second Docker engine`;
}

let made = 0;
/** A process makes no more, so that those of two processes keep apart. */
const mostMade = 4;

/** Addresses of 10.213.0.0/16, one pair for each index below 2 ** 14. */
function pairOfAddresses(index: number): { here: string; engine: string } {
  const last = (index % 64) * 4;
  const others = `10.213.${Math.floor(index / 64) % 256}`;
  return { here: `${others}.${last + 1}`, engine: `${others}.${last + 2}` };
}

export class DockerDaemon implements AsyncDisposable {
  readonly #directory = mkdtempSync(join(tmpdir(), 'longshore-dockerd-'));
  readonly #index = made++;
  readonly #name = `ls${process.pid % 100_000}-${this.#index}`;
  readonly #addresses = pairOfAddresses(process.pid * mostMade + this.#index);
  #process: ChildProcess | undefined;

  static async start(): Promise<DockerDaemon> {
    assert(made < mostMade, `a process may make ${mostMade} engines`);
    const docker = new DockerDaemon();
    try {
      await docker.#start();
    } catch (error) {
      await docker[Symbol.asyncDispose]();
      throw error;
    }
    return docker;
  }

  /** As `longshore instance register --docker-host` takes it. */
  get url(): string {
    return `tcp://${this.#addresses.engine}:2375`;
  }

  async #start(): Promise<void> {
    const [name, directory] = [this.#name, this.#directory];
    const { here, engine } = this.#addresses;
    run(`ip netns add ${name} && ip link add v-${name} type veth peer name e-${name} netns ${name}
      ip addr add ${here}/30 dev v-${name} && ip link set v-${name} up
      ip -n ${name} addr add ${engine}/30 dev e-${name} && ip -n ${name} link set e-${name} up && ip -n ${name} link set lo up
      ip -n ${name} route add default via ${here}`);
    const flags = [
      '--data-root',
      `${directory}/data`,
      '--exec-root',
      `${directory}/exec`,
      '--pidfile',
      `${directory}/pid`,
      '-H',
      `unix://${directory}/socket`,
      '-H',
      this.url,
      '--tls=false',
    ];
    // In the namespace's network and in nobody else's mounts: `ip netns exec` would hide the
    // cgroups.
    this.#process = spawn(
      'nsenter',
      [
        `--net=/run/netns/${name}`,
        'dockerd',
        ...flags,
        '--bridge',
        'none',
        '--iptables=false',
        '--ip6tables=false',
        '--storage-driver',
        'vfs',
      ],
      { stdio: 'ignore' },
    );
    await until('a second Docker engine answers', () => this.#answers());
    run(
      `docker -H unix://${requirement('docker').command} save ${testImage()} | docker -H unix://${directory}/socket load`,
    );
  }

  async #answers(): Promise<boolean> {
    const client = new DockerClient({
      title: this.url,
      socketPath: join(this.#directory, 'socket'),
    });
    try {
      await client.negotiate();
      return true;
    } catch {
      return false;
    } finally {
      client.close();
    }
  }

  /** Names of the containers that run there, asked for beside the network. */
  running(): string[] {
    const asked = spawnSync(
      'docker',
      ['-H', `unix://${this.#directory}/socket`, 'ps', '--format', '{{.Names}}'],
      { encoding: 'utf8' },
    );
    return asked.stdout.split('\n').filter((line) => line !== '');
  }

  /** No packet reaches it, and nobody is told. */
  cutOff(): void {
    run(`ip link set v-${this.#name} down`);
  }

  reconnect(): void {
    run(`ip link set v-${this.#name} up`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#process?.once('exit', resolve));
    const names = existsSync(`${this.#directory}/socket`) ? this.running() : [];
    if (names.length > 0)
      spawnSync('docker', ['-H', `unix://${this.#directory}/socket`, 'rm', '--force', ...names]);
    if (this.#process?.kill('SIGTERM')) await ended;
    spawnSync('ip', ['link', 'delete', `v-${this.#name}`]);
    spawnSync('ip', ['netns', 'delete', this.#name]);
    // Its own network namespace stays mounted after it.
    spawnSync('sh', [
      '-c',
      `umount ${this.#directory}/exec/netns/* ${this.#directory}/data/* 2>/dev/null`,
    ]);
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

function run(script: string): void {
  const { status, stderr } = spawnSync('sh', ['-ec', script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${script.split('\n')[0]}: ${stderr}`);
}

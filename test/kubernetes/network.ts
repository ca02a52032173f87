// The network between a cluster's nodes and this machine: a switch in a network namespace of its
// own, so that no firewall of this machine's, nor any of its addresses but one, has to do with it.
// It is gone with the process that made it.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { until } from '../until.ts';
import { Daemon } from './daemon.ts';

/** Networks of one machine at a time; each has 10.214.INDEX.0/24. */
const most = 64;
/** Nodes of a network; each has a network for its pods. */
const mostNodes = 4;

interface NodeAddresses {
  /** Of the node. */
  readonly address: string;
  /** Of its pods, as `10.215.0.0/24`. */
  readonly pods: string;
}

export class ClusterNetwork {
  readonly #index: number;
  readonly #switch: Daemon;
  readonly #joined = new Set<number>();

  private constructor(index: number, itsSwitch: Daemon) {
    this.#index = index;
    this.#switch = itsSwitch;
  }

  /** This machine's address in it. */
  get gateway(): string {
    return `10.214.${this.#index}.1`;
  }

  /** The addresses of services; the first is the apiserver's own. */
  get services(): string {
    return `10.216.${this.#index}.0/24`;
  }

  static async make(folder: string): Promise<ClusterNetwork> {
    const itsSwitch = new Daemon({
      log: join(folder, 'switch.log'),
      command: ['unshare', '--net', '--fork', '--kill-child', 'sleep', 'infinity'],
      inner: true,
    });
    itsSwitch.start();
    const pid = await pidInOwnNetwork(itsSwitch);
    const index = firstFreeIndex(pid);
    const network = new ClusterNetwork(index, itsSwitch);
    run(`
      ip addr add ${network.gateway}/24 dev ${uplinkOf(index)}; ip link set ${uplinkOf(index)} up
      nsenter --target ${pid} --net sh -ec '
        ip link add switch type bridge; ip link set switch up
        ip link set uplink master switch up'`);
    return network;
  }

  addressesOf(node: number): NodeAddresses {
    if (node >= mostNodes) throw new Error(`a cluster has at most ${mostNodes} nodes`);
    return {
      address: `10.214.${this.#index}.${node + 2}`,
      pods: `10.215.${this.#index * mostNodes + node}.0/24`,
    };
  }

  /**
   * Gives the namespace of a process its place in the network. Nodes and this machine reach each
   * other's pods without any translation of addresses.
   */
  join(node: number, pid: number): void {
    const { address, pods } = this.addressesOf(node);
    const others = Array.from({ length: mostNodes }, (_, index) => this.addressesOf(index)).filter(
      (other) => other.address !== address,
    );
    run(`
      ip link add eth0 netns ${pid} type veth peer name node-${node} netns ${this.#switch.pid}
      nsenter --target ${this.#switch.pid} --net ip link set node-${node} master switch up
      nsenter --target ${pid} --net sh -ec '
        ip link set lo up; ip addr add ${address}/24 dev eth0; ip link set eth0 up
        ip route add default via ${this.gateway}
        ${others.map((other) => `ip route add ${other.pods} via ${other.address}`).join('; ')}
        echo 1 >/proc/sys/net/ipv4/ip_forward'
      ip route replace ${pods} via ${address} dev ${uplinkOf(this.#index)}`);
    this.#joined.add(node);
  }

  /** No packet reaches the node any more, and nobody is told. */
  cutOff(node: number): void {
    run(`nsenter --target ${this.#switch.pid} --net ip link set node-${node} down`);
  }

  reconnect(node: number): void {
    run(`nsenter --target ${this.#switch.pid} --net ip link set node-${node} up`);
  }

  async stop(): Promise<void> {
    await this.#switch.stop('SIGKILL');
  }
}

const uplinkOf = (index: number): string => `lsk${index}`;

/** The first whose link can be made: that can only one. */
function firstFreeIndex(pid: number): number {
  let why = '';
  for (let index = 0; index < most; index++) {
    const { status, stderr } = spawnSync(
      'ip',
      [
        ...['link', 'add', uplinkOf(index), 'type', 'veth'],
        ...['peer', 'name', 'uplink', 'netns', String(pid)],
      ],
      { encoding: 'utf8' },
    );
    if (status === 0) return index;
    why = stderr;
  }
  throw new Error(`no network for a cluster can be made: ${why}`);
}

/** Until a process has left our namespace, its child may not yet be there, or be in ours. */
export const pidInOwnNetwork = (daemon: Daemon): Promise<number> =>
  until(`${daemon.name} to have a network of its own`, () => {
    daemon.assertRunning();
    const { pid } = daemon;
    return pid !== undefined && networkOf(pid) !== networkOf('self') && pid;
  });

const networkOf = (pid: number | 'self'): string =>
  spawnSync('readlink', [`/proc/${pid}/ns/net`], { encoding: 'utf8' }).stdout.trim();

function run(script: string): void {
  const { status, stderr } = spawnSync('sh', ['-ec', script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${script.trim().split('\n')[0]}: ${stderr}`);
}

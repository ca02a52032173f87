// A node of a cluster as a machine of its own would be: its own processes, network, mounts and
// name, in namespaces of Linux, with containerd and kubelet. What a kubelet does to its machine
// (settings of the kernel, firewall, folders below /var and /run) ends with it. It can lose its
// kubelet, its network or its power, and get them back.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../../src/base/assert.ts';
import { until } from '../until.ts';
import { makeCgroup, removeCgroup } from './cgroups.ts';
import type { ControlPlane } from './control-plane.ts';
import { Daemon } from './daemon.ts';
import { pauseImage } from './images.ts';
import { pidInOwnNetwork, type ClusterNetwork } from './network.ts';
import {
  containerdConfig,
  initScript,
  kubeletConfig,
  podNetwork,
  settingsWanted,
  type NodeOptions,
} from './node-config.ts';
import { commandPath, programPath } from './programs.ts';

/** What nodes have in common. */
interface NodePlace {
  /** Each node has a folder in it, by its name. */
  readonly folder: string;
  readonly plane: ControlPlane;
  readonly network: ClusterNetwork;
  /** Archives of images that are there from the start. */
  readonly images: readonly string[];
}

/** Of what the apiserver says of a node. */
interface NodeObject {
  readonly spec: { readonly taints?: readonly { readonly key: string }[] };
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

export class ClusterNode {
  readonly name: string;
  /** Of the node in the cluster's network. */
  readonly address: string;
  readonly #index: number;
  readonly #place: NodePlace;
  readonly #options: NodeOptions;
  readonly #folder: string;
  /** Its path below each of the kernel's hierarchies. */
  readonly #cgroup: string;
  readonly #init: Daemon;
  #containerd: Daemon | undefined;
  #kubelet: Daemon | undefined;
  #proxy: Daemon | undefined;

  constructor(index: number, place: NodePlace, options: NodeOptions) {
    this.name = `node-${index}`;
    this.#index = index;
    this.#place = place;
    this.#options = options;
    this.#folder = join(place.folder, this.name);
    this.#cgroup = `/longshore-kubernetes-${place.folder.slice(-6)}-${this.name}`;
    this.address = place.network.addressesOf(index).address;
    this.#writeConfigs();
    this.#init = new Daemon({
      log: join(this.#folder, 'init.log'),
      command: [
        ...['unshare', '--mount', '--net', '--pid', '--uts', '--fork', '--kill-child'],
        ...['sh', '-ec', initScript, 'init', this.#folder, this.name],
      ],
      inner: true,
    });
  }

  /** With containerd, images and kubelet; resolves when the cluster may place pods there. */
  async powerOn(): Promise<void> {
    makeCgroup(this.#cgroup);
    this.#init.start();
    const pid = await pidInOwnNetwork(this.#init);
    await until(`${this.name} to have its mounts`, () => {
      this.#init.assertRunning();
      return existsSync(`/proc/${pid}/root/run/has-its-mounts`);
    });
    this.#place.network.join(this.#index, pid);
    this.#containerd = this.#inside(pid, 'containerd', [
      must(commandPath('containerd'), 'a cluster is made only where containerd is'),
      ...['--config', join(this.#folder, 'containerd.toml')],
    ]);
    this.#kubelet = this.#inside(pid, 'kubelet', this.#kubeletCommand());
    this.#proxy = this.#inside(pid, 'kube-proxy', this.#proxyCommand());
    this.#proxy.start();
    this.#containerd.start();
    await this.#imagesAreThere();
    await this.startKubelet();
  }

  /** Everything on it stops at once, as when its plug is pulled. What it has stored stays. */
  async powerOff(): Promise<void> {
    await this.#init.stop('SIGKILL');
    // The kernel has ended them with the first process of their namespace.
    for (const daemon of [this.#containerd, this.#kubelet, this.#proxy])
      await daemon?.stop('SIGKILL');
  }

  /** Resolves when the cluster calls the node ready. */
  async startKubelet(): Promise<void> {
    this.#kubelet?.start();
    await this.isReady();
  }

  /** Resolves when the cluster says so. */
  async isReady(): Promise<void> {
    await until(
      () => `${this.name} to be ready:\n${this.#kubelet?.logEnd()}`,
      () => this.#looksReady(),
    );
  }

  /** Its containers go on, and nobody tells the cluster of them. */
  async stopKubelet(): Promise<void> {
    await this.#kubelet?.stop('SIGKILL');
  }

  /** No packet reaches it any more, and nobody is told; what runs there goes on. */
  cutOff(): void {
    this.#place.network.cutOff(this.#index);
  }

  reconnect(): void {
    this.#place.network.reconnect(this.#index);
  }

  /** An archive as `docker save` writes it. */
  importImage(archive: string): void {
    const { status, stderr } = this.#ctr('images', 'import', archive);
    if (status !== 0) throw new Error(`${archive} was not imported: ${stderr}`);
  }

  /** Lets pods there have an image by another name too, with its registry. */
  nameImage(image: string, name: string): void {
    const { status, stderr } = this.#ctr('images', 'tag', image, name);
    if (status !== 0) throw new Error(`${image} was not named ${name}: ${stderr}`);
  }

  /** Off, and nothing of it is left but its folder. */
  async remove(): Promise<void> {
    await this.powerOff();
    await until(`the last process of ${this.name} to be gone`, () => removeCgroup(this.#cgroup));
  }

  async #looksReady(): Promise<boolean> {
    for (const daemon of [this.#containerd, this.#proxy, this.#kubelet]) daemon?.assertRunning();
    const node = await this.#place.plane.api.find<NodeObject>(`/api/v1/nodes/${this.name}`);
    const isReady = node?.status.conditions?.some(
      ({ type, status }) => type === 'Ready' && status === 'True',
    );
    return (
      isReady === true &&
      node?.spec.taints?.some(({ key }) => key.startsWith('node.kubernetes.io/')) !== true
    );
  }

  #writeConfigs(): void {
    const { plane, network } = this.#place;
    for (const name of ['lib/kubelet', 'log', 'sysctl', 'cni', 'registries'])
      mkdirSync(join(this.#folder, name), { recursive: true });
    const parts = {
      folder: this.#folder,
      cgroup: this.#cgroup,
      ...network.addressesOf(this.#index),
      dns: network.gateway,
      authority: plane.authority.certificate,
      serving: plane.authority.issue(`${this.name}-serving`, {
        name: this.name,
        alternativeNames: [`IP:${this.address}`, `DNS:${this.name}`],
      }),
    };
    const write = (name: string, text: string): void =>
      writeFileSync(join(this.#folder, name), text);
    write('containerd.toml', containerdConfig(parts));
    write('kubelet.json', JSON.stringify(kubeletConfig(parts, this.#options)));
    write('cni/pods.conflist', JSON.stringify(podNetwork(parts)));
    write('resolv.conf', '');
    for (const [name, value] of Object.entries(settingsWanted)) write(`sysctl/${name}`, value);
  }

  #kubeletCommand(): string[] {
    const { labels = {} } = this.#options;
    const kubeconfig = this.#place.plane.kubeconfigFor(`system:node:${this.name}`, 'system:nodes');
    return [
      programPath('kubelet'),
      `--config=${join(this.#folder, 'kubelet.json')}`,
      `--kubeconfig=${kubeconfig}`,
      `--hostname-override=${this.name}`,
      `--node-ip=${this.address}`,
      `--node-labels=${Object.entries(labels)
        .map((label) => label.join('='))
        .join(',')}`,
    ];
  }

  /** For the addresses of services. */
  #proxyCommand(): string[] {
    const { plane } = this.#place;
    return [
      programPath('kube-proxy'),
      `--kubeconfig=${plane.kubeconfigFor('system:kube-proxy')}`,
      `--hostname-override=${this.name}`,
      '--proxy-mode=iptables',
      '--detect-local-mode=BridgeInterface',
      '--pod-bridge-interface=pods',
      // What only the machine's own network can be told, and none here needs.
      '--conntrack-max-per-core=0',
      '--conntrack-tcp-timeout-established=0s',
      '--conntrack-tcp-timeout-close-wait=0s',
    ];
  }

  /** A program in the node's namespaces. */
  #inside(pid: number, name: string, command: readonly string[]): Daemon {
    return new Daemon({
      log: join(this.#folder, `${name}.log`),
      command: [
        ...['nsenter', '--target', String(pid), '--mount', '--net', '--pid', '--uts'],
        ...command,
      ],
      inner: true,
    });
  }

  async #imagesAreThere(): Promise<void> {
    await until(`containerd of ${this.name} to answer`, () => {
      this.#containerd?.assertRunning();
      return this.#ctr('version').status === 0;
    });
    const there = this.#ctr('images', 'list', '--quiet').stdout;
    if (!there.includes(pauseImage.name))
      for (const archive of this.#place.images) this.importImage(archive);
  }

  #ctr(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
    const socket = join(this.#folder, 'containerd.sock');
    return spawnSync('ctr', ['--address', socket, '--namespace', 'k8s.io', ...args], {
      encoding: 'utf8',
    });
  }
}

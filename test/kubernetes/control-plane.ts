// What a cluster is decided by: etcd and kube-apiserver, and where pods are to run also
// kube-scheduler and kube-controller-manager. On one address of this machine, with certificates,
// data and logs in the folder that it is given. It makes no nodes.

import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { until } from '../until.ts';
import { Authority, type KeyPair } from './certificates.ts';
import { Daemon } from './daemon.ts';
import { writeKubeconfig, type Access } from './kubeconfig.ts';
import { KubernetesApi } from './kubernetes-api.ts';
import { commandPath, programPath } from './programs.ts';

interface ControlPlaneOptions {
  readonly folder: string;
  /** Where the apiserver listens. */
  readonly address: string;
  /**
   * Undefined: etcd and the apiserver alone. Then nothing places, ends or evicts a pod, and service
   * accounts are not asked for.
   */
  readonly controllers?: {
    /** Without a heartbeat for this long a node is unreachable; Kubernetes' default is 50. */
    readonly nodeGraceSeconds: number;
    readonly serviceAddresses: string;
  };
}

export class ControlPlane {
  readonly authority: Authority;
  readonly api: KubernetesApi;
  /** The path of an administrator's. */
  readonly kubeconfig: string;
  readonly #options: ControlPlaneOptions;
  readonly #server: string;
  readonly #etcd: Daemon;
  readonly #apiserver: Daemon;
  readonly #others: readonly Daemon[];

  private constructor(options: ControlPlaneOptions, ports: Ports) {
    this.#options = options;
    this.#server = `https://${options.address}:${ports.apiserver}`;
    this.authority = new Authority(options.folder);
    this.#etcd = this.#daemon('etcd', etcdCommand(this.#path('etcd'), ports));
    this.#apiserver = this.#daemon('kube-apiserver', this.#apiserverCommand(ports));
    this.kubeconfig = this.#path('admin.kubeconfig');
    const access = this.#writeKubeconfig(this.kubeconfig, this.#issue('admin', 'system:masters'));
    this.api = new KubernetesApi(access);
    this.#others = options.controllers === undefined ? [] : this.#controllers(options.controllers);
  }

  static async start(options: ControlPlaneOptions): Promise<ControlPlane> {
    const plane = new ControlPlane(options, {
      etcd: await freePort(),
      etcdPeer: await freePort(),
      apiserver: await freePort(),
    });
    try {
      plane.#etcd.start();
      await plane.startApiserver();
      for (const daemon of plane.#others) daemon.start();
    } catch (error) {
      await plane.stop();
      throw error;
    }
    return plane;
  }

  /** Resolves when it serves. */
  async startApiserver(): Promise<void> {
    this.#apiserver.start();
    await until('kube-apiserver to serve', async () => {
      this.#etcd.assertRunning();
      this.#apiserver.assertRunning();
      return this.api.text('/readyz').catch(() => undefined);
    });
  }

  /** Resolves when nothing answers any more. */
  async stopApiserver(signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): Promise<void> {
    await this.#apiserver.stop(signal);
  }

  /** The path of a new file for this user of the cluster, whose rights are those of its group. */
  kubeconfigFor(name: string, organization?: string): string {
    const path = this.#path(`${name.replaceAll(':', '-')}.kubeconfig`);
    this.#writeKubeconfig(path, this.#issue(name, organization));
    return path;
  }

  async stop(): Promise<void> {
    await this.api.close();
    // Nothing of it is wanted afterwards, and an orderly end of the apiserver takes long.
    const all = [...this.#others, this.#apiserver, this.#etcd];
    await Promise.all(all.map((daemon) => daemon.stop('SIGKILL')));
  }

  #issue(name: string, organization?: string): KeyPair {
    return this.authority.issue(name.replaceAll(':', '-'), {
      name,
      ...(organization === undefined ? {} : { organization }),
    });
  }

  #writeKubeconfig(path: string, of: KeyPair): Access {
    const authority = this.authority.certificate;
    return writeKubeconfig(path, { server: this.#server, authority, of });
  }

  #path(name: string): string {
    return join(this.#options.folder, name);
  }

  #daemon(name: string, command: readonly string[]): Daemon {
    return new Daemon({ log: this.#path(`${name}.log`), command });
  }

  #apiserverCommand(ports: Ports): string[] {
    const { address, controllers } = this.#options;
    const serving = this.authority.issue('kube-apiserver', {
      name: 'kube-apiserver',
      alternativeNames: [
        ...[`IP:${address}`, 'IP:127.0.0.1', 'DNS:localhost'],
        ...['DNS:kubernetes', 'DNS:kubernetes.default', 'DNS:kubernetes.default.svc'],
        ...(controllers === undefined ? [] : [`IP:${firstOf(controllers.serviceAddresses)}`]),
      ],
    });
    const toKubelets = this.authority.issue('kubelet-client', {
      name: 'kube-apiserver-kubelet-client',
      organization: 'system:masters',
    });
    const tokens = this.authority.issue('service-accounts', { name: 'service-accounts' });
    return [
      programPath('kube-apiserver'),
      `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
      `--bind-address=${address}`,
      // It would look for it in the routes, and there may be none.
      `--advertise-address=${address}`,
      `--secure-port=${ports.apiserver}`,
      `--cert-dir=${this.#options.folder}`,
      `--tls-cert-file=${serving.certificate}`,
      `--tls-private-key-file=${serving.key}`,
      `--client-ca-file=${this.authority.certificate}`,
      `--kubelet-certificate-authority=${this.authority.certificate}`,
      `--kubelet-client-certificate=${toKubelets.certificate}`,
      `--kubelet-client-key=${toKubelets.key}`,
      '--kubelet-preferred-address-types=InternalIP',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${tokens.certificate}`,
      `--service-account-signing-key-file=${tokens.key}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--allow-privileged=true',
      ...(controllers === undefined
        ? ['--endpoint-reconciler-type=none', '--disable-admission-plugins=ServiceAccount']
        : [`--service-cluster-ip-range=${controllers.serviceAddresses}`]),
    ];
  }

  #controllers({
    nodeGraceSeconds,
  }: NonNullable<ControlPlaneOptions['controllers']>): readonly Daemon[] {
    const common = (name: string): string[] => {
      const kubeconfig = this.kubeconfigFor(`system:${name}`);
      // A port of 0 is none.
      return [`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0'];
    };
    return [
      this.#daemon('kube-scheduler', [programPath('kube-scheduler'), ...common('kube-scheduler')]),
      this.#daemon('kube-controller-manager', [
        programPath('kube-controller-manager'),
        ...common('kube-controller-manager'),
        // Without, it may not even take the taint off a node that has become ready.
        '--use-service-account-credentials=true',
        `--service-account-private-key-file=${this.#path('service-accounts.key')}`,
        `--root-ca-file=${this.authority.certificate}`,
        `--node-monitor-grace-period=${nodeGraceSeconds}s`,
        '--node-monitor-period=1s',
      ]),
    ];
  }
}

interface Ports {
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly apiserver: number;
}

function etcdCommand(folder: string, { etcd, etcdPeer }: Ports): string[] {
  const [clients, peers] = [`http://127.0.0.1:${etcd}`, `http://127.0.0.1:${etcdPeer}`];
  return [
    commandPath('etcd') ?? 'etcd',
    ...['--data-dir', folder, '--log-level', 'warn', '--logger', 'zap'],
    ...['--listen-client-urls', clients, '--advertise-client-urls', clients],
    ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers],
    ...['--initial-cluster', `default=${peers}`],
  ];
}

/** The address that the service `kubernetes` has: the first of the range. */
const firstOf = (range: string): string => range.replace(/0\/\d+$/, '1');

// What containerd, its network plugin and the kubelet of a test's node are told. The node's folder
// holds all that they keep; the reasons of what is unusual stand beside it.

import type { KeyPair } from './certificates.ts';
import { clusterDomain } from './cluster-dns.ts';
import { pauseImage } from './images.ts';
import { commandPath } from './programs.ts';

export interface NodeOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly {
    readonly key: string;
    readonly value?: string;
    readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  }[];
  /** Such as `aws:///us-east-1a/i-0123456789abcdef0`. */
  readonly providerId?: string;
  /** Taken off what pods may have, which is else all that the machine has: `{ cpu: '1' }`. */
  readonly reserved?: Readonly<Record<string, string>>;
}

/** What a node is made of, besides its options. */
interface NodeParts {
  readonly folder: string;
  readonly cgroup: string;
  readonly address: string;
  readonly pods: string;
  /** Where names of services are asked for. */
  readonly dns: string;
  readonly serving: KeyPair;
  /** The path of a certificate. */
  readonly authority: string;
}

/** Where Debian's package has them, and where others' are. */
const pluginFolders = ['/usr/lib/cni', '/opt/cni/bin'];

export const pluginFolder = (): string | undefined =>
  pluginFolders.find((folder) => commandPath('bridge', [folder]) !== undefined);

export const containerdConfig = ({ folder }: Pick<NodeParts, 'folder'>): string => `
version = 2
root = "${folder}/containerd"
# In the node's own /run, which is empty after it was without power, as a machine's is.
state = "/run/containerd"
disabled_plugins = [${['aufs', 'btrfs', 'devmapper', 'zfs'].map((name) => `"io.containerd.snapshotter.v1.${name}"`).join(', ')}]
[grpc]
  address = "${folder}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage.name}"
  # Without CAP_SYS_RESOURCE runc may not lower the score of what holds a pod together, and fails.
  restrict_oom_score_adj = true
  disable_apparmor = true
  disable_hugetlb_controller = true
  tolerate_missing_hugetlb_controller = true
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${pluginFolder() ?? ''}"
    conf_dir = "${folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${folder}/registries"
`;

/** A bridge for the node's pods; who is outside sees a pod's own address. */
export const podNetwork = ({ pods }: Pick<NodeParts, 'pods'>): object => ({
  cniVersion: '0.4.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: 'pods',
      isGateway: true,
      ipMasq: false,
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: pods }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
  ],
});

export const kubeletConfig = (
  { folder, cgroup, address, dns, serving, authority }: NodeParts,
  { taints, providerId, reserved }: NodeOptions,
): object => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  address,
  tlsCertFile: serving.certificate,
  tlsPrivateKeyFile: serving.key,
  authentication: { anonymous: { enabled: false }, x509: { clientCAFile: authority } },
  authorization: { mode: 'Webhook' },
  containerRuntimeEndpoint: `unix://${folder}/containerd.sock`,
  cgroupDriver: 'cgroupfs',
  cgroupRoot: cgroup,
  failSwapOn: false,
  resolvConf: `${folder}/resolv.conf`,
  clusterDNS: [dns],
  clusterDomain,
  // Its default would be made in /usr.
  volumePluginDir: `${folder}/volume-plugins`,
  // Heartbeats every two seconds, so that a test of a lost node need not wait for a minute.
  nodeLeaseDurationSeconds: 8,
  // The disk is not the node's own: how full it is says nothing of the node.
  evictionHard: {
    'memory.available': '100Mi',
    'nodefs.available': '1%',
    'imagefs.available': '1%',
  },
  imageGCHighThresholdPercent: 100,
  ...(taints === undefined ? {} : { registerWithTaints: taints }),
  ...(providerId === undefined ? {} : { providerID: providerId }),
  ...(reserved === undefined ? {} : { systemReserved: reserved }),
});

/**
 * What a kubelet sets of the machine's kernel. The node shows it these as set already, for the
 * machine is not the node's: some of them decide what becomes of it after an error.
 */
export const settingsWanted: Readonly<Record<string, string>> = {
  'vm.overcommit_memory': '1',
  'vm.panic_on_oom': '0',
  'kernel.panic': '10',
  'kernel.panic_on_oops': '1',
  'kernel.keys.root_maxkeys': '1000000',
  'kernel.keys.root_maxbytes': '25000000',
};

/**
 * The first process of a node, called with its folder and its name. It leaves children that others
 * have left behind to the kernel, and waits for the end.
 */
export const initScript = `
  mount --make-rshared /
  mount -t proc proc /proc
  mount --bind "$1/lib" /var/lib
  mount --bind "$1/log" /var/log
  mount -t tmpfs -o mode=755 tmpfs /run
  hostname "$2"
  for setting in "$1"/sysctl/*; do
    mount --bind "$setting" "/proc/sys/$(basename "$setting" | tr . /)"
  done
  touch /run/has-its-mounts
  exec env --ignore-signal=CHLD sleep infinity`;

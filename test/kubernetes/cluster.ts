// Clusters for tests: etcd and the apiserver alone, where a test plays the nodes; a whole one of
// the test's own, with nodes whose pods are real; or one that a person has, named by
// LONGSHORE_KUBECONFIG. Those of the test's own are gone with it, and nothing of them is left.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requirement } from '../requirement.ts';
import { ClusterDns } from './cluster-dns.ts';
import { ClusterNode } from './cluster-node.ts';
import { ControlPlane } from './control-plane.ts';
import { busyboxImage, imageArchives, noBusybox } from './images.ts';
import { readKubeconfig } from './kubeconfig.ts';
import { KubernetesApi } from './kubernetes-api.ts';
import { ClusterNetwork } from './network.ts';
import { pluginFolder, type NodeOptions } from './node-config.ts';
import { commandPath } from './programs.ts';

/** What every cluster gives, whosever it is. */
export interface Cluster extends AsyncDisposable {
  /** The path of a file whose current context is the cluster, with an administrator's rights. */
  readonly kubeconfig: string;
  readonly api: KubernetesApi;
  /** One that every node can run: busybox. */
  readonly image: string;
}

/** Of the test's own: it may do to it what it likes. Disposing of it twice does no harm. */
export interface OwnCluster extends Cluster {
  /** What its programs print is there, in NAME.log and node-0/NAME.log. */
  readonly folder: string;
  readonly plane: ControlPlane;
  readonly nodes: readonly ClusterNode[];
}

/** A person's cluster that the tests may use; undefined: none is named. */
const given = process.env['LONGSHORE_KUBECONFIG'];

/** Why etcd and the apiserver cannot be started here; false: they can. */
export const controlPlaneSkip = (): string | false => requirement('kubernetes').skip;

/** Why there is no cluster at all that runs pods; false: there is. */
export const clusterSkip = (): string | false => given === undefined && cannotBeMade();

/** Why there is none that a test may break; false: there is. */
export const ownClusterSkip = (): string | false =>
  given === undefined ? cannotBeMade() : 'LONGSHORE_KUBECONFIG names one that is not to be broken';

function cannotBeMade(): string | false {
  const skip = controlPlaneSkip();
  if (skip !== false) return skip;
  if (process.getuid?.() !== 0) return 'needs kubernetes: only root can make nodes';
  const missing = ['containerd', 'ctr', 'runc', 'ip', 'iptables', 'nsenter', 'unshare'].filter(
    (name) => commandPath(name) === undefined,
  );
  if (pluginFolder() === undefined) missing.push("CNI's plugins");
  const why = missing.length > 0 ? `no ${missing.join(', ')}` : noBusybox();
  return why === undefined ? false : `needs kubernetes: ${why}, to make nodes`;
}

/**
 * The cluster of LONGSHORE_KUBECONFIG, or one of the test's own. The image of the former is
 * LONGSHORE_KUBERNETES_IMAGE, else `busybox`.
 */
export async function startCluster(): Promise<Cluster> {
  if (given === undefined) return startOwnCluster();
  const api = new KubernetesApi(readKubeconfig(given));
  return {
    kubeconfig: given,
    api,
    image: process.env['LONGSHORE_KUBERNETES_IMAGE'] ?? 'busybox',
    [Symbol.asyncDispose]: () => api.close(),
  };
}

/** Etcd and the apiserver alone: pods are what the test says that they are. */
export const startControlPlane = (): Promise<OwnCluster> =>
  made(async (folder, ends) => {
    const plane = await ControlPlane.start({ folder, address: '127.0.0.1' });
    ends.defer(() => plane.stop());
    return { plane, nodes: [] };
  });

interface OwnOptions {
  /** Without a heartbeat for so long a node is unreachable; by default 20 instead of 50. */
  readonly nodeGraceSeconds?: number;
}

/** Resolves when each of the nodes is ready; each has all processors and memory of this machine. */
export const startOwnCluster = (
  nodeOptions: readonly NodeOptions[] = [{}],
  { nodeGraceSeconds = 20 }: OwnOptions = {},
): Promise<OwnCluster> =>
  made(async (folder, ends) => {
    const network = await ClusterNetwork.make(folder);
    ends.defer(() => network.stop());
    const plane = await ControlPlane.start({
      folder,
      address: network.gateway,
      controllers: { nodeGraceSeconds, serviceAddresses: network.services },
    });
    ends.defer(() => plane.stop());
    const dns = await ClusterDns.start(network.gateway, plane.api);
    ends.defer(() => dns.stop());
    const images = imageArchives(folder);
    const nodes = nodeOptions.map(
      (options, index) => new ClusterNode(index, { folder, plane, network, images }, options),
    );
    for (const node of nodes) ends.defer(() => node.remove());
    await Promise.all(nodes.map((node) => node.powerOn()));
    return { plane, nodes };
  });

/** In a folder of its own. What has begun ends in the opposite order, also where the rest fails. */
async function made(
  make: (
    folder: string,
    ends: AsyncDisposableStack,
  ) => Promise<Pick<OwnCluster, 'plane' | 'nodes'>>,
): Promise<OwnCluster> {
  await using ends = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'longshore-kubernetes-'));
  ends.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const { plane, nodes } = await make(folder, ends);
  const kept = ends.move();
  return {
    kubeconfig: plane.kubeconfig,
    api: plane.api,
    image: busyboxImage.name,
    folder,
    plane,
    nodes,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

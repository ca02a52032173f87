// What the pods of one multi-node parallel job have in common on a cluster: names by which they
// find each other, of a headless Service, and the main node's address, for those that were made
// before it was known. Both are the main node's pod's own and go with it. Pure.

import type { ConfigMap, EnvVar, PodSpec, Service } from 'kubernetes-types/core/v1.js';
import type { AttemptId } from '../../base/ids.ts';
import type { NodeNetwork } from '../../port/engine.ts';
import type { KnownPod } from './known-pod.ts';
import { attemptOf, awaitsMainAnnotation, nodesLabel } from './pod-names.ts';

/** Under which the nodes are `node-0`, `node-1` … */
const nodesDomainVariable = 'LONGSHORE_NODES_DOMAIN';
/** As AWS Batch tells the others of it. */
const mainAddressVariable = 'AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS';
const mainAddressKey = 'main-node-address';

/** A label of names in the DNS: of the Service, and of what tells the main node's address. */
const gangNameOf = (mainNode: AttemptId): string => `aws-batch-${mainNode}`;

/** Nodes have names of their own under the Service's. */
export const gangPod = ({ id, node }: NodeNetwork): Partial<PodSpec> => ({
  hostname: `node-${node}`,
  subdomain: gangNameOf(id),
});

/** Whole but for the cluster's own domain, which a pod's search list has. */
export const nodesDomain = ({ id }: NodeNetwork, namespace: string): EnvVar => ({
  name: nodesDomainVariable,
  value: `${gangNameOf(id)}.${namespace}.svc`,
});

/** The container does not begin before it is told. */
export const addressToCome = ({ id }: NodeNetwork): EnvVar => ({
  name: mainAddressVariable,
  valueFrom: { configMapKeyRef: { name: gangNameOf(id), key: mainAddressKey } },
});

/** The attempt of the main node; undefined: it is no node's pod. */
function mainNodeOf({ labels }: Pick<KnownPod, 'labels'>): AttemptId | undefined {
  const text = labels[nodesLabel];
  return text === undefined || text === '' ? undefined : (text as AttemptId);
}

export const isMainNode = (pod: KnownPod): boolean => mainNodeOf(pod) === attemptOf(pod);

/** It was made before its main node ran, and its containers wait for that. */
export const awaitsMain = ({ annotations }: Pick<KnownPod, 'annotations'>): boolean =>
  annotations[awaitsMainAnnotation] !== undefined;

/** Of the main node's pod, which owns what is called so: the cluster removes it with the pod. */
function ownedBy({ namespace, name, uid }: KnownPod, mainNode: AttemptId) {
  return {
    name: gangNameOf(mainNode),
    namespace,
    labels: { [nodesLabel]: mainNode },
    ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid }],
  };
}

/** Names are there before who bears them is ready, for they never say that they are. */
export const gangService = (main: KnownPod, mainNode: AttemptId): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: ownedBy(main, mainNode),
  spec: {
    clusterIP: 'None',
    publishNotReadyAddresses: true,
    selector: { [nodesLabel]: mainNode },
  },
});

export const gangAddress = (main: KnownPod, mainNode: AttemptId, address: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: ownedBy(main, mainNode),
  data: { [mainAddressKey]: address },
});

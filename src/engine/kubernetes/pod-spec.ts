// The containers of one attempt become the pod that runs them, and the Secret with what nobody may
// read: for definitions that are AWS Batch's own and for those of jobs on Amazon EKS, which say
// pods in pods' words. Pure: what a pod cannot say is said in words, not thrown.

import type { EksPodProperties, EksVolume } from '@aws-sdk/client-batch';
import type {
  Affinity,
  Pod,
  PodSecurityContext,
  PodSpec,
  Secret,
  Volume,
} from 'kubernetes-types/core/v1.js';
import { must } from '../../base/assert.ts';
import { splitContainerId, type AttemptId } from '../../base/ids.ts';
import type { ContainerSpec } from '../../port/engine.ts';
import { imageParts } from '../docker/image-reference.ts';
import { ordinaryVolumes, saidContainer, secretKey } from './pod-container.ts';
import {
  attemptLabel,
  awaitsMainAnnotation,
  batchNodeTaint,
  containerNameAt,
  containersAnnotation,
  environmentLabel,
  jobLabel,
  nodeAnnotation,
  nodesLabel,
  observedFinalizer,
  onlyContainerName,
  placementAnnotation,
  podNameOf,
  serverLabel,
  tellingOf,
} from './pod-names.ts';
import { gangPod } from './pod-gang.ts';
import { podOrder, type PodRole } from './pod-order.ts';
import { podRefusal } from './pod-refusal.ts';

/** What is made of an attempt; Secrets first, for the pod starts by what is in them. */
export interface PodBodies {
  readonly namespace: string;
  readonly pod: Pod;
  readonly secrets: readonly Secret[];
}

interface PodSurroundings {
  readonly mark: string;
  /** It is a node that is placed together with its main one, and begins when that runs. */
  readonly awaitsMain?: boolean | undefined;
  /** Of attempts that do not say in which they are to be. */
  readonly namespace: string;
}

/** How long a pod that others delete has to end; a stop of ours says it itself. */
const usualGraceSeconds = 30;

/** `specs` are all containers of the attempt, by index; `cannotStart` is what the user reads. */
export function podBodies(
  specs: readonly ContainerSpec[],
  surroundings: PodSurroundings,
): PodBodies | { readonly cannotStart: string } {
  for (const spec of specs) {
    const amiss = podRefusal(spec);
    if (amiss !== undefined) return { cannotStart: amiss };
  }
  const order = podOrder(specs);
  if ('cannotStart' in order) return order;
  const first = must(specs[0], 'an attempt has a container');
  const { attemptId } = splitContainerId(first.containerId);
  const namespace = first.pod?.namespace ?? first.on?.namespace ?? surroundings.namespace;
  const name = podNameOf(attemptId);
  const names = specs.map((spec, index) => nameOf(spec, index, specs.length));
  const { mark, awaitsMain = false } = surroundings;
  const metadata = {
    ...metadataOf(first, { attemptId, names, mark, awaitsMain }),
    name,
    namespace,
  };
  const said = order.map(({ index, role }) => {
    const spec = must(specs[index], 'the order is of these');
    const place = {
      name: names[index] ?? '',
      index,
      role,
      secretName: name,
      namespace,
      awaitsMain,
    };
    return { role, ...saidContainer(spec, place) };
  });
  const ofRoles = (...roles: readonly PodRole[]) =>
    said.filter(({ role }) => roles.includes(role)).map(({ container }) => container);
  const init = ofRoles('init', 'sidecar');
  const secrets = secretsOf(specs, {
    name,
    namespace,
    labels: marks(attemptId, mark),
  });
  const pulls = secrets.filter(({ type }) => type === pullSecretType);
  const ownVolumes = new Map(
    said.flatMap(({ volumes }) => volumes).map((volume) => [volume.name, volume]),
  );
  return {
    namespace,
    secrets,
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: {
        ...(first.pod === undefined ? ordinaryPod(first) : batchPod(first.pod.properties)),
        ...(first.network && gangPod(first.network)),
        restartPolicy: 'Never',
        enableServiceLinks: false,
        terminationGracePeriodSeconds: usualGraceSeconds,
        tolerations: [{ key: batchNodeTaint, operator: 'Exists' }],
        ...placeOf(first),
        hostAliases: first.hostNames?.length
          ? [{ ip: '127.0.0.1', hostnames: [...first.hostNames] }]
          : undefined,
        ...(init.length > 0 && { initContainers: init }),
        containers: ofRoles('main'),
        volumes: someVolumes([
          ...(first.pod === undefined
            ? ordinaryVolumes(first.volumes ?? [])
            : (first.pod.properties.volumes ?? []).map(batchVolume)),
          ...ownVolumes.values(),
        ]),
        imagePullSecrets: [
          ...(first.pod?.properties.imagePullSecrets ?? []).map(({ name: of = '' }) => ({
            name: of,
          })),
          ...pulls.map(({ metadata: of }) => ({ name: of?.name ?? '' })),
        ],
      },
    },
  };
}

const nameOf = ({ pod }: ContainerSpec, index: number, of: number): string =>
  pod === undefined ? containerNameAt(index, of) : pod.container.name || onlyContainerName;

const marks = (attemptId: AttemptId, mark: string): Record<string, string> => ({
  [attemptLabel]: attemptId,
  [serverLabel]: mark,
});

interface PodMarks {
  readonly attemptId: AttemptId;
  /** Of its containers. */
  readonly names: readonly string[];
  readonly mark: string;
  readonly awaitsMain: boolean;
}

/** What the definition says of it, and above that what is ours. */
function metadataOf(
  { labels, pod, on, network }: ContainerSpec,
  { attemptId, names, mark, awaitsMain }: PodMarks,
): Pod['metadata'] {
  const told = tellingOf(labels);
  const given = pod?.properties.metadata;
  const job = labels['longshore.job'];
  return {
    labels: {
      ...given?.labels,
      ...told.labels,
      // Colons and hashes of children and nodes are no letters of a label.
      ...(job !== undefined && { [jobLabel]: job.replaceAll(/[:#]/g, '.') }),
      ...marks(attemptId, mark),
      ...(network && { [nodesLabel]: network.id }),
    },
    annotations: {
      ...given?.annotations,
      ...told.annotations,
      ...((names.length > 1 || names[0] !== onlyContainerName) && {
        [containersAnnotation]: names.join(','),
      }),
      ...(on?.reference && { [nodeAnnotation]: on.reference }),
      ...(on?.anyNode && { [placementAnnotation]: 'cluster' }),
      ...(awaitsMain && { [awaitsMainAnnotation]: 'true' }),
    },
    finalizers: [observedFinalizer],
  };
}

/** By its name alone, and so that it waits there; `nodeName` would have it rejected. */
const affinityTo = (node: string): Affinity => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [
        { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] },
      ],
    },
  },
});

/** On its own node, or on one of those that the cluster may choose from. */
function placeOf({ on }: ContainerSpec): Pick<PodSpec, 'affinity' | 'nodeSelector'> {
  if (on?.reference) return { affinity: affinityTo(on.reference) };
  if (on?.anyNode === undefined) return {};
  const { architecture, environmentUuid } = on.anyNode;
  const ofEnvironment = (operator: string, values?: string[]) => ({
    matchExpressions: [{ key: environmentLabel, operator, ...(values && { values }) }],
  });
  return {
    nodeSelector: {
      'kubernetes.io/os': 'linux',
      ...(architecture && {
        'kubernetes.io/arch': architecture === 'x86_64' ? 'amd64' : architecture,
      }),
    },
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            ofEnvironment('DoesNotExist'),
            ofEnvironment('In', [environmentUuid]),
          ],
        },
      },
    },
  };
}

function ordinaryPod({ network, task, linuxParameters }: ContainerSpec): Partial<PodSpec> {
  const sharesProcesses = task?.pidMode === 'task' || linuxParameters?.initProcessEnabled;
  return {
    automountServiceAccountToken: false,
    ...(network?.kind === 'host' && {
      hostNetwork: true,
      dnsPolicy: 'ClusterFirstWithHostNet' as const,
    }),
    ...(task?.ipcMode === 'host' && { hostIPC: true }),
    ...(task?.pidMode === 'host' ? { hostPID: true } : {}),
    // The pause container is then process 1, and reaps as Docker's init does.
    ...(sharesProcesses && task?.pidMode !== 'host' && { shareProcessNamespace: true }),
  };
}

/** With AWS Batch's own defaults. */
function batchPod(properties: EksPodProperties): Partial<PodSpec> {
  const { hostNetwork = true, serviceAccountName, shareProcessNamespace } = properties;
  const usualDns = hostNetwork ? 'ClusterFirstWithHostNet' : 'ClusterFirst';
  return {
    hostNetwork,
    dnsPolicy: properties.dnsPolicy || usualDns,
    ...(serviceAccountName ? { serviceAccountName } : { automountServiceAccountToken: false }),
    ...(shareProcessNamespace !== undefined && { shareProcessNamespace }),
    ...(properties.securityContext && {
      securityContext: properties.securityContext as PodSecurityContext,
    }),
  };
}

function batchVolume({
  name = '',
  hostPath,
  emptyDir,
  secret,
  persistentVolumeClaim,
}: EksVolume): Volume {
  if (hostPath) return { name, hostPath: { path: hostPath.path ?? '' } };
  if (secret)
    return {
      name,
      secret: {
        ...(secret.secretName && { secretName: secret.secretName }),
        ...(secret.optional !== undefined && { optional: secret.optional }),
      },
    };
  if (persistentVolumeClaim) {
    const { claimName = '', readOnly } = persistentVolumeClaim;
    return { name, persistentVolumeClaim: { claimName, ...(readOnly && { readOnly }) } };
  }
  const { medium, sizeLimit } = emptyDir ?? {};
  return { name, emptyDir: { ...(medium && { medium }), ...(sizeLimit && { sizeLimit }) } };
}

const someVolumes = (volumes: readonly Volume[]): Volume[] | undefined =>
  volumes.length > 0 ? [...volumes] : undefined;

const pullSecretType = 'kubernetes.io/dockerconfigjson';

interface SecretsPlace {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

function secretsOf(
  specs: readonly ContainerSpec[],
  { name, namespace, labels }: SecretsPlace,
): Secret[] {
  const values = specs.flatMap(({ secretEnvironment = [] }, index) =>
    secretEnvironment.map(({ value }, at) => [secretKey(index, at), value.reveal()] as const),
  );
  const made = (called: string, type: string, stringData: Record<string, string>): Secret => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: called, namespace, labels: { ...labels } },
    type,
    stringData,
  });
  const logins = specs.flatMap(({ image, registryLogin }) =>
    registryLogin === undefined ? [] : [{ image, registryLogin }],
  );
  return [
    ...(values.length > 0 ? [made(name, 'Opaque', Object.fromEntries(values))] : []),
    ...logins.map(({ image, registryLogin: { username, password } }, at) =>
      made(`${name}.pull-${at}`, pullSecretType, {
        '.dockerconfigjson': JSON.stringify({
          auths: {
            [registryOf(image)]: {
              username: username.reveal(),
              password: password.reveal(),
              auth: Buffer.from(`${username.reveal()}:${password.reveal()}`).toString('base64'),
            },
          },
        }),
      }),
    ),
  ];
}

/** As a kubelet looks it up. */
function registryOf(image: string): string {
  const { registry } = imageParts(image);
  return registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry;
}

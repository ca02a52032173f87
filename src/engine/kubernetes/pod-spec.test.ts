// The pod that is made of an attempt, property by property, and what is refused because no pod can
// say it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EksContainer, EksPodProperties } from '@aws-sdk/client-batch';
import { Hidden } from '../../base/hidden.ts';
import { attemptId, containerId, type HostId } from '../../base/ids.ts';
import type { ContainerSpec, PodPlace, WaitsFor } from '../../port/engine.ts';
import { plainSpec } from '../../../test/house/contract/engine-contract.ts';
import { podBodies, type PodBodies } from './pod-spec.ts';

const id = '0123456789abcdef0123456789abcdef';
const surroundings = { mark: 'mark', namespace: 'usual' };
const specOf = (facts: Partial<ContainerSpec> = {}, index = 0): ContainerSpec =>
  plainSpec(containerId(index === 0 ? id : `${id}-${index}`), { labels: {}, ...facts });

function bodiesOf(...specs: readonly ContainerSpec[]): PodBodies {
  const bodies = podBodies(specs, surroundings);
  assert.ok(!('cannotStart' in bodies), JSON.stringify(bodies));
  return bodies;
}
const refusalOf = (...specs: readonly ContainerSpec[]): string => {
  const bodies = podBodies(specs, surroundings);
  assert.ok('cannotStart' in bodies);
  return bodies.cannotStart;
};
/** As it travels. */
const sent = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

test('a pod is in the namespace that its host says, where it says none itself', () => {
  const on = { hostId: 'h' as HostId, namespace: 'theirs' };
  assert.equal(bodiesOf(specOf({ on })).namespace, 'theirs');
});

test('a pod whose node its cluster chooses says only of which kind that is', () => {
  const on = {
    hostId: 'h' as HostId,
    anyNode: { architecture: 'x86_64', environmentUuid: 'uuid' },
  };
  const { spec, metadata } = bodiesOf(specOf({ on })).pod;
  const label = 'batch.amazonaws.com/compute-environment-uuid';
  assert.deepEqual(metadata?.annotations, { 'longshore.dev/placement': 'cluster' });
  assert.deepEqual(spec?.nodeSelector, {
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
  });
  assert.deepEqual(
    spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms,
    [
      { matchExpressions: [{ key: label, operator: 'DoesNotExist' }] },
      { matchExpressions: [{ key: label, operator: 'In', values: ['uuid'] }] },
    ],
  );
  const any = { hostId: 'h' as HostId, anyNode: { environmentUuid: 'uuid' } };
  assert.deepEqual(bodiesOf(specOf({ on: any })).pod.spec?.nodeSelector, {
    'kubernetes.io/os': 'linux',
  });
});

test('an ordinary container is a pod of one', () => {
  const { namespace, pod, secrets } = bodiesOf(
    specOf({
      command: ['sh', '-c', 'echo $HOME $(date)'],
      environment: [
        { name: 'A', value: '$(B)' },
        { name: 'A', value: 'last' },
      ],
      on: { hostId: 'h' as HostId, reference: 'node-0' },
      labels: { 'longshore.job': 'job:3', 'longshore.job-name': 'x'.repeat(100) },
    }),
  );
  assert.equal(namespace, 'usual');
  assert.deepEqual(secrets, []);
  assert.deepEqual(sent(pod), {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `aws-batch.${id}`,
      namespace: 'usual',
      labels: {
        'batch.amazonaws.com/job-id': 'job.3',
        'longshore.dev/attempt': id,
        'longshore.dev/server': 'mark',
      },
      annotations: {
        'longshore.job': 'job:3',
        'longshore.job-name': 'x'.repeat(100),
        'longshore.dev/node': 'node-0',
      },
      finalizers: ['longshore.dev/observed'],
    },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 30,
      tolerations: [{ key: 'batch.amazonaws.com/batch-node', operator: 'Exists' }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-0'] }] },
            ],
          },
        },
      },
      containers: [
        {
          name: 'default',
          image: 'busybox',
          imagePullPolicy: 'IfNotPresent',
          args: ['sh', '-c', 'echo $$HOME $$(date)'],
          env: [{ name: 'A', value: 'last' }],
          resources: { requests: { cpu: '500m', memory: '64Mi' }, limits: { memory: '64Mi' } },
          securityContext: { capabilities: { drop: ['NET_RAW'] } },
        },
      ],
      imagePullSecrets: [],
    },
  });
});

test('a node of a multi-node job has a name of its own under the main node’s attempt', () => {
  const main = attemptId('e'.repeat(32));
  const network = { id: main, kind: 'private', numNodes: 3, node: 2 } as const;
  const { metadata, spec } = bodiesOf(specOf({ network })).pod;
  assert.equal(metadata?.labels?.['longshore.dev/nodes'], main);
  assert.equal(metadata.annotations?.['longshore.dev/awaits-main-node'], undefined);
  assert.equal(spec?.hostname, 'node-2');
  assert.equal(spec.subdomain, `aws-batch-${main}`);
  assert.deepEqual(spec.containers[0]?.env?.slice(-2), [
    {
      name: 'LONGSHORE_NODE_PRIVATE_IPV4_ADDRESS',
      valueFrom: { fieldRef: { fieldPath: 'status.podIP' } },
    },
    { name: 'LONGSHORE_NODES_DOMAIN', value: `aws-batch-${main}.usual.svc` },
  ]);
});

test('one that is made before its main node runs waits to be told where that is', () => {
  const main = attemptId('e'.repeat(32));
  const network = { id: main, kind: 'private', numNodes: 3, node: 2 } as const;
  const made = podBodies([specOf({ network })], {
    mark: 'm',
    namespace: 'usual',
    awaitsMain: true,
  });
  assert.ok('pod' in made);
  const { metadata, spec } = made.pod;
  assert.equal(metadata?.annotations?.['longshore.dev/awaits-main-node'], 'true');
  assert.deepEqual(spec?.containers[0]?.env?.at(-1), {
    name: 'AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS',
    valueFrom: { configMapKeyRef: { name: `aws-batch-${main}`, key: 'main-node-address' } },
  });
});

test('what a container asks for is said as a pod says it', () => {
  const { spec } = bodiesOf(
    specOf({
      entrypoint: ['/bin/run'],
      gpus: 2,
      ephemeralStorageGib: 21,
      user: '1000:100',
      privileged: true,
      readonlyRootFilesystem: true,
      hostNames: ['algo-1'],
      volumes: [{ name: 'Data_1', host: { sourcePath: '/data' } }, { name: 'scratch' }],
      mountPoints: [
        { sourceVolume: 'Data_1', containerPath: '/in', readOnly: true },
        { sourceVolume: 'scratch', containerPath: '/out' },
      ],
      linuxParameters: {
        sharedMemorySize: 128,
        tmpfs: [{ containerPath: '/tmp', size: 64, mountOptions: ['rw', 'nosuid'] }],
        initProcessEnabled: true,
        maxSwap: 0,
      },
    }),
  ).pod;
  const [container] = spec?.containers ?? [];
  assert.deepEqual(container?.command, ['/bin/run']);
  assert.equal(container.args, undefined);
  assert.deepEqual(container.resources?.limits, {
    memory: '64Mi',
    'nvidia.com/gpu': '2',
    'ephemeral-storage': '21Gi',
  });
  assert.deepEqual(container.securityContext, {
    runAsUser: 1000,
    runAsGroup: 100,
    privileged: true,
    readOnlyRootFilesystem: true,
  });
  assert.deepEqual(container.volumeMounts, [
    { name: 'volume-0', mountPath: '/in', readOnly: true },
    { name: 'volume-1', mountPath: '/out' },
    { name: 'longshore-shared-memory-0', mountPath: '/dev/shm' },
    { name: 'tmpfs-0-0', mountPath: '/tmp' },
  ]);
  assert.deepEqual(spec?.volumes, [
    { name: 'volume-0', hostPath: { path: '/data' } },
    { name: 'volume-1', emptyDir: {} },
    { name: 'longshore-shared-memory-0', emptyDir: { medium: 'Memory', sizeLimit: '128Mi' } },
    { name: 'tmpfs-0-0', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } },
  ]);
  assert.equal(spec?.shareProcessNamespace, true);
  assert.deepEqual(spec.hostAliases, [{ ip: '127.0.0.1', hostnames: ['algo-1'] }]);
});

test('what no pod can say is refused by its name', () => {
  const rows: readonly [Partial<ContainerSpec>, RegExp][] = [
    [{ ulimits: [{ name: 'nofile', softLimit: 1, hardLimit: 1 }] }, /ulimits \(nofile\)$/],
    [{ logConfiguration: { logDriver: 'splunk' } }, /the log driver splunk$/],
    [{ logConfiguration: { logDriver: 'awsfirelens' } }, /awsfirelens$/],
    [{ user: 'nobody' }, /the user nobody/],
    [{ linuxParameters: { devices: [{ hostPath: '/dev/fuse' }] } }, /devices \(\/dev\/fuse\)/],
    [{ linuxParameters: { maxSwap: 100 } }, /swap \(maxSwap 100\)$/],
    [
      { linuxParameters: { tmpfs: [{ containerPath: '/t', size: 1, mountOptions: ['uid=3'] }] } },
      /mountOptions of a tmpfs \(uid=3\)$/,
    ],
    [
      { volumes: [{ name: 'v', efsVolumeConfiguration: { fileSystemId: 'fs-1' } }] },
      /the volume v, which is on a file system of AWS/,
    ],
    [{ mountPoints: [{ sourceVolume: 'x', containerPath: '/x' }] }, /names the volume x/],
  ];
  for (const [facts, expected] of rows) {
    const reason = refusalOf(specOf(facts));
    assert.match(reason, /^CannotCreateContainerError: /);
    assert.match(reason, expected);
  }
});

test('what nobody may read is in Secrets alone', () => {
  const secret = { name: 'TOKEN', value: new Hidden('hush-hush') };
  const { pod, secrets } = bodiesOf(
    specOf({
      image: 'registry.test:5000/app',
      secretEnvironment: [secret],
      registryLogin: { username: new Hidden('me'), password: new Hidden('pass-word') },
    }),
  );
  const text = JSON.stringify(pod);
  for (const hidden of ['hush-hush', 'pass-word']) assert.ok(!text.includes(hidden));
  assert.deepEqual(pod.spec?.containers[0]?.env, [
    {
      name: 'TOKEN',
      valueFrom: { secretKeyRef: { name: `aws-batch.${id}`, key: 'container-0.0' } },
    },
  ]);
  assert.deepEqual(pod.spec.imagePullSecrets, [{ name: `aws-batch.${id}.pull-0` }]);
  assert.deepEqual(
    secrets.map(({ type, stringData }) => [type, stringData]),
    [
      ['Opaque', { 'container-0.0': 'hush-hush' }],
      [
        'kubernetes.io/dockerconfigjson',
        {
          '.dockerconfigjson':
            '{"auths":{"registry.test:5000":{"username":"me","password":"pass-word","auth":"bWU6cGFzcy13b3Jk"}}}',
        },
      ],
    ],
  );
});

const waiting = (containers: number, after: readonly WaitsFor[] = []): Partial<ContainerSpec> => ({
  task: { attemptId: id as never, containers, after },
});

test('containers that wait for each other become init containers and sidecars', () => {
  const { pod } = bodiesOf(
    specOf(waiting(4, [{ container: 1, condition: 'SUCCESS' }])),
    specOf(waiting(4, [{ container: 2, condition: 'START' }]), 1),
    specOf(waiting(4), 2),
    specOf(waiting(4, [{ container: 0, condition: 'START' }]), 3),
  );
  assert.deepEqual(
    pod.spec?.initContainers?.map(({ name, restartPolicy }) => [name, restartPolicy]),
    [
      ['container-2', 'Always'],
      ['container-1', undefined],
    ],
  );
  assert.deepEqual(
    pod.spec.containers.map(({ name }) => name),
    ['container-0', 'container-3'],
  );
  assert.equal(
    pod.metadata?.annotations?.['longshore.dev/containers'],
    'container-0,container-1,container-2,container-3',
  );
  assert.match(
    refusalOf(
      specOf(waiting(2, [{ container: 1, condition: 'START' }])),
      specOf(waiting(2, [{ container: 0, condition: 'START' }]), 1),
    ),
    /in a circle/,
  );
});

test('a pod of a job on Amazon EKS is what its definition says, with the defaults of AWS Batch', () => {
  const main: EksContainer = {
    image: 'busybox',
    command: ['/bin/sh', '-c', '$(GREETING)'],
    args: ['x'],
    resources: { limits: { cpu: '1', memory: '1024Mi' } },
    securityContext: { runAsUser: 1000, capabilities: { drop: ['ALL'] } },
    volumeMounts: [{ name: 'data', mountPath: '/data', subPath: 'a', readOnly: true }],
  };
  const prepare: EksContainer = { name: 'prepare', image: 'busybox' };
  const properties: EksPodProperties = {
    containers: [main],
    initContainers: [prepare],
    metadata: { labels: { team: 'a' }, annotations: { note: 'b' } },
    imagePullSecrets: [{ name: 'login' }],
    volumes: [
      { name: 'data', persistentVolumeClaim: { claimName: 'claim', readOnly: true } },
      { name: 'keys', secret: { secretName: 'keys', optional: true } },
      { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
    ],
    securityContext: { runAsNonRoot: true, fsGroup: 100 },
  };
  const place = (container: EksContainer, init: boolean): PodPlace => ({
    namespace: 'batch',
    properties,
    container,
    init,
  });
  const { namespace, pod } = bodiesOf(
    specOf({ ...waiting(2), pod: place(prepare, true) }),
    specOf(
      {
        ...waiting(2),
        pod: place(main, false),
        entrypoint: main.command,
        command: main.args ?? [],
        environment: [{ name: 'GREETING', value: 'hello $(WHO)' }],
      },
      1,
    ),
  );
  const { spec, metadata } = sent(pod);
  assert.equal(namespace, 'batch');
  assert.equal(metadata?.labels?.['team'], 'a');
  assert.equal(metadata.annotations?.['longshore.dev/containers'], 'prepare,default');
  assert.equal(spec?.hostNetwork, true);
  assert.equal(spec.dnsPolicy, 'ClusterFirstWithHostNet');
  assert.equal(spec.automountServiceAccountToken, false);
  assert.deepEqual(spec.securityContext, { runAsNonRoot: true, fsGroup: 100 });
  assert.deepEqual(spec.imagePullSecrets, [{ name: 'login' }]);
  assert.deepEqual(spec.volumes, [
    { name: 'data', persistentVolumeClaim: { claimName: 'claim', readOnly: true } },
    { name: 'keys', secret: { secretName: 'keys', optional: true } },
    { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
  ]);
  assert.deepEqual(
    spec.initContainers?.map(({ name }) => name),
    ['prepare'],
  );
  assert.deepEqual(spec.containers, [
    {
      name: 'default',
      image: 'busybox',
      command: ['/bin/sh', '-c', '$(GREETING)'],
      args: ['x'],
      env: [{ name: 'GREETING', value: 'hello $(WHO)' }],
      resources: { limits: { cpu: '1', memory: '1024Mi' } },
      volumeMounts: [{ name: 'data', mountPath: '/data', subPath: 'a', readOnly: true }],
      securityContext: { runAsUser: 1000, capabilities: { drop: ['ALL'] } },
    },
  ]);
  const named = bodiesOf(
    specOf({
      pod: {
        ...place(main, false),
        properties: { ...properties, serviceAccountName: 'runner', hostNetwork: false },
      },
    }),
  ).pod.spec;
  assert.equal(named?.serviceAccountName, 'runner');
  assert.equal(named.automountServiceAccountToken, undefined);
  assert.equal(named.dnsPolicy, 'ClusterFirst');
});

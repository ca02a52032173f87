// The nodes of a cluster against the real apiserver: they come, are cordoned and go, and a cluster
// that cannot be reached yet is found when it can.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ClusterConnection } from '../../src/engine/kubernetes/cluster-connection.ts';
import { Kubeconfig } from '../../src/engine/kubernetes/kubeconfig.ts';
import { KubernetesNodes } from '../../src/engine/kubernetes/kubernetes-nodes.ts';
import { EngineUnavailable } from '../../src/port/engine.ts';
import { systemClock } from '../../src/server/system-ports.ts';
import { until } from '../until.ts';
import { controlPlaneSkip, startControlPlane } from './cluster.ts';
import { ScriptedKubelet } from './scripted-kubelet.ts';

const arn = 'arn:aws:eks:eu-west-1:123456789012:cluster/lab';

test('nodes: what an apiserver says of them', { skip: controlPlaneSkip() }, async () => {
  await using cluster = await startControlPlane();
  const config = await Kubeconfig.read({
    environment: process.env,
    clock: systemClock,
    path: cluster.kubeconfig,
  });
  const connection = new ClusterConnection({ access: await config.access(), clock: systemClock });
  after(() => connection.close());
  let isThere = false;
  const faults: string[] = [];
  let changes = 0;
  const nodes = new KubernetesNodes({
    clusters: [arn],
    connection: async () => {
      if (isThere) return connection;
      isThere = true;
      throw new EngineUnavailable('the kubeconfig is not written yet');
    },
    clock: systemClock,
    mark: 'ours',
    onFault: (_, error) => faults.push((error as Error).message),
  });
  nodes.open(() => changes++);
  try {
    assert.equal(nodes.of(arn), undefined);
    assert.equal(nodes.of('another'), undefined);
    await until('no node', () => nodes.of(arn)?.length === 0);
    assert.deepEqual(faults, ['the kubeconfig is not written yet']);
    await using kubelet = await ScriptedKubelet.start(cluster, {
      name: 'n1',
      capacity: { cpu: '2', memory: '4Gi', pods: '10' },
    });
    await until(
      'a node that is ready',
      () => nodes.of(arn)?.some(({ isReady, isOpen }) => isReady && isOpen) === true,
    );
    const [node] = nodes.of(arn) ?? [];
    assert.deepEqual(
      [node?.name, node?.capacity],
      [kubelet.name, { milliVcpu: 2_000, memoryMib: 4_096, gpus: 0 }],
    );
    const pods = '/api/v1/namespaces/default/pods';
    const capacity = (): string => {
      const [one] = nodes.of(arn) ?? [];
      return [one?.capacity, one?.atMost]
        .flatMap((each) => (each ? [`${each.milliVcpu}/${each.memoryMib}`] : []))
        .join(' of ');
    };
    for (const [name, metadata] of [
      ['other', {}],
      [
        'daemon',
        { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'd', uid: 'u' }] },
      ],
      ['own', { labels: { 'longshore.dev/server': 'ours' } }],
    ] as const)
      await connection.request({
        method: 'POST',
        path: pods,
        body: {
          metadata: { name, ...metadata },
          spec: {
            nodeName: kubelet.name,
            containers: [
              {
                name: 'main',
                image: 'busybox',
                args: [JSON.stringify({ milliseconds: 3_600_000 })],
                resources: { requests: { cpu: '250m', memory: '512Mi' } },
              },
            ],
          },
        },
      });
    await until(
      () => `what others hold to be taken off; it is ${capacity()}`,
      () => capacity() === '1500/3072 of 1750/3584',
    );
    await connection.request({ method: 'DELETE', path: `${pods}/other` });
    await until(
      () => `it to be free again; it is ${capacity()}`,
      () => capacity() === '1750/3584',
    );
    const path = `/api/v1/nodes/${kubelet.name}`;
    await connection.request({ method: 'PATCH', path, body: { spec: { unschedulable: true } } });
    await until(
      'that it is cordoned',
      () => nodes.of(arn)?.every(({ isOpen }) => !isOpen) === true,
    );
    const before = changes;
    await connection.request({ method: 'DELETE', path });
    await until('that it is gone', () => nodes.of(arn)?.length === 0);
    assert.ok(changes > before);
  } finally {
    nodes.close();
  }
});

// Pods of multi-node parallel jobs on a real apiserver whose node is played: what they have in
// common there, how it goes with them, and groups of which a scheduler of the cluster's own counts
// the pods before it lets the first begin. How nodes reach each other is seen on a whole cluster.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { ConfigMap, Pod, Service } from 'kubernetes-types/core/v1.js';
import {
  splitContainerId,
  type AttemptId,
  type ContainerId,
  type HostId,
} from '../../src/base/ids.ts';
import type { KubernetesEngine } from '../../src/engine/kubernetes/kubernetes-engine.ts';
import type { ContainerSpec, NodeNetwork } from '../../src/port/engine.ts';
import { newAttempt, plainSpec, type Behaviour } from '../house/contract/engine-contract.ts';
import { ReportRecorder } from '../house/contract/report-recorder.ts';
import { until } from '../until.ts';
import { controlPlaneSkip, startControlPlane, type OwnCluster } from './cluster.ts';
import { EngineScene } from './engine-scene.ts';
import { ScriptedKubelet } from './scripted-kubelet.ts';

const core = '/api/v1/namespaces/default';
const long = { milliseconds: 3_600_000 };

describe('pods of a multi-node job', { skip: controlPlaneSkip() }, () => {
  let cluster: OwnCluster;
  let scene: EngineScene;
  let engine: KubernetesEngine;
  let kubelet: ScriptedKubelet;
  let reports = new ReportRecorder();
  /** Three nodes, of which the first is the main one. */
  let nodes: ContainerId[];
  before(async () => {
    cluster = await startControlPlane();
    scene = await EngineScene.of(cluster);
    kubelet = await ScriptedKubelet.start(cluster);
    engine = scene.engine({ patience: { imageMs: 0, otherMs: 60_000, placingMs: 0 } });
    await engine.open((report) => reports.take(report));
  });
  beforeEach(() => {
    reports = new ReportRecorder();
    nodes = [newAttempt(), newAttempt(), newAttempt()];
  });
  after(async () => {
    await engine.close();
    await kubelet[Symbol.asyncDispose]();
    scene[Symbol.dispose]();
    await cluster[Symbol.asyncDispose]();
  });

  const attemptOf = (node: number): AttemptId =>
    splitContainerId(nodes[node] as ContainerId).attemptId;
  const specOf = (
    node: number,
    behaviour: Behaviour,
    network: Partial<NodeNetwork> = {},
    facts: Partial<ContainerSpec> = {},
  ): ContainerSpec =>
    plainSpec(nodes[node] as ContainerId, {
      command: [JSON.stringify(behaviour)],
      network: { id: attemptOf(0), kind: 'private', numNodes: 3, node, ...network },
      ...facts,
    });
  const podOf = (node: number): Promise<Pod | undefined> =>
    cluster.api.find(`${core}/pods/aws-batch.${attemptOf(node)}`);
  const named = <T>(kind: string): Promise<T | undefined> =>
    cluster.api.find(`${core}/${kind}/aws-batch-${attemptOf(0)}`) as Promise<T | undefined>;
  const ofMain = async (object: Service | ConfigMap | undefined): Promise<boolean> =>
    object?.metadata?.ownerReferences?.[0]?.uid === (await podOf(0))?.metadata?.uid;
  const removeAll = async (): Promise<void> => {
    await Promise.all(nodes.map((id) => engine.remove(id)));
    await until('no pod to be left', async () =>
      (await Promise.all([0, 1, 2].map(podOf))).every((pod) => pod === undefined),
    );
  };

  test('they have names under a headless service, which is the main node’s pod’s own', async () => {
    await engine.start(specOf(0, long));
    const service = await named<Service>('services');
    assert.equal(service?.spec?.clusterIP, 'None');
    assert.equal(service.spec.publishNotReadyAddresses, true);
    assert.deepEqual(service.spec.selector, { 'longshore.dev/nodes': attemptOf(0) });
    assert.equal(await ofMain(service), true);
    const { address } = await reports.first(nodes[0] as ContainerId, 'started');
    assert.equal(address, '127.0.0.1');
    await engine.start(specOf(2, long));
    const pod = await podOf(2);
    assert.equal(pod?.spec?.hostname, 'node-2');
    assert.equal(pod.spec.subdomain, service.metadata?.name);
    assert.equal(pod.metadata?.labels?.['longshore.dev/nodes'], attemptOf(0));
    await removeAll();
  });

  test('a service that was lost with its server is made when the next node starts', async () => {
    await engine.start(specOf(0, long));
    await cluster.api.delete(`${core}/services/aws-batch-${attemptOf(0)}`);
    const next = scene.engine();
    await next.open(() => undefined);
    await next.start(specOf(1, long));
    await next.close();
    assert.equal(await ofMain(await named<Service>('services')), true);
    await removeAll();
  });

  test('pods that are placed together are all there before the first begins', async () => {
    const placedWith = [specOf(1, { exitCode: 5 }), specOf(2, long)];
    await engine.start(specOf(0, long, { placedWith }));
    for (const node of [1, 2]) {
      const pod = await podOf(node);
      assert.equal(pod?.metadata?.annotations?.['longshore.dev/awaits-main-node'], 'true');
    }
    await until('a node to wait for the main one’s address', async () =>
      (await podOf(1))?.status?.containerStatuses?.some(
        ({ state }) => state?.waiting?.reason === 'CreateContainerConfigError',
      ),
    );
    assert.equal(await named('configmaps'), undefined);
    assert.deepEqual(reports.of(nodes[1] as ContainerId), []);
    const listed = new Map(
      (await engine.list()).map(({ containerId, state }) => [containerId, state]),
    );
    assert.deepEqual(
      nodes.map((id) => listed.get(id)),
      ['running', 'created', 'created'],
    );
    await Promise.all([1, 2].map((node) => engine.start(specOf(node, long))));
    const address = await named<ConfigMap>('configmaps');
    assert.deepEqual(address?.data, { 'main-node-address': '127.0.0.1' });
    assert.equal(await ofMain(address), true);
    assert.equal((await reports.exited(nodes[1] as ContainerId)).exit.exitCode, 5);
    await reports.first(nodes[2] as ContainerId, 'started');
    await removeAll();
  });

  test('they are held by whoever comes next, and started as if nothing had been', async () => {
    await engine.start(specOf(0, long, { placedWith: [specOf(1, { exitCode: 6 })] }));
    const next = scene.engine();
    const later = new ReportRecorder();
    await next.open(later.take);
    assert.deepEqual(later.of(nodes[1] as ContainerId), []);
    await next.start(specOf(1, long));
    assert.equal((await later.exited(nodes[1] as ContainerId)).exit.exitCode, 6);
    await next.close();
    await removeAll();
  });

  test('one of them that is not wanted any more goes', async () => {
    await engine.start(specOf(0, long, { placedWith: [specOf(1, long), specOf(2, long)] }));
    await removeAll();
    assert.deepEqual(reports.of(nodes[1] as ContainerId), []);
  });

  test('where the cluster will not have one of them, none begins', async () => {
    const amiss = specOf(2, long, {}, { image: ' ' });
    await engine.start(specOf(0, long, { placedWith: [specOf(1, long), amiss] }));
    const { reason } = await reports.first(nodes[0] as ContainerId, 'start-failed');
    assert.match(reason, /^CannotCreateContainerError: Invalid: /);
    assert.equal(await podOf(0), undefined);
    await removeAll();
  });

  test('one that has no room is not placed, once somebody has asked for it', async () => {
    const on = { hostId: 'h' as HostId, reference: 'no-such-node' };
    await engine.start(specOf(0, long, { placedWith: [specOf(1, long, {}, { on })] }));
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable' };
    await cluster.api.patch(`${core}/pods/aws-batch.${attemptOf(1)}/status`, {
      status: { conditions: [{ ...condition, message: 'Insufficient cpu.' }] },
    });
    await until('that to be seen', async () =>
      (await podOf(1))?.status?.conditions?.some(({ reason }) => reason === 'Unschedulable'),
    );
    assert.deepEqual(reports.of(nodes[1] as ContainerId), []);
    await engine.start(specOf(1, long, {}, { on }));
    const { reason } = await reports.first(nodes[1] as ContainerId, 'not-placed');
    assert.equal(reason, 'Insufficient cpu.');
    await removeAll();
  });
});

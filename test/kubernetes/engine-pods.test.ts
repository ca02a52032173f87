// What of attempts on Kubernetes no contract of engines knows: several containers in a pod,
// secrets, what others do to pods, and a cluster that has no room. On a real apiserver whose node
// is played.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Secret } from 'kubernetes-types/core/v1.js';
import { Hidden } from '../../src/base/hidden.ts';
import {
  containerIdOf,
  splitContainerId,
  type ContainerId,
  type HostId,
} from '../../src/base/ids.ts';
import type { KubernetesEngine } from '../../src/engine/kubernetes/kubernetes-engine.ts';
import type { ContainerSpec } from '../../src/port/engine.ts';
import { newAttempt, plainSpec, type Behaviour } from '../house/contract/engine-contract.ts';
import { ReportRecorder, textOf } from '../house/contract/report-recorder.ts';
import { until } from '../until.ts';
import { controlPlaneSkip, startControlPlane, type OwnCluster } from './cluster.ts';
import type { ClusterConnection } from '../../src/engine/kubernetes/cluster-connection.ts';
import type { KubernetesObject } from './kubernetes-api.ts';
import { EngineScene } from './engine-scene.ts';
import { ScriptedKubelet } from './scripted-kubelet.ts';

describe('attempts as pods', { skip: controlPlaneSkip() }, () => {
  const pods = '/api/v1/namespaces/default/pods';
  let cluster: OwnCluster;
  let kubelet: ScriptedKubelet;
  let scene: EngineScene;
  let engine: KubernetesEngine;
  const reports = new ReportRecorder();
  before(async () => {
    cluster = await startControlPlane();
    kubelet = await ScriptedKubelet.start(cluster);
    scene = await EngineScene.of(cluster);
    engine = scene.engine({ patience: { imageMs: 0, otherMs: 0, placingMs: 0 } });
    await engine.open(reports.take);
  });
  after(async () => {
    await engine.close();
    await kubelet[Symbol.asyncDispose]();
    scene[Symbol.dispose]();
    await cluster[Symbol.asyncDispose]();
  });

  const specOf = (
    id: ContainerId,
    behaviour: Behaviour,
    facts: Partial<ContainerSpec> = {},
  ): ContainerSpec => plainSpec(id, { command: [JSON.stringify(behaviour)], ...facts });
  const podPath = (id: ContainerId): string =>
    `${pods}/aws-batch.${splitContainerId(id).attemptId}`;
  const isGone = (id: ContainerId): Promise<void> =>
    until(
      'the pod to be gone',
      async () => (await cluster.api.find(podPath(id))) === undefined,
    ).then(() => undefined);
  const types = (id: ContainerId): string[] => reports.of(id).map(({ type }) => type);

  test('containers of one attempt are in one pod, which stays until the last is removed', async () => {
    const { attemptId } = splitContainerId(newAttempt());
    const [first, second] = [containerIdOf(attemptId, 0), containerIdOf(attemptId, 1)];
    const task = { attemptId, containers: 2 };
    await Promise.all([
      engine.start(specOf(first, { lines: ['one'], exitCode: 3 }, { task })),
      engine.start(specOf(second, { lines: ['two'], milliseconds: 100 }, { task })),
    ]);
    assert.equal((await reports.exited(first)).exit.exitCode, 3);
    assert.equal((await reports.exited(second)).exit.exitCode, 0);
    assert.deepEqual(await textOf(engine.logs(second, undefined)), ['two']);
    await engine.remove(first);
    assert.equal(await engine.inspect(first), undefined);
    assert.equal((await engine.inspect(second))?.state, 'exited');
    assert.notEqual(await cluster.api.find(podPath(first)), undefined);
    await engine.remove(second);
    await isGone(first);
  });

  test('a container whose companions never come is stopped without a pod', async () => {
    const { attemptId } = splitContainerId(newAttempt());
    const first = containerIdOf(attemptId, 0);
    const task = { attemptId, containers: 2 };
    const start = engine.start(specOf(first, {}, { task }));
    await engine.stop(first, 1000);
    await start;
    assert.deepEqual(types(first), ['start-failed']);
    assert.equal(await cluster.api.find(podPath(first)), undefined);
  });

  test('a secret is in a Secret that the pod owns, and in no message', async () => {
    const id = newAttempt();
    const secret = { name: 'TOKEN', value: new Hidden('hush-hush') };
    await engine.start(specOf(id, {}, { secretEnvironment: [secret] }));
    const path = `/api/v1/namespaces/default/secrets/aws-batch.${id}`;
    const made = (await cluster.api.get(path)) as Secret;
    assert.equal(Buffer.from(made.data?.['container-0.0'] ?? '', 'base64').toString(), 'hush-hush');
    const pod = await cluster.api.get(podPath(id));
    assert.deepEqual(
      made.metadata?.ownerReferences?.map(({ uid }) => uid),
      [pod.metadata.uid],
    );
    await engine.remove(id);
    await isGone(id);
  });

  test('what the cluster refuses never started, and its Secret is not left', async () => {
    const id = newAttempt();
    const secret = { name: 'TOKEN', value: new Hidden('hush-hush') };
    const spec = specOf(id, {}, { image: ' ', secretEnvironment: [secret] });
    await engine.start(spec);
    const { reason } = await reports.first(id, 'start-failed');
    assert.match(reason, /^CannotCreateContainerError: Invalid: /);
    const path = `/api/v1/namespaces/default/secrets/aws-batch.${id}`;
    assert.equal(await cluster.api.find(path), undefined);
  });

  test('a Secret that the cluster refuses ends its pod unplaced', async () => {
    const id = newAttempt();
    const secret = { name: 'TOKEN', value: new Hidden('hush'.repeat(500_000)) };
    await engine.start(specOf(id, {}, { secretEnvironment: [secret] }));
    const { reason } = await reports.first(id, 'start-failed');
    assert.match(reason, /^CannotCreateContainerError: Invalid: /);
    await isGone(id);
  });

  for (const [what, isWanted] of [
    ['goes on with them', true],
    ['lets go of what is not wanted any more', false],
  ] as const)
    test(`an engine that is killed between a pod and its Secrets ${what}`, async () => {
      const id = newAttempt();
      const secrets = '/api/v1/namespaces/default/secrets';
      const spec = specOf(
        id,
        { lines: ['with them'] },
        { secretEnvironment: [{ name: 'TOKEN', value: new Hidden('hush-hush') }] },
      );
      const dying = scene.engine({ connection: silentAt(scene.connection, secrets) });
      await dying.open(() => undefined);
      void dying.start(spec);
      await until('the pod to be there', () => cluster.api.find(podPath(id)));
      await dying.close();
      assert.equal(await cluster.api.find(`${secrets}/aws-batch.${id}`), undefined);
      await until('it to be found', async () => (await engine.inspect(id))?.state === 'created');
      if (isWanted) {
        await engine.start(spec);
        assert.equal((await reports.exited(id)).exit.exitCode, 0);
        assert.notEqual(await cluster.api.find(`${secrets}/aws-batch.${id}`), undefined);
      }
      await engine.remove(id);
      await isGone(id);
    });

  test('a pod that somebody deletes while it runs is lost, and its name is free again', async () => {
    const id = newAttempt();
    await engine.start(specOf(id, { milliseconds: 3_600_000 }));
    await cluster.api.delete(podPath(id));
    const { reason } = await reports.first(id, 'lost');
    assert.equal(reason, 'its pod was deleted');
    await engine.remove(id);
    await isGone(id);
  });

  test('a pod that ends while the server is away is told when it is back', async () => {
    const id = newAttempt();
    await engine.start(specOf(id, { milliseconds: 3_600_000 }));
    await engine.close();
    await cluster.api.delete(podPath(id));
    await until('it has ended', async () =>
      (await scene.pods()).some(({ status }) => status?.phase === 'Failed'),
    );
    engine = scene.engine({ patience: { imageMs: 0, otherMs: 0, placingMs: 0 } });
    const later = new ReportRecorder();
    await engine.open((report) => {
      reports.take(report);
      later.take(report);
    });
    assert.deepEqual(
      later.of(id).map(({ type }) => type),
      ['started', 'lost'],
    );
    await engine.remove(id);
    await isGone(id);
  });

  test('one for a node that has no room is not placed, in the words of the cluster', async () => {
    const id = newAttempt();
    const started = engine.start(
      specOf(id, {}, { on: { hostId: 'h' as HostId, reference: 'no-such-node' } }),
    );
    await until('the pod to be there', () => cluster.api.find(podPath(id)));
    await cluster.api.patch(`${podPath(id)}/status`, {
      status: {
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: '0/1 nodes are available: 1 Insufficient cpu.',
          },
        ],
      },
    });
    await started;
    const { reason } = await reports.first(id, 'not-placed');
    assert.equal(reason, '0/1 nodes are available: 1 Insufficient cpu.');
    await isGone(id);
  });

  test('a node that cannot begin with a pod fails it, in the words of the node', async () => {
    const id = newAttempt();
    const started = engine.start(
      specOf(id, {}, { on: { hostId: 'h' as HostId, reference: 'no-such-node' } }),
    );
    const { metadata } = await until('the pod to be there', () =>
      cluster.api.find<KubernetesObject>(podPath(id)),
    );
    const message = 'MountVolume.SetUp failed for volume "v" : secret "s" not found';
    await cluster.api.create('/api/v1/namespaces/default/events', {
      metadata: { generateName: 'e-' },
      type: 'Warning',
      reason: 'FailedMount',
      message,
      involvedObject: { kind: 'Pod', uid: metadata.uid, namespace: 'default' },
      lastTimestamp: '2026-01-01T00:00:00Z',
    });
    const binding = { metadata: { name: metadata.name }, target: { kind: 'Node', name: 'n' } };
    await cluster.api.create(`${podPath(id)}/binding`, binding);
    await started;
    const { reason } = await reports.first(id, 'start-failed');
    assert.equal(reason, `ResourceInitializationError: ${message}`);
    // No kubelet is there to do it.
    await cluster.api.delete(podPath(id), { gracePeriodSeconds: 0 });
    await isGone(id);
  });

  test('a start that waits for room holds up no others', async () => {
    const id = newAttempt();
    const patient = scene.engine({ mark: 'patient' });
    const later = new ReportRecorder();
    await patient.open(later.take);
    const started = patient.start(
      specOf(id, {}, { on: { hostId: 'h' as HostId, reference: 'no-such-node' } }),
    );
    await until('the pod to be there', () => cluster.api.find(podPath(id)));
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable' };
    await cluster.api.patch(`${podPath(id)}/status`, { status: { conditions: [condition] } });
    await started;
    assert.deepEqual(later.of(id), []);
    assert.equal((await patient.inspect(id))?.state, 'created');
    await patient.stop(id, 1000);
    await later.first(id, 'start-failed');
    await isGone(id);
    await patient.close();
  });

  test('a cluster that is away is waited for, and nothing is made twice', async () => {
    const id = newAttempt();
    await cluster.plane.stopApiserver();
    const spec = specOf(id, { lines: ['once'], exitCode: 4 });
    await assert.rejects(engine.start(spec), { name: 'EngineUnavailable' });
    await cluster.plane.startApiserver();
    await engine.start(spec);
    assert.equal((await reports.exited(id)).exit.exitCode, 4);
    assert.deepEqual(types(id), ['started', 'exited']);
    await engine.remove(id);
    await isGone(id);
  });

  test('a start of which nobody knows whether it was heard is stopped by taking its name', async () => {
    const id = newAttempt();
    await cluster.plane.stopApiserver();
    await assert.rejects(engine.start(specOf(id, {})), { name: 'EngineUnavailable' });
    await cluster.plane.startApiserver();
    await engine.stop(id, 1000);
    const { reason } = await reports.first(id, 'start-failed');
    assert.equal(reason, 'stopped before it started');
    assert.deepEqual(types(id), ['start-failed']);
    await isGone(id);
  });
});

/** The connection of an engine that is killed when it makes anything there. */
const silentAt = (connection: ClusterConnection, path: string): ClusterConnection =>
  new Proxy(connection, {
    get(real, name) {
      if (name === 'request' || name === 'perform')
        return (request: Parameters<ClusterConnection['request']>[0]) =>
          request.method === 'POST' && request.path === path
            ? new Promise(() => undefined)
            : real[name](request);
      const value: unknown = Reflect.get(real, name, real);
      return typeof value === 'function' ? (value.bind(real) as unknown) : value;
    },
  });

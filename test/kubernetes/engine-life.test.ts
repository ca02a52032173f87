// What becomes of attempts on a whole cluster where things go wrong: images that nobody has, pods
// that others take away, rooms that are too small, containers before others that fail. Each row is
// one of the table in the engine's own tests, seen on a real kubelet.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Hidden } from '../../src/base/hidden.ts';
import {
  containerIdOf,
  splitContainerId,
  type ContainerId,
  type HostId,
} from '../../src/base/ids.ts';
import type { KubernetesEngine } from '../../src/engine/kubernetes/kubernetes-engine.ts';
import type { ContainerSpec, PodPlace } from '../../src/port/engine.ts';
import { newAttempt, plainSpec } from '../house/contract/engine-contract.ts';
import { ReportRecorder, textOf } from '../house/contract/report-recorder.ts';
import { until } from '../until.ts';
import { ownClusterSkip, startOwnCluster, type OwnCluster } from './cluster.ts';
import type { KubernetesObject } from './kubernetes-api.ts';
import { EngineScene } from './engine-scene.ts';

describe('attempts on a whole cluster', { skip: ownClusterSkip() }, () => {
  let cluster: OwnCluster;
  let scene: EngineScene;
  let engine: KubernetesEngine;
  const reports = new ReportRecorder();
  before(async () => {
    cluster = await startOwnCluster();
    scene = await EngineScene.of(cluster);
    engine = scene.engine({ patience: { imageMs: 2_000, otherMs: 2_000, placingMs: 2_000 } });
    await engine.open(reports.take);
  });
  after(async () => {
    await engine.close();
    scene[Symbol.dispose]();
    await cluster[Symbol.asyncDispose]();
  });

  const specOf = (
    id: ContainerId,
    script: string,
    facts: Partial<ContainerSpec> = {},
  ): ContainerSpec =>
    plainSpec(id, {
      image: cluster.image,
      command: ['sh', '-c', script],
      milliVcpu: 10,
      ...facts,
    });
  const podPath = (id: ContainerId): string =>
    `/api/v1/namespaces/default/pods/aws-batch.${splitContainerId(id).attemptId}`;
  const isGone = (id: ContainerId): Promise<unknown> =>
    until('the pod to be gone', async () => (await cluster.api.find(podPath(id))) === undefined);
  const sleeps = `trap 'exit 7' TERM; echo ready; sleep 600 & wait $!`;

  const failing: [string, Partial<ContainerSpec>, RegExp][] = [
    ['an image that nobody has', { image: 'localhost:1/none:1' }, /^CannotPullContainerError: ./],
    ['an image name that is none', { image: 'No:Name:1' }, /^CannotPullContainerError: ./],
    [
      'a user that the image forbids',
      {
        pod: {
          namespace: 'default',
          properties: {},
          container: { image: '', securityContext: { runAsNonRoot: true } },
          init: false,
        },
      },
      /^CannotCreateContainerError: ./,
    ],
  ];
  const withSecret = (secretName: string): Partial<ContainerSpec> => ({
    pod: {
      namespace: 'default',
      properties: { hostNetwork: false, volumes: [{ name: 'v', secret: { secretName } }] },
      container: { image: '', volumeMounts: [{ name: 'v', mountPath: '/v' }] },
      init: false,
    },
  });
  failing.push([
    'a volume that is not there',
    withSecret('no-such-secret'),
    /^ResourceInitializationError: MountVolume.SetUp failed .* secret "no-such-secret" not found/,
  ]);
  for (const [what, facts, expected] of failing)
    test(`${what} fails its start, and nothing of it stays`, async () => {
      const id = newAttempt();
      await engine.start(specOf(id, 'true', facts));
      assert.match((await reports.first(id, 'start-failed')).reason, expected);
      await isGone(id);
    });

  test('one that is too large for its node is not placed, in the scheduler’s words', async () => {
    const id = newAttempt();
    const on = { hostId: 'h' as HostId, reference: cluster.nodes[0]?.name };
    await engine.start(specOf(id, 'true', { milliVcpu: 1_000_000, on }));
    const { reason } = await reports.first(id, 'not-placed');
    assert.match(reason, /^0\/1 nodes are available: .*Insufficient cpu/);
    await isGone(id);
  });

  test('one that its node will not have after all is not placed, in the node’s words', async () => {
    const id = newAttempt();
    const patient = scene.engine({ mark: 'patient' });
    const later = new ReportRecorder();
    await patient.open(later.take);
    const node = cluster.nodes[0]?.name ?? '';
    const on = { hostId: 'h' as HostId, reference: node };
    const started = patient.start(specOf(id, 'true', { milliVcpu: 1_000_000, on }));
    const { metadata } = await until('the pod to be there', () =>
      cluster.api.find<KubernetesObject>(podPath(id)),
    );
    await cluster.api.create(`${podPath(id)}/binding`, {
      metadata: { name: metadata.name },
      target: { kind: 'Node', name: node },
    });
    await started;
    assert.match((await later.first(id, 'not-placed')).reason, /^OutOfcpu: /);
    await isGone(id);
    await patient.close();
  });

  test('one that is evicted is lost with its host, whatever it exits with', async () => {
    const id = newAttempt();
    await engine.start(specOf(id, sleeps));
    for await (const _ of engine.logs(id, undefined)) break;
    await cluster.api.create(`${podPath(id)}/eviction`, {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: `aws-batch.${id}` },
    });
    assert.match((await reports.first(id, 'lost')).reason, /EvictionByEvictionAPI/);
    await engine.remove(id);
    await isGone(id);
  });

  test('secrets reach a container by its environment', async () => {
    const id = newAttempt();
    const secretEnvironment = [{ name: 'TOKEN', value: new Hidden('hush hush$(A)') }];
    await engine.start(specOf(id, 'echo "[$TOKEN]"', { secretEnvironment }));
    assert.deepEqual(await textOf(engine.logs(id, undefined)), ['[hush hush$(A)]']);
    await reports.exited(id);
    await engine.remove(id);
    await isGone(id);
    await until('the Secret to go with its pod', async () => {
      const path = `/api/v1/namespaces/default/secrets/aws-batch.${id}`;
      return (await cluster.api.find(path)) === undefined;
    });
  });

  test('what follows an init container that failed never starts', async () => {
    const { attemptId } = splitContainerId(newAttempt());
    const ids = [containerIdOf(attemptId, 0), containerIdOf(attemptId, 1)] as const;
    const place = (name: string, init: boolean): PodPlace => ({
      namespace: 'default',
      properties: { hostNetwork: false },
      container: { name, image: cluster.image },
      init,
    });
    const task = { attemptId, containers: 2 };
    await Promise.all([
      engine.start(specOf(ids[0], 'echo first; exit 3', { task, pod: place('prepare', true) })),
      engine.start(specOf(ids[1], 'echo second', { task, pod: place('main', false) })),
    ]);
    assert.equal((await reports.exited(ids[0])).exit.exitCode, 3);
    assert.match(
      (await reports.first(ids[1], 'start-failed')).reason,
      /the container prepare, which runs before it, ended with 3$/,
    );
    assert.deepEqual(await textOf(engine.logs(ids[0], undefined)), ['first']);
    for (const id of ids) await engine.remove(id);
    await isGone(ids[0]);
  });
});

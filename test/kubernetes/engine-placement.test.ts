// Attempts whose node the cluster chooses: what is reported of where they are to run and why they
// wait, and that they can be ended and found again while they do. On a real apiserver whose
// scheduler is the test, and whose node is played.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { splitContainerId, type ContainerId, type HostId } from '../../src/base/ids.ts';
import type { KubernetesEngine } from '../../src/engine/kubernetes/kubernetes-engine.ts';
import type { ContainerSpec, EngineReport } from '../../src/port/engine.ts';
import { newAttempt, plainSpec, type Behaviour } from '../house/contract/engine-contract.ts';
import { ReportRecorder } from '../house/contract/report-recorder.ts';
import { until } from '../until.ts';
import { kueueGate, kueueLabel, startAdmission } from './admission.ts';
import { controlPlaneSkip, startControlPlane, type OwnCluster } from './cluster.ts';
import { EngineScene } from './engine-scene.ts';
import { ScriptedKubelet } from './scripted-kubelet.ts';

const sentence = '0/1 nodes are available: 1 node(s) didn’t match.';

describe('attempts whose node the cluster chooses', { skip: controlPlaneSkip() }, () => {
  const ends = new AsyncDisposableStack();
  let cluster: OwnCluster;
  let kubelet: ScriptedKubelet;
  let scene: EngineScene;
  let engine: KubernetesEngine;
  const reports = new ReportRecorder();
  before(async () => {
    cluster = ends.use(await startControlPlane());
    kubelet = ends.use(await ScriptedKubelet.start(cluster));
    scene = ends.use(await EngineScene.of(cluster));
    engine = scene.engine({ patience: { imageMs: 0, otherMs: 0, placingMs: 0 } });
    await engine.open(reports.take);
    ends.defer(() => engine.close());
  });
  after(() => ends.disposeAsync());

  /** `arm64`: the played node is none of these. */
  const specOf = (
    id: ContainerId,
    behaviour: Behaviour,
    architecture?: string,
    more: Partial<ContainerSpec> = {},
  ): ContainerSpec =>
    plainSpec(id, {
      command: [JSON.stringify(behaviour)],
      on: { hostId: 'h' as HostId, anyNode: { architecture, environmentUuid: 'uuid' } },
      ...more,
    });
  const podPath = (id: ContainerId): string =>
    `/api/v1/namespaces/default/pods/aws-batch.${splitContainerId(id).attemptId}`;
  const isGone = (id: ContainerId): Promise<unknown> =>
    until('the pod to be gone', async () => (await cluster.api.find(podPath(id))) === undefined);
  const types = (id: ContainerId): string[] => reports.of(id).map(({ type }) => type);
  const say = (id: ContainerId, message: string): Promise<unknown> =>
    cluster.api.patch(`${podPath(id)}/status`, {
      status: {
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
      },
    });
  async function bind(id: ContainerId, node = kubelet.name): Promise<void> {
    const { metadata } = await cluster.api.get<{ metadata: { name: string; uid: string } }>(
      podPath(id),
    );
    const { name, uid } = metadata;
    await cluster.api.create(`${podPath(id)}/binding`, {
      metadata: { name, uid },
      target: { kind: 'Node', name: node },
    });
  }
  const waits = async (id: ContainerId, of = engine): Promise<void> => {
    const started = of.start(specOf(id, { exitCode: 5 }, 'arm64'));
    await until('the pod to be there', () => cluster.api.find(podPath(id)));
    await say(id, sentence);
    await started;
  };
  const seats = (id: ContainerId, of = reports): Partial<EngineReport>[] =>
    of
      .of(id)
      .filter((report) => report.type === 'seated')
      .map(({ nodeName, reason }) => (nodeName === undefined ? { reason } : { nodeName }));

  test('one that has no node waits for as long as that takes, holds up no starts, and then runs', async () => {
    const id = newAttempt();
    await waits(id);
    assert.deepEqual(
      reports.of(id).map(({ atMs: _at, ...report }) => report),
      [{ type: 'seated', containerId: id, reason: sentence }],
    );
    assert.equal((await engine.inspect(id))?.state, 'created');
    await bind(id);
    assert.equal((await reports.exited(id)).exit.exitCode, 5);
    assert.equal((await reports.first(id, 'started')).nodeName, kubelet.name);
    await engine.remove(id);
    await isGone(id);
  });

  test('the node is told before it runs, where that takes a while', async () => {
    const id = newAttempt();
    const pending = engine.start(specOf(id, {}, 'arm64'));
    await until('the pod to be there', () => cluster.api.find(podPath(id)));
    // Nobody plays this one.
    await cluster.api.create('/api/v1/nodes', { metadata: { name: 'slow' } });
    await bind(id, 'slow');
    assert.equal((await reports.first(id, 'seated')).nodeName, 'slow');
    await cluster.api.patch(`${podPath(id)}/status`, {
      status: {
        phase: 'Failed',
        containerStatuses: [
          {
            name: 'default',
            state: {
              terminated: {
                exitCode: 7,
                startedAt: new Date().toISOString(),
                finishedAt: new Date().toISOString(),
              },
            },
          },
        ],
      },
    });
    await pending;
    assert.equal((await reports.exited(id)).exit.exitCode, 7);
    assert.deepEqual(types(id), ['seated', 'started', 'exited']);
    await engine.remove(id);
    await isGone(id);
  });

  test('a scheduler that says nothing holds up no starts', async () => {
    const id = newAttempt();
    await engine.start(specOf(id, {}, 'arm64'));
    assert.deepEqual(reports.of(id), []);
    await engine.stop(id, 30_000);
    await reports.first(id, 'start-failed');
    await engine.remove(id);
    await isGone(id);
  });

  test('one that waits is ended at once', async () => {
    const id = newAttempt();
    await waits(id);
    await engine.stop(id, 30_000);
    const { reason } = await reports.first(id, 'start-failed');
    assert.equal(reason, 'stopped before it started');
    await engine.remove(id);
    await isGone(id);
    assert.deepEqual(types(id), ['seated', 'start-failed']);
  });

  test('one that waits is found again by the next server, which is told why', async () => {
    const id = newAttempt();
    const first = scene.engine({ mark: 'again' });
    await first.open(() => undefined);
    await waits(id, first);
    await first.close();
    const second = scene.engine({ mark: 'again' });
    const later = new ReportRecorder();
    await second.open(later.take);
    assert.deepEqual(
      (await second.list()).map(({ containerId, state }) => [containerId, state]),
      [[id, 'created']],
    );
    assert.deepEqual(seats(id, later), [{ reason: sentence }]);
    await second.start(specOf(id, { exitCode: 5 }, 'arm64'));
    await bind(id);
    assert.equal((await later.exited(id)).exit.exitCode, 5);
    await second.remove(id);
    await isGone(id);
    await second.close();
  });

  test('one that Kueue holds back waits for it, and says so', async () => {
    await using _kueue = await startAdmission(cluster);
    const id = newAttempt();
    const properties = { metadata: { labels: { [kueueLabel]: 'team' } } };
    const spec = specOf(id, { exitCode: 3 });
    await engine.start({
      ...spec,
      pod: {
        namespace: 'default',
        properties,
        container: { image: spec.image },
        init: false,
      },
    });
    assert.deepEqual(seats(id), [
      { reason: `Scheduling is blocked due to non-empty scheduling gates: ${kueueGate}` },
    ]);
    const { metadata } = await cluster.api.get<{ metadata: { labels: Record<string, string> } }>(
      podPath(id),
    );
    assert.equal(metadata.labels[kueueLabel], 'team');
    await cluster.api.patch(podPath(id), { spec: { schedulingGates: null } });
    assert.equal((await reports.exited(id)).exit.exitCode, 3);
    assert.deepEqual(
      types(id).filter((type) => type !== 'seated'),
      ['started', 'exited'],
    );
    await engine.remove(id);
    await isGone(id);
  });
});

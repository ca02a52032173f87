// That etcd and the apiserver alone serve a test that plays the nodes itself: nothing moves but
// what the test, or the kubelet that it has played, moves. It tries nothing of the product.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { controlPlaneSkip, startControlPlane, type OwnCluster } from './cluster.ts';
import { KubernetesRefusal, type KubernetesObject } from './kubernetes-api.ts';
import type { Played } from './played-pod.ts';
import { hasEnded, podOf, podThat, runs } from './pods.ts';
import { ScriptedKubelet } from './scripted-kubelet.ts';

const pods = '/api/v1/namespaces/default/pods';

describe('etcd and the apiserver alone', { skip: controlPlaneSkip() }, () => {
  let cluster: OwnCluster;
  before(async () => {
    cluster = await startControlPlane();
  });
  after(() => cluster[Symbol.asyncDispose]());
  const playing = (name: string, played: Played): Promise<unknown> =>
    cluster.api.create(pods, podOf(cluster, name, [JSON.stringify(played)]));

  test('keep what they are told, also of pods that nobody runs', async () => {
    const { api, plane } = cluster;
    await playing('nobodys', {});
    await assert.rejects(playing('nobodys', {}), (error) => {
      return error instanceof KubernetesRefusal && error.status === 409;
    });
    await api.patch(`${pods}/nobodys/status`, { status: { phase: 'Running' } });

    await plane.stopApiserver();
    await assert.rejects(api.get(pods));
    await plane.startApiserver();

    assert.equal((await podThat(api, `${pods}/nobodys`, runs)).metadata.name, 'nobodys');
    const { metadata } = await api.get<KubernetesObject>(pods);
    await api.delete(`${pods}/nobodys`, { gracePeriodSeconds: 0 });
    const query = { watch: true, resourceVersion: metadata.resourceVersion };
    for await (const line of api.lines(pods, query))
      if ((JSON.parse(line) as { type: string }).type === 'DELETED') break;
  });

  describe('with a kubelet that is played', () => {
    let kubelet: ScriptedKubelet;
    before(async () => {
      kubelet = await ScriptedKubelet.start(cluster);
    });
    after(() => kubelet[Symbol.asyncDispose]());

    test('end as they are told, and give what was printed', async () => {
      const { api } = cluster;
      await playing('ends', { lines: ['one', 'two'], milliseconds: 10, exitCode: 3 });
      const pod = await podThat(api, `${pods}/ends`, hasEnded);
      assert.equal(pod.status.phase, 'Failed');
      assert.equal(pod.status.containerStatuses?.[0]?.state.terminated?.exitCode, 3);
      assert.equal(await api.text(`${pods}/ends/log`), 'one\ntwo\n');
    });

    test('stay until they are stopped, and are gone then', async () => {
      const { api } = cluster;
      await playing('stays', { lines: ['ready'], milliseconds: 3_600_000 });
      await podThat(api, `${pods}/stays`, runs);
      const lines: string[] = [];
      for await (const line of api.lines(`${pods}/stays/log`, { follow: true })) {
        lines.push(line);
        await api.delete(`${pods}/stays`);
      }
      assert.deepEqual(lines, ['ready']);
    });

    test('leave what has a finalizer, with its exit code, until that is taken off', async () => {
      const { api } = cluster;
      const pod = podOf(cluster, 'held', [JSON.stringify({ milliseconds: 3_600_000 })]);
      await api.create(pods, { ...pod, metadata: { name: 'held', finalizers: ['test/held'] } });
      await podThat(api, `${pods}/held`, runs);
      await api.delete(`${pods}/held`);
      const { status } = await podThat(api, `${pods}/held`, hasEnded);
      assert.equal(status.containerStatuses?.[0]?.state.terminated?.exitCode, 143);
      await api.patch(`${pods}/held`, { metadata: { finalizers: null } });
    });
  });
});

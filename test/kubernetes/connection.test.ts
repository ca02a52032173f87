// The connection to a cluster against the real thing: etcd and the apiserver for requests, lists
// and watches, and a whole cluster for what only a kubelet does. What a scripted server says is
// tried beside src/engine/kubernetes; here it is seen whether a cluster says so.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Node, Pod } from 'kubernetes-types/core/v1.js';
import { ClusterRefusal, ClusterUnavailable } from '../../src/engine/kubernetes/cluster-answer.ts';
import { ClusterConnection } from '../../src/engine/kubernetes/cluster-connection.ts';
import { KindWatch } from '../../src/engine/kubernetes/kind-watch.ts';
import { knownPod, type KnownPod } from '../../src/engine/kubernetes/known-pod.ts';
import { Kubeconfig } from '../../src/engine/kubernetes/kubeconfig.ts';
import { LogTurns } from '../../src/engine/kubernetes/log-turns.ts';
import { podLog } from '../../src/engine/kubernetes/pod-log.ts';
import { watchEvents } from '../../src/engine/kubernetes/watch-events.ts';
import type { LogPosition } from '../../src/port/engine.ts';
import { systemClock } from '../../src/server/system-ports.ts';
import { until } from '../until.ts';
import {
  controlPlaneSkip,
  ownClusterSkip,
  startControlPlane,
  startOwnCluster,
  type OwnCluster,
} from './cluster.ts';
import { makeNamespace, podOf } from './pods.ts';
import { ScriptedKubelet } from './scripted-kubelet.ts';

const finalizer = 'longshore.dev/observed';

async function connectTo(path: string): Promise<ClusterConnection> {
  const config = await Kubeconfig.read({ environment: process.env, clock: systemClock, path });
  return new ClusterConnection({ access: await config.access(), clock: systemClock });
}

/** All pods below a path, and what became of each. */
class Seen implements Disposable {
  readonly changes: string[] = [];
  readonly faults: unknown[] = [];
  readonly watch: KindWatch<Pod, KnownPod>;

  constructor(connection: ClusterConnection, path: string) {
    this.watch = new KindWatch<Pod, KnownPod>({
      connection,
      clock: systemClock,
      path,
      keep: knownPod,
      onChange: ({ type, kept }) => this.changes.push(`${type} ${kept.name}`),
      onFault: (error) => this.faults.push(error),
    });
  }

  get names(): string[] {
    return [...this.watch.values()].map(({ name }) => name).toSorted();
  }

  [Symbol.dispose](): void {
    this.watch.close();
  }
}

/** Reads on from a position, as an engine does. */
class Output implements Disposable {
  readonly lines: string[] = [];
  position: LogPosition | undefined;
  hasEnded = false;
  readonly #stop = new AbortController();

  constructor(
    connection: ClusterConnection,
    { watch }: Seen,
    [namespace, pod, container]: readonly [string, string, string],
    from?: LogPosition,
  ) {
    const state = () => {
      const known = watch.get(`${namespace}/${pod}`);
      if (known === undefined) return 'gone';
      const of = known.containers.find(({ name }) => name === container);
      return of?.state === 'terminated' ? 'ended' : (of?.state ?? 'waiting');
    };
    const clock = systemClock;
    const signal = this.#stop.signal;
    const of = { connection, clock, namespace, pod, container, state, signal };
    const turns = new LogTurns(clock);
    void this.#read(podLog({ ...of, turns, whenTold: () => () => undefined }, from));
  }

  async #read(log: ReturnType<typeof podLog>): Promise<void> {
    for await (const { lines, position } of log) {
      this.lines.push(...lines.map(({ message }) => Buffer.from(message).toString('utf8')));
      this.position = position;
    }
    this.hasEnded = true;
  }

  async whole(): Promise<readonly string[]> {
    await until('the log to end', () => this.hasEnded);
    return this.lines;
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }
}

describe('etcd and the apiserver', { skip: controlPlaneSkip() }, () => {
  const pods = '/api/v1/namespaces/default/pods';
  let cluster: OwnCluster;
  let connection: ClusterConnection;
  before(async () => {
    cluster = await startControlPlane();
    connection = await connectTo(cluster.kubeconfig);
  });
  after(async () => {
    connection.close();
    await cluster[Symbol.asyncDispose]();
  });
  const create = (name: string, more: object = {}): Promise<Pod> =>
    connection.request<Pod>({
      method: 'POST',
      path: pods,
      body: { ...podOf(cluster, name, ['true']), metadata: { name, ...more } },
    });
  const remove = (name: string, uid?: string): Promise<unknown> =>
    connection.request({
      method: 'DELETE',
      path: `${pods}/${name}`,
      body: { gracePeriodSeconds: 0, ...(uid && { preconditions: { uid } }) },
    });

  test('refuse in words that can be told apart', async () => {
    await create('twice');
    const stranger = await connectTo(cluster.plane.kubeconfigFor('stranger'));
    const rows = [
      [() => create('twice'), 409, 'AlreadyExists', false],
      [() => create('x'.repeat(300)), 422, 'Invalid', true],
      [() => connection.request({ method: 'GET', path: `${pods}/none` }), 404, 'NotFound', true],
      [
        () =>
          connection.request({
            method: 'POST',
            path: '/api/v1/namespaces/none/pods',
            body: podOf(cluster, 'a', ['true']),
          }),
        404,
        'NotFound',
        true,
      ],
      [() => stranger.request({ method: 'GET', path: pods }), 403, 'Forbidden', true],
      [
        () => connection.request({ method: 'POST', path: pods, body: [1] }),
        400,
        'BadRequest',
        true,
      ],
    ] as const;
    for (const [ask, status, reason, isFinal] of rows)
      await assert.rejects(ask(), (error) => {
        assert.ok(error instanceof ClusterRefusal, String(error));
        assert.deepEqual([error.status, error.reason, error.isFinal], [status, reason, isFinal]);
        return true;
      });
    stranger.close();
    await remove('twice');
  });

  test('delete what has the uid that is meant, and leave the connection in order', async () => {
    const { metadata } = await create('deleted');
    await assert.rejects(
      remove('deleted', '00000000-0000-4000-8000-000000000000'),
      (error) => error instanceof ClusterRefusal && error.reason === 'Conflict',
    );
    await remove('deleted', metadata?.uid);
    await assert.rejects(remove('deleted', metadata?.uid), ClusterRefusal);
  });

  test('list in pages, tell of changes, and keep what has our finalizer until it is let go', async () => {
    const names = Array.from({ length: 600 }, (_, index) => `many-${index}`);
    await Promise.all(names.map((name) => create(name)));
    using seen = new Seen(connection, pods);
    await seen.watch.open();
    assert.equal(seen.watch.size, 600);

    const { metadata } = await create('held', {
      finalizers: [finalizer],
      labels: { 'longshore.dev/attempt': 'a' },
    });
    const held = await until('the pod to be seen', () => seen.watch.get('default/held'));
    assert.deepEqual(held.labels, { 'longshore.dev/attempt': 'a' });
    await remove('held', metadata?.uid);
    await until('its deletion', () => seen.watch.get('default/held')?.deletedAtMs !== undefined);
    await connection.request({
      method: 'PATCH',
      path: `${pods}/held`,
      body: { metadata: { uid: metadata?.uid, finalizers: null } },
    });
    await until('its end', () => seen.watch.get('default/held') === undefined);
    assert.deepEqual(seen.faults, []);
    await Promise.all(names.map((name) => remove(name)));
    await until('the end of all', () => seen.watch.size === 0);
  });

  test('that go away and come back are heard again, whatever became of pods meanwhile', async () => {
    await create('stays');
    await create('goes');
    using seen = new Seen(connection, pods);
    await seen.watch.open();
    assert.deepEqual(seen.names, ['goes', 'stays']);
    await cluster.plane.stopApiserver();
    await assert.rejects(connection.request({ method: 'GET', path: pods }), ClusterUnavailable);
    await cluster.plane.startApiserver();
    // Made by somebody else as soon as it serves: whether the watch is there again or not.
    await cluster.api.delete(`${pods}/goes`, { gracePeriodSeconds: 0 });
    await cluster.api.create(pods, podOf(cluster, 'comes', ['true']));
    await until('what became of them', () => seen.names.join() === 'comes,stays');
    assert.ok(seen.faults.length > 0);
    await Promise.all(['stays', 'comes'].map((name) => remove(name)));
    await until('their end', () => seen.watch.size === 0);
  });

  test('say of what they have forgotten that it is, in the way that is looked for', async () => {
    const stream = await connection.stream({
      method: 'GET',
      path: pods,
      query: { watch: true, resourceVersion: 1, timeoutSeconds: 10 },
    });
    const events = [];
    for await (const event of watchEvents(stream, systemClock, 60_000)) events.push(event);
    assert.deepEqual(
      events.map(({ type, object }) => [type, object['code'], object['reason']]),
      [['ERROR', 410, 'Expired']],
    );
  });

  describe('with a kubelet that is played', () => {
    let kubelet: ScriptedKubelet;
    before(async () => {
      kubelet = await ScriptedKubelet.start(cluster);
    });
    after(() => kubelet[Symbol.asyncDispose]());

    test('have nodes, which are watched as pods are', async () => {
      const names: string[] = [];
      const watch = new KindWatch<Node, string>({
        connection,
        clock: systemClock,
        path: '/api/v1/nodes',
        keep: ({ metadata }) => metadata?.name,
        onChange: ({ key }) => names.push(key),
        onFault: (error) => {
          throw error;
        },
      });
      await watch.open();
      watch.close();
      assert.deepEqual([names, [...watch.values()]], [['played'], ['played']]);
    });

    test('give output once, also to whoever reads on from a position', async () => {
      using seen = new Seen(connection, pods);
      await seen.watch.open();
      const lines = Array.from({ length: 50 }, (_, index) => `line ${index}`);
      const played = JSON.stringify({ lines, milliseconds: 500, exitCode: 3 });
      await cluster.api.create(pods, podOf(cluster, 'prints', [played]));
      await until('the pod', () => seen.watch.get('default/prints'));
      using first = new Output(connection, seen, ['default', 'prints', 'main']);
      await until('its output', () => first.lines.length > 0);
      const { position } = first;
      const had = first.lines.length;
      assert.deepEqual(await first.whole(), lines);
      using second = new Output(connection, seen, ['default', 'prints', 'main'], position);
      assert.deepEqual(await second.whole(), lines.slice(had));
      const [container] = seen.watch.get('default/prints')?.containers ?? [];
      assert.equal(container?.exitCode, 3);
      await remove('prints');
    });
  });
});

describe('a kubelet', { skip: ownClusterSkip() }, () => {
  let cluster: OwnCluster;
  let connection: ClusterConnection;
  before(async () => {
    cluster = await startOwnCluster();
    connection = await connectTo(cluster.kubeconfig);
  });
  after(async () => {
    connection.close();
    await cluster[Symbol.asyncDispose]();
  });

  test('that stops and comes back costs no line of output and doubles none', async () => {
    await using namespace = await makeNamespace(cluster.api);
    using seen = new Seen(connection, namespace.pods);
    await seen.watch.open();
    // Both streams, in bursts, and a line longer than a runtime's pieces.
    const script =
      'i=0; while [ $i -lt 12 ]; do echo "out $i"; echo "out again $i"; sleep 0.5; i=$((i+1)); done; ' +
      'head -c 40000 /dev/zero | tr "\\0" x; echo; printf last';
    await cluster.api.create(namespace.pods, podOf(cluster, 'prints', ['sh', '-c', script]));
    await until('it to be known', () => seen.watch.get(`${namespace.name}/prints`));
    using output = new Output(connection, seen, [namespace.name, 'prints', 'main']);
    await until('its first lines', () => output.lines.length >= 4);
    const [node] = cluster.nodes;
    await node?.stopKubelet();
    await node?.startKubelet();
    const expected = Array.from({ length: 12 }, (_, i) => [`out ${i}`, `out again ${i}`]).flat();
    assert.deepEqual(await output.whole(), [...expected, 'x'.repeat(40_000), 'last']);
    // And anew, as after a restart of the server.
    using anew = new Output(connection, seen, [namespace.name, 'prints', 'main']);
    assert.deepEqual(await anew.whole(), output.lines);
  });

  test('tells all of a pod that is deleted, until its container is gone and its output with it', async () => {
    await using namespace = await makeNamespace(cluster.api);
    using seen = new Seen(connection, namespace.pods);
    await seen.watch.open();
    const script = 'trap "echo bye; exit 7" TERM; echo output; while :; do sleep 0.1; done';
    const pod = podOf(cluster, 'held', ['sh', '-c', script], { terminationGracePeriodSeconds: 60 });
    await cluster.api.create(namespace.pods, {
      ...pod,
      metadata: { name: 'held', finalizers: [finalizer] },
    });
    const place = [namespace.name, 'held', 'main'] as const;
    const key = `${namespace.name}/held`;
    await until('it to be known', () => seen.watch.get(key));
    using followed = new Output(connection, seen, place);
    await until('its first line', () => followed.lines.length > 0);
    await cluster.api.delete(`${namespace.pods}/held`, {});
    assert.deepEqual(await followed.whole(), ['output', 'bye']);
    await until('its end to be known', () => seen.watch.get(key)?.phase === 'Failed');
    const { deletedAtMs, containers } = seen.watch.get(key) ?? {};
    assert.ok(deletedAtMs !== undefined);
    assert.equal(containers?.[0]?.exitCode, 7);

    // The object stays for the finalizer; the container does not.
    await until('its container to be gone', async () => {
      const text = await cluster.api.text(`${namespace.pods}/held/log`).catch(String);
      return text.includes('unable to retrieve container logs');
    });
    using anew = new Output(connection, seen, place);
    assert.match((await anew.whole()).join('\n'), /^longshore: .* the node has removed/);
    await cluster.api.patch(`${namespace.pods}/held`, { metadata: { finalizers: null } });
    await until('its end', () => seen.watch.get(key) === undefined);
  });
});

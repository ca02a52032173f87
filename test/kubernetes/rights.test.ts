// What the chart lets the server do in a cluster is what the engine does there: all of it, and
// nothing else. On a real apiserver, with its rules and as the account of the chart's pod.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { PolicyRule } from 'kubernetes-types/rbac/v1.js';
import { Hidden } from '../../src/base/hidden.ts';
import { splitContainerId, type HostId } from '../../src/base/ids.ts';
import { ClusterConnection } from '../../src/engine/kubernetes/cluster-connection.ts';
import { ClusterDocuments } from '../../src/engine/kubernetes/cluster-documents.ts';
import type { ClusterRequest } from '../../src/engine/kubernetes/cluster-request.ts';
import type { ClusterSocket } from '../../src/engine/kubernetes/cluster-socket.ts';
import { KubernetesEngine } from '../../src/engine/kubernetes/kubernetes-engine.ts';
import { neededRights } from '../../src/engine/kubernetes/needed-rights.ts';
import { KubernetesNodes } from '../../src/engine/kubernetes/kubernetes-nodes.ts';
import { Kubeconfig } from '../../src/engine/kubernetes/kubeconfig.ts';
import { usualPatience, type Patience } from '../../src/engine/kubernetes/pod-waiting.ts';
import type { ContainerSpec } from '../../src/port/engine.ts';
import { systemClock } from '../../src/server/system-ports.ts';
import { newAttempt, plainSpec } from '../house/contract/engine-contract.ts';
import { ReportRecorder, textOf } from '../house/contract/report-recorder.ts';
import { until } from '../until.ts';
import { keptManifests, manifestsPath, objectsOf, rendered, type Manifest } from './chart.ts';
import { controlPlaneSkip, startControlPlane } from './cluster.ts';
import type { KubernetesObject } from './kubernetes-api.ts';
import { programPath } from './programs.ts';
import { ScriptedKubelet } from './scripted-kubelet.ts';

const namespace = 'longshore-jobs';

/** A connection that keeps, of every request, the right that it needs. */
class NotedConnection extends ClusterConnection {
  readonly needed = new Set<string>();

  override request<T>(request: ClusterRequest): Promise<T> {
    this.#note(request);
    return super.request(request);
  }

  override perform(request: ClusterRequest): Promise<void> {
    this.#note(request);
    return super.perform(request);
  }

  override list(
    request: ClusterRequest,
    onItem: (item: unknown) => void,
  ): ReturnType<ClusterConnection['list']> {
    this.#note(request);
    return super.list(request, onItem);
  }

  override stream(request: ClusterRequest): Promise<IncomingMessage> {
    this.#note(request);
    return super.stream(request);
  }

  override socket(request: ClusterRequest, protocol: string): Promise<ClusterSocket> {
    this.#note(request);
    return super.socket(request, protocol);
  }

  #note({ method, path, query }: ClusterRequest): void {
    const [, where = '', resource = '', name, sub] =
      /^\/api\/v1\/(namespaces\/[^/]+\/)?(\w+)(?:\/([^/]+))?(?:\/(\w+))?$/.exec(path) ?? [];
    if (!path.startsWith('/api/')) return void this.needed.add(`everywhere: get ${path}`);
    assert.ok(resource !== '', `${path} is of no known form`);
    const verbs = {
      GET: name !== undefined ? 'get' : query?.['watch'] === true ? 'watch' : 'list',
      POST: 'create',
      PUT: 'update',
      PATCH: 'patch',
      DELETE: name === undefined ? 'deletecollection' : 'delete',
    };
    const place = where === '' ? 'everywhere' : where.split('/')[1];
    this.needed.add(
      `${place}: ${verbs[method]} ${sub === undefined ? resource : `${resource}/${sub}`}`,
    );
  }
}

/** What the manifests grant, in the same words. */
function granted(objects: readonly Manifest[]): Set<string> {
  const all = new Set<string>();
  for (const object of objects) {
    if (object.kind !== 'Role' && object.kind !== 'ClusterRole') continue;
    const { rules } = object as Manifest & { readonly rules: readonly PolicyRule[] };
    for (const { apiGroups, resources = [], nonResourceURLs = [], verbs, ...rest } of rules) {
      assert.deepEqual([apiGroups ?? [''], rest], [[''], {}]);
      for (const resource of [...resources, ...nonResourceURLs])
        for (const verb of verbs)
          all.add(`${object.metadata.namespace ?? 'everywhere'}: ${verb} ${resource}`);
    }
  }
  return all;
}

test('the server may do what it does, and nothing else', { skip: controlPlaneSkip() }, async () => {
  await using cluster = await startControlPlane();
  const { status, stderr } = spawnSync(
    programPath('kubectl'),
    ['--kubeconfig', cluster.kubeconfig, 'apply', '--filename', manifestsPath],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
  await using _ = await ScriptedKubelet.start(cluster);

  const config = await Kubeconfig.read({
    environment: process.env,
    clock: systemClock,
    path: cluster.plane.kubeconfigFor('system:serviceaccount:longshore:longshore'),
  });
  const connection = new NotedConnection({ access: await config.access(), clock: systemClock });
  const faults: unknown[] = [];
  const nodes = new KubernetesNodes({
    clusters: ['here'],
    connection: async () => connection,
    clock: systemClock,
    mark: 'rights',
    onFault: (_arn, error) => faults.push(error),
  });
  const engineOf = (mark: string, patience: Patience): KubernetesEngine =>
    new KubernetesEngine({
      connection,
      clock: systemClock,
      mark,
      namespace,
      patience,
      onFault: (error) => faults.push(error),
    });
  const engine = engineOf('rights', { ...usualPatience, otherMs: 0 });
  try {
    nodes.open(() => undefined);
    await until('the node', () => nodes.of('here')?.length === 1);
    const reports = new ReportRecorder();
    await engine.open(reports.take);

    const id = newAttempt();
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    const name = `aws-batch.${splitContainerId(id).attemptId}`;
    // One that was left of a start which came to nothing.
    await cluster.api.create(path, { metadata: { name } });
    const spec = plainSpec(id, {
      command: [JSON.stringify({ lines: ['one'] })],
      secretEnvironment: [{ name: 'TOKEN', value: new Hidden('hush-hush') }],
    });
    await engine.start(spec);
    await reports.exited(id);
    assert.deepEqual(await textOf(engine.logs(id, undefined)), ['one']);
    await engine.remove(id);
    await until('the pod to be gone', async () => (await pods()) === 0);

    // The cluster has a pod of this name, and will not have the other.
    const taken = newAttempt();
    await cluster.api.create(`/api/v1/namespaces/${namespace}/pods`, {
      metadata: { name: `aws-batch.${splitContainerId(taken).attemptId}` },
      spec: { containers: [{ name: 'main', image: 'busybox' }] },
    });
    await engine.start({ ...spec, containerId: taken });
    await reports.first(taken, 'start-failed');

    // Whose role its service account names.
    const properties = { serviceAccountName: 'reader' };
    await cluster.api.create(`/api/v1/namespaces/${namespace}/serviceaccounts`, {
      metadata: {
        name: properties.serviceAccountName,
        annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::000000000000:role/reader' },
      },
    });
    const own = newAttempt();
    await engine.start({
      ...spec,
      containerId: own,
      pod: {
        namespace,
        properties,
        container: { image: spec.image },
        init: false,
        variablesOfRole: () => [],
      },
    });
    await reports.exited(own);
    await engine.remove(own);
    const documents = new ClusterDocuments({
      clusters: ['here'],
      connection: async () => connection,
      others: { fetch: () => Promise.reject(new Error('it is no other')) },
    });
    const issuer = 'https://kubernetes.default.svc';
    const { jwks_uri: at } = JSON.parse(
      await documents.fetch(`${issuer}/.well-known/openid-configuration`),
    ) as { jwks_uri: string };
    assert.match(await documents.fetch(at), /"keys":\[\{/);

    // A node has it, and does not begin.
    const stuck = newAttempt();
    const stuckName = `aws-batch.${splitContainerId(stuck).attemptId}`;
    const stuckPath = `/api/v1/namespaces/${namespace}/pods/${stuckName}`;
    const on = { hostId: 'h' as HostId, reference: 'silent' };
    void engine.start({ ...spec, containerId: stuck, on }).catch(() => undefined);
    await until('the pod to be there', () => cluster.api.find(stuckPath));
    await until('no gate to hold it', async () => {
      const { spec: is } = await cluster.api.get<KubernetesObject & Pick<Pod, 'spec'>>(stuckPath);
      return is?.schedulingGates === undefined;
    });
    await cluster.api.create(`${stuckPath}/binding`, {
      metadata: { name: stuckName },
      target: { kind: 'Node', name: 'silent' },
    });
    await until('its events to be asked for', () =>
      [...connection.needed].some((right) => right.endsWith(' events')),
    );
    await engine.remove(stuck);

    // Nodes of one job, which are placed together.
    const pair = [newAttempt(), newAttempt()] as const;
    const { attemptId: mainNode } = splitContainerId(pair[0]);
    const nodeSpec = (node: 0 | 1): ContainerSpec => ({
      ...plainSpec(pair[node], { command: [JSON.stringify({ milliseconds: 3_600_000 })] }),
      network: { id: mainNode, kind: 'private', numNodes: 2, node },
    });
    const main = nodeSpec(0);
    const patient = engineOf('patient', usualPatience);
    await patient.open(reports.take);
    await patient.start({
      ...main,
      network: main.network && { ...main.network, placedWith: [nodeSpec(1)] },
    });
    await reports.first(pair[0], 'started');
    await patient.start(nodeSpec(1));
    await reports.first(pair[1], 'started');
    for (const node of pair) await patient.remove(node);
    await patient.close();

    const stopped = newAttempt();
    await engine.start({
      ...spec,
      containerId: stopped,
      command: [JSON.stringify({ milliseconds: 3_600_000 })],
    });
    await reports.first(stopped, 'started');
    // What the manifests do not grant, and the chart does where it is asked for.
    const refused = await engine.execute(stopped, { command: ['true'] });
    assert.match(
      'cannot' in refused ? refused.cannot : '',
      /cannot get resource "pods\/exec" .* in the namespace "longshore-jobs"/,
    );
    assert.ok(connection.needed.delete(`${namespace}: get pods/exec`));
    await engine.stop(stopped, 1_000);
    await reports.exited(stopped);
    await engine.remove(stopped);
  } finally {
    nodes.close();
    await engine.close();
    connection.close();
  }
  assert.deepEqual(faults, []);
  const needed = [...connection.needed].toSorted();
  assert.deepEqual([...granted(objectsOf(keptManifests()))].toSorted(), needed);
  const withExec = granted(objectsOf(rendered({ set: ['jobs.exec=true'] })));
  assert.deepEqual(
    [...withExec].filter((right) => !connection.needed.has(right)),
    // The second from Kubernetes 1.35 on.
    [`${namespace}: get pods/exec`, `${namespace}: create pods/exec`],
  );
  assert.deepEqual(
    neededRights
      .map(
        (right) =>
          `${right.everywhere ? 'everywhere' : namespace}: ${right.verb} ${right.resource}`,
      )
      .toSorted(),
    needed,
  );

  async function pods(): Promise<number> {
    const { items } = await cluster.api.get<{ items: unknown[] }>(
      `/api/v1/namespaces/${namespace}/pods`,
    );
    return items.length;
  }
});

// That the clusters of tests are what they say: pods really run on them, their logs are read, nodes
// and the apiserver go and come back as a test wants, and nothing is left of them. It tries nothing
// of the product.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { until } from '../until.ts';
import {
  clusterSkip,
  ownClusterSkip,
  startCluster,
  startOwnCluster,
  type Cluster,
  type OwnCluster,
} from './cluster.ts';
import type { NodeOptions } from './node-config.ts';
import { hasEnded, makeNamespace, podOf, podThat, runs } from './pods.ts';

const nodes: readonly NodeOptions[] = [
  { labels: { 'longshore.dev/test': 'first' }, providerId: 'aws:///us-east-1a/i-0123456789' },
  { taints: [{ key: 'longshore.dev/test', effect: 'NoSchedule' }] },
];

describe('a cluster', { skip: clusterSkip() }, () => {
  let cluster: Cluster;
  let own: OwnCluster;
  before(async () => {
    if (ownClusterSkip() === false)
      cluster = own = await startOwnCluster(nodes, { nodeGraceSeconds: 15 });
    else cluster = await startCluster();
  });
  after(() => cluster[Symbol.asyncDispose]());

  test('runs a pod, and gives its exit code and its log', async () => {
    const { api } = cluster;
    await using namespace = await makeNamespace(api);
    const command = ['sh', '-c', 'echo first; echo second >&2; exit 3'];
    await api.create(namespace.pods, podOf(cluster, 'one', command));
    const pod = await podThat(api, `${namespace.pods}/one`, hasEnded);
    const { terminated } = pod.status.containerStatuses?.[0]?.state ?? {};
    assert.equal(terminated?.exitCode, 3);
    const log = await api.text(`${namespace.pods}/one/log`);
    assert.deepEqual(log.split('\n').toSorted(), ['', 'first', 'second']);
  });

  test('is watched, and a log is followed', async () => {
    const { api } = cluster;
    await using namespace = await makeNamespace(api);
    const { metadata } = await api.get(namespace.pods);
    const { resourceVersion } = metadata;
    const stop = new AbortController();
    const watch = api.lines(namespace.pods, { watch: true, resourceVersion }, stop.signal);
    await api.create(
      namespace.pods,
      podOf(cluster, 'two', ['sh', '-c', 'echo a; sleep 1; echo b']),
    );
    for await (const line of watch) {
      const event = JSON.parse(line) as { object: { status: { phase: string } } };
      if (event.object.status.phase === 'Running') break;
    }
    const lines: string[] = [];
    for await (const line of api.lines(`${namespace.pods}/two/log`, { follow: true }))
      lines.push(line);
    assert.deepEqual(lines, ['a', 'b']);
  });

  describe('of the test itself', { skip: ownClusterSkip() }, () => {
    test('has nodes with the labels, taints and ids that were asked for', async () => {
      const [first, second] = await Promise.all(
        own.nodes.map(({ name }) =>
          own.api.get<{
            metadata: { labels: Record<string, string> };
            spec: { providerID?: string; taints?: { key: string }[] };
          }>(`/api/v1/nodes/${name}`),
        ),
      );
      assert.equal(first?.metadata.labels['longshore.dev/test'], 'first');
      assert.equal(first?.spec.providerID, 'aws:///us-east-1a/i-0123456789');
      assert.deepEqual(
        second?.spec.taints?.map(({ key }) => key),
        ['longshore.dev/test'],
      );
    });

    test('lets pods of two nodes reach each other by their addresses', async () => {
      const { api } = own;
      await using namespace = await makeNamespace(api);
      const listener = ['sh', '-c', 'echo hello | nc -l -p 7000'];
      await api.create(namespace.pods, podOf(own, 'listener', listener, on('node-1')));
      const { podIP } = (await podThat(api, `${namespace.pods}/listener`, runs)).status;
      const caller = [
        'sh',
        '-c',
        `until nc ${podIP} 7000 </dev/null 2>/dev/null; do sleep 0.1; done`,
      ];
      await api.create(namespace.pods, podOf(own, 'caller', caller, on('node-0')));
      await podThat(api, `${namespace.pods}/caller`, hasEnded);
      assert.equal(await api.text(`${namespace.pods}/caller/log`), 'hello\n');
    });

    test('gives its pods the names of services, and their addresses', async () => {
      const { api } = own;
      await using namespace = await makeNamespace(api);
      const services = `/api/v1/namespaces/${namespace.name}/services`;
      const selector = { app: 'listener' };
      const ports = [{ port: 7000 }];
      await api.create(services, { metadata: { name: 'one' }, spec: { selector, ports } });
      const headless = { clusterIP: 'None', selector };
      await api.create(services, { metadata: { name: 'all' }, spec: headless });
      const listens = ['sh', '-c', 'while :; do echo hello | nc -l -p 7000; done'];
      const named = { hostname: 'first', subdomain: 'all', ...on('node-1') };
      const listener = podOf(own, 'listener', listens, named);
      const metadata = { name: 'listener', labels: selector };
      await api.create(namespace.pods, { ...listener, metadata });
      await podThat(api, `${namespace.pods}/listener`, runs);
      const calls = ['one', 'all', 'first.all'].map(
        (name) => `until nc ${name} 7000 </dev/null 2>/dev/null; do sleep 0.1; done`,
      );
      const caller = ['sh', '-c', calls.join('; ')];
      await api.create(namespace.pods, podOf(own, 'caller', caller, on('node-0')));
      await podThat(api, `${namespace.pods}/caller`, hasEnded);
      assert.equal(await api.text(`${namespace.pods}/caller/log`), 'hello\n'.repeat(calls.length));
    });

    test('goes on with its pods while the apiserver is away', async () => {
      const { api, plane } = own;
      await using namespace = await makeNamespace(api);
      const waits = ['sh', '-c', 'sleep 1; exit 4'];
      await api.create(namespace.pods, podOf(own, 'waits', waits));
      await podThat(api, `${namespace.pods}/waits`, runs);
      await plane.stopApiserver();
      await assert.rejects(api.get(namespace.pods));
      await plane.startApiserver();
      // Nobody heard of them for a while.
      for (const node of own.nodes) await node.isReady();
      const pod = await podThat(api, `${namespace.pods}/waits`, hasEnded);
      assert.equal(pod.status.containerStatuses?.[0]?.state.terminated?.exitCode, 4);
    });

    test('calls a node unreachable whose kubelet is gone, and ready when it is back', async () => {
      const [node] = own.nodes;
      assert(node !== undefined);
      await node.stopKubelet();
      await until('the node to be unreachable', () => isUnreachable(own, node.name));
      await node.startKubelet();
    });

    test('loses what runs on a node without power, and has the node back with it', async () => {
      const { api } = own;
      await using namespace = await makeNamespace(api);
      const node = own.nodes[1];
      assert(node !== undefined);
      await api.create(namespace.pods, podOf(own, 'lost', ['sleep', '3600'], on(node.name)));
      await podThat(api, `${namespace.pods}/lost`, runs);
      await node.powerOff();
      await until('the node to be unreachable', () => isUnreachable(own, node.name));
      await node.powerOn();
      await podThat(api, `${namespace.pods}/lost`, hasEnded);
    });

    test('runs an image that a node was given, and no other', async () => {
      const { api } = own;
      await using namespace = await makeNamespace(api);
      const image = 'localhost/not-there:1';
      await api.create(namespace.pods, podOf({ image }, 'none', ['true']));
      await podThat(api, `${namespace.pods}/none`, ({ status }) =>
        ['ErrImagePull', 'ImagePullBackOff'].includes(
          status.containerStatuses?.[0]?.state.waiting?.reason ?? '',
        ),
      );
    });

    test('has a node again that was deleted, once its kubelet begins anew', async () => {
      const { api } = own;
      const [node] = own.nodes;
      assert(node !== undefined);
      await api.delete(`/api/v1/nodes/${node.name}`);
      await node.stopKubelet();
      assert.equal(await api.find(`/api/v1/nodes/${node.name}`), undefined);
      await node.startKubelet();
    });

    test('is gone without a trace, whatever still runs there', async () => {
      const { api, folder } = own;
      const namespace = await makeNamespace(api);
      await api.create(namespace.pods, podOf(own, 'stays', ['sleep', '3600']));
      await podThat(api, `${namespace.pods}/stays`, runs);
      assert.notDeepEqual(tracesOf(folder), []);
      await own[Symbol.asyncDispose]();
      assert.deepEqual(tracesOf(folder), []);
    });
  });
});

/** Its processes, mounts, groups of processes and files, as far as they are seen from here. */
function tracesOf(folder: string): string[] {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => `/proc/${name}/cmdline`);
  const groups = readdirSync('/sys/fs/cgroup', { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.includes(`longshore-kubernetes-${folder.slice(-6)}`),
  );
  return [
    ...[...processes, '/proc/mounts'].filter((path) => textOf(path).includes(folder)),
    ...groups,
    ...(existsSync(folder) ? [folder] : []),
  ];
}

/** Of a process that has ended meanwhile: nothing. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const on = (node: string): Record<string, unknown> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] },
        ],
      },
    },
  },
  tolerations: [{ key: 'longshore.dev/test', operator: 'Exists' }],
});

/** As the cluster sees it: it has not heard of the node for a while. */
async function isUnreachable({ api }: Cluster, name: string): Promise<boolean> {
  const { status } = await api.get<{ status: { conditions: { type: string; status: string }[] } }>(
    `/api/v1/nodes/${name}`,
  );
  return status.conditions.some((each) => each.type === 'Ready' && each.status === 'Unknown');
}

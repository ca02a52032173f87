// What EKS's clients get of a real apiserver: its version and its authority, and the context of the
// caller's own that leads to it, with which the apiserver lets the caller in.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EKSClient, DescribeClusterCommand } from '@aws-sdk/client-eks';
import { runCli } from '../../src/cli/main.ts';
import { ClusterConnection } from '../../src/engine/kubernetes/cluster-connection.ts';
import { Kubeconfig } from '../../src/engine/kubernetes/kubeconfig.ts';
import { systemClock } from '../../src/server/system-ports.ts';
import { terminal } from '../house/scripted-server.ts';
import { TestServer } from '../server.ts';
import { controlPlaneSkip, startControlPlane } from './cluster.ts';

test('clients of a cluster are led to it', { skip: controlPlaneSkip() }, async (t) => {
  await using cluster = await startControlPlane();
  const folder = mkdtempSync(join(tmpdir(), 'longshore-eks-clients-'));
  const before = process.env['KUBECONFIG'];
  t.after(() => {
    rmSync(folder, { recursive: true });
    if (before === undefined) delete process.env['KUBECONFIG'];
    else process.env['KUBECONFIG'] = before;
  });
  process.env['KUBECONFIG'] = cluster.kubeconfig;
  const { 'current-context': context, clusters } = JSON.parse(
    readFileSync(cluster.kubeconfig, 'utf8'),
  ) as {
    'current-context': string;
    clusters: [{ cluster: { server: string } }];
  };
  await using server = await TestServer.start('fake', ['--cluster', `lab=${context}`]);
  const eks = new EKSClient(server.clientOptions());
  t.after(() => eks.destroy());
  const described = await eks.send(new DescribeClusterCommand({ name: 'lab' }));
  assert.match(described.cluster?.version ?? '', /^1\.\d+$/);
  assert.equal(described.cluster?.endpoint, clusters[0].cluster.server);
  assert.deepEqual(described.cluster.health, { issues: [] });

  const io = terminal({ KUBECONFIG: cluster.kubeconfig });
  assert.equal(await runCli(['kubeconfig', '--endpoint', server.url], io), 0, io.stderr);
  const made = join(folder, 'lab.yaml');
  writeFileSync(made, io.stdout);
  const config = await Kubeconfig.read({
    environment: { ...process.env, KUBECONFIG: `${made}:${cluster.kubeconfig}` },
    clock: systemClock,
  });
  const connection = new ClusterConnection({ access: await config.access(), clock: systemClock });
  t.after(() => connection.close());
  assert.equal(connection.title, described.cluster.arn);
  assert.equal(
    connection.authorities,
    Buffer.from(described.cluster.certificateAuthority?.data ?? '', 'base64').toString('utf8'),
  );
  const listed = await connection.request<{ kind: string }>({
    method: 'GET',
    path: '/api/v1/namespaces',
  });
  assert.equal(listed.kind, 'NamespaceList');
});

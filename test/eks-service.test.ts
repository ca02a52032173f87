// EKS's own API for a cluster that the server was told of, from the SDK and from the AWS CLI, and
// `longshore kubeconfig` beside them. The cluster is an API that tells its version and nothing
// else: what pods do there, test/kubernetes shows.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CreateComputeEnvironmentCommand } from '@aws-sdk/client-batch';
import {
  DeleteClusterCommand,
  DescribeClusterCommand,
  EKSClient,
  paginateListClusters,
  waitUntilClusterActive,
} from '@aws-sdk/client-eks';
import { runCli } from '../src/cli/main.ts';
import { Kubeconfig } from '../src/engine/kubernetes/kubeconfig.ts';
import { systemClock } from '../src/server/system-ports.ts';
import { AwsCli } from './aws-cli.ts';
import { terminal } from './house/scripted-server.ts';
import { requirement } from './requirement.ts';
import { account, computeResources, TestServer } from './server.ts';

const arn = `arn:aws:eks:us-east-1:${account}:cluster/lab`;
const token = 'the-token-of-the-server';
const pem = '-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n';
const data = Buffer.from(pem).toString('base64');

describe('a cluster that the server was told of', () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-eks-'));
  const own = join(folder, 'config');
  const variable = process.env['KUBECONFIG'];
  let api: Server;
  let endpoint: string;
  let server: TestServer;
  let eks: EKSClient;

  before(async () => {
    api = createServer((request, response) => {
      const isVersion = request.url === '/version';
      response
        .writeHead(isVersion ? 200 : 503, { 'Content-Type': 'application/json' })
        .end(isVersion ? '{"major": "1", "minor": "34"}' : '{}');
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    const config = {
      contexts: [{ name: 'kind-lab', context: { cluster: 'kind', user: 'admin' } }],
      clusters: [
        { name: 'kind', cluster: { server: endpoint, 'certificate-authority-data': data } },
      ],
      users: [{ name: 'admin', user: { token } }],
    };
    writeFileSync(own, JSON.stringify(config));
    process.env['KUBECONFIG'] = own;
    server = await TestServer.start('fake', [
      ...['--cluster', 'lab=kind-lab', '--cluster', 'later=not-there'],
      ...['--cluster', 'arn:aws:eks:eu-west-1:111111111111:cluster/far=kind-lab'],
    ]);
    eks = new EKSClient(server.clientOptions());
  });
  after(async () => {
    eks.destroy();
    await server[Symbol.asyncDispose]();
    api.closeAllConnections();
    await new Promise((resolve) => api.close(resolve));
    rmSync(folder, { recursive: true });
    if (variable === undefined) delete process.env['KUBECONFIG'];
    else process.env['KUBECONFIG'] = variable;
  });

  test('is listed and described, and may be named by an environment', async () => {
    const names: string[] = [];
    for await (const { clusters = [] } of paginateListClusters({ client: eks, pageSize: 1 }, {}))
      names.push(...clusters);
    assert.deepEqual(names, ['lab', 'later']);
    await waitUntilClusterActive({ client: eks, maxWaitTime: 60 }, { name: 'lab' });
    const { cluster } = await eks.send(new DescribeClusterCommand({ name: 'lab' }));
    assert.deepEqual(cluster, {
      name: 'lab',
      arn,
      endpoint,
      certificateAuthority: { data },
      version: '1.34',
      status: 'ACTIVE',
      health: { issues: [] },
      tags: {},
    });
    await server.batch.send(
      new CreateComputeEnvironmentCommand({
        computeEnvironmentName: 'pods',
        type: 'MANAGED',
        eksConfiguration: { eksClusterArn: cluster?.arn, kubernetesNamespace: 'batch' },
        computeResources: { ...computeResources, allocationStrategy: 'BEST_FIT_PROGRESSIVE' },
      }),
    );
  });

  test('has no way as long as the kubeconfig has no such context', async () => {
    const { cluster } = await eks.send(new DescribeClusterCommand({ name: 'later' }));
    assert.equal(cluster?.status, 'PENDING');
    assert.equal(cluster.health?.issues?.[0]?.code, 'ClusterUnreachable');
    assert.ok(!JSON.stringify(cluster).includes(folder));
  });

  test('is not known by another name, and not deleted', async () => {
    await assert.rejects(eks.send(new DescribeClusterCommand({ name: 'far' })), {
      name: 'ResourceNotFoundException',
      message: 'No cluster found for name: far.',
    });
    await assert.rejects(eks.send(new DeleteClusterCommand({ name: 'lab' })), {
      name: 'UnknownOperationException',
      message: /DeleteCluster is not built/,
    });
  });

  test('is in a kubeconfig that has no credentials, beside the caller’s own', async () => {
    const io = terminal({ KUBECONFIG: own });
    assert.equal(await runCli(['kubeconfig', '--cluster', 'lab', '--endpoint', server.url], io), 0);
    assert.ok(!`${io.stdout}${io.stderr}`.includes(token));
    const made = join(folder, 'lab.yaml');
    writeFileSync(made, io.stdout);
    const config = await Kubeconfig.read({
      environment: { KUBECONFIG: `${made}:${own}` },
      clock: systemClock,
    });
    const access = await config.access();
    assert.deepEqual([access.title, access.server.origin], [arn, endpoint]);
    assert.equal((await access.credentials.current()).token?.reveal(), token);
  });

  test(
    'is what the AWS CLI writes a kubeconfig of',
    { skip: requirement('awscli').skip },
    async () => {
      const aws = new AwsCli(server);
      const listed = await aws.json`eks list-clusters --max-items 1`;
      assert.deepEqual(listed.clusters, ['lab']);
      const described = await aws.json`eks describe-cluster --name lab`;
      assert.equal(described.cluster.endpoint, endpoint);
      const written = join(folder, 'from-cli');
      const { code, stderr } =
        await aws.run`eks update-kubeconfig --name lab --kubeconfig ${written}`;
      assert.equal(code, 0, stderr);
      const text = readFileSync(written, 'utf8');
      assert.ok(text.includes(endpoint) && text.includes(data) && text.includes('get-token'), text);
      assert.ok(!text.includes(token));
      assert.match(text, new RegExp(`current-context: ${arn}`));
      const pending = await aws.run`eks update-kubeconfig --name later --kubeconfig ${written}`;
      assert.match(pending.stderr, /Cluster status is PENDING/);
      const unknown = await aws.run`eks describe-cluster --name none`;
      assert.match(unknown.stderr, /ResourceNotFoundException.*No cluster found for name: none\./);
    },
  );
});

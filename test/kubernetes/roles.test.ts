// Roles of jobs on a cluster: a program with AWS's SDK in a pod, that is told nothing, has the
// credentials of its job's role, or of the role that its service account names as doc/job-roles.md
// has it, and may do what that may. The server checks who asks, and is reached by TLS through a
// proxy, as pods reach it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  RegisterJobDefinitionCommand,
} from '@aws-sdk/client-batch';
import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { freePort } from '../free-port.ts';
import { requirement } from '../requirement.ts';
import { account, computeResources, region, TestServer } from '../server.ts';
import { until } from '../until.ts';
import { ownClusterSkip, startOwnCluster, type OwnCluster } from './cluster.ts';
import { programPath } from './programs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
/** As doc/job-roles.md calls it. */
const namespace = 'batch';
const roleArn = (name: string): string => `arn:aws:iam::${account}:role/${name}`;

/** What the pods run: this machine's own Node with the SDK of this checkout. */
const program = `
  const sdk = require('node:module').createRequire('${root}/package.json');
  const { STSClient, GetCallerIdentityCommand } = sdk('@aws-sdk/client-sts');
  const { BatchClient, DescribeJobQueuesCommand, DescribeJobDefinitionsCommand } = sdk('@aws-sdk/client-batch');
  const said = async (client, command) => {
    try { return await client.send(command); } catch (error) { return { error: error.name + ': ' + error.message }; }
  };
  (async () => {
    const { Arn, error } = await said(new STSClient(), new GetCallerIdentityCommand());
    const batch = new BatchClient();
    const queues = await said(batch, new DescribeJobQueuesCommand({}));
    const definitions = await said(batch, new DescribeJobDefinitionsCommand({}));
    console.log(JSON.stringify({
      Arn, error,
      queues: queues.jobQueues ? queues.jobQueues.length : queues.error,
      definitions: definitions.error ?? 'seen',
    }));
  })();`;

/** What of this machine it takes, at the same places. */
const places = ['/usr', '/lib', '/lib64', root, dirname(process.execPath)];

interface Said {
  readonly Arn?: string;
  readonly error?: string;
  readonly queues?: number | string;
  readonly definitions?: string;
}

const skip = ownClusterSkip() || requirement('awscli').skip;

describe('roles of jobs on a cluster', { skip }, () => {
  const ends = new AsyncDisposableStack();
  let cluster: OwnCluster;
  let server: TestServer;
  let iam: IAMClient;

  before(async () => {
    cluster = ends.use(await startOwnCluster());
    await cluster.api.create('/api/v1/namespaces', { metadata: { name: namespace } });
    await until('a service account', () =>
      cluster.api.find(`/api/v1/namespaces/${namespace}/serviceaccounts/default`),
    );
    writeFileSync(join(cluster.folder, 'asks.cjs'), program);
    const former = process.env['KUBECONFIG'];
    process.env['KUBECONFIG'] = cluster.kubeconfig;
    ends.defer(() => {
      if (former === undefined) delete process.env['KUBECONFIG'];
      else process.env['KUBECONFIG'] = former;
    });
    const { 'current-context': context, clusters } = JSON.parse(
      readFileSync(cluster.kubeconfig, 'utf8'),
    ) as { 'current-context': string; clusters: [{ cluster: { server: string } }] };
    const gateway = new URL(clusters[0].cluster.server).hostname;
    const credentialsPort = await freePort();
    const proxy = await startProxy(gateway, (path) =>
      path.startsWith('/v2/credentials/') ? `http://127.0.0.1:${credentialsPort}` : server.url,
    );
    server = ends.use(
      await TestServer.start('none', [
        ...['--auth', 'on', '--cluster', `lab=${context}`, '--job-namespace', namespace],
        ...['--pods-url', proxy, '--credentials-port', String(credentialsPort)],
      ]),
    );
    iam = new IAMClient(server.clientOptions());
    ends.defer(() => iam.destroy());
    const capacities = {
      ordinary: { tags: { 'longshore:cluster': 'lab' }, computeResources },
      pods: {
        eksConfiguration: {
          eksClusterArn: `arn:aws:eks:${region}:${account}:cluster/lab`,
          kubernetesNamespace: namespace,
        },
        computeResources: {
          ...computeResources,
          allocationStrategy: 'BEST_FIT_PROGRESSIVE' as const,
        },
      },
    };
    for (const [name, capacity] of Object.entries(capacities)) {
      await server.batch.send(
        new CreateComputeEnvironmentCommand({
          computeEnvironmentName: name,
          type: 'MANAGED',
          ...capacity,
        }),
      );
      await server.batch.send(
        new CreateJobQueueCommand({
          jobQueueName: name,
          priority: 1,
          computeEnvironmentOrder: [{ order: 1, computeEnvironment: name }],
        }),
      );
    }
  });
  after(() => ends.disposeAsync());

  /** Leads pods to the server, as a proxy of the operator's does; answers its address. */
  async function startProxy(address: string, target: (path: string) => string): Promise<string> {
    const { certificate, key } = cluster.plane.authority.issue('proxy', {
      name: 'proxy',
      alternativeNames: [`IP:${address}`],
    });
    const proxy = createServer(
      { cert: readFileSync(certificate), key: readFileSync(key) },
      (asked, response) => {
        const { method, headers, url = '' } = asked;
        const passed = request(target(url) + url, { method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        });
        passed.on('error', () => response.destroy());
        asked.pipe(passed);
      },
    ).listen(0, address);
    await once(proxy, 'listening');
    ends.defer(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    const at = proxy.address();
    assert.ok(typeof at === 'object' && at !== null);
    return `https://${address}:${at.port}`;
  }

  const document = (statement: object): string =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });

  /** It may look at queues, and do nothing else. */
  async function allowQueues(RoleName: string): Promise<void> {
    const PolicyDocument = document({ Action: 'batch:DescribeJobQueues', Resource: '*' });
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'queues', PolicyDocument }));
  }

  const command = (): string[] => [process.execPath, join(cluster.folder, 'asks.cjs')];
  const env = (): { name: string; value: string }[] => [
    { name: 'NODE_EXTRA_CA_CERTS', value: cluster.plane.authority.certificate },
  ];
  const mounted = (): [string, string][] =>
    [...new Set([...places, cluster.folder])].map((path, at) => [`place-${at}`, path]);

  /** What the program said in a stream. */
  async function said(logStreamName: string | undefined): Promise<Said> {
    const { events = [] } = await server.logs.send(
      new GetLogEventsCommand({ logGroupName: '/aws/batch/job', logStreamName }),
    );
    const lines = events.map(({ message }) => message).join('\n');
    assert.match(lines, /^\{.*\}$/, lines);
    return JSON.parse(lines) as Said;
  }

  test('a job has its own role’s credentials, and may do what that may', async () => {
    await iam.send(
      new CreateRoleCommand({
        RoleName: 'worker',
        AssumeRolePolicyDocument: document({
          Principal: { Service: 'ecs-tasks.amazonaws.com' },
          Action: 'sts:AssumeRole',
        }),
      }),
    );
    await allowQueues('worker');
    const definition = await server.register('ordinary', {
      image: cluster.image,
      command: command(),
      environment: env(),
      jobRoleArn: roleArn('worker'),
      resourceRequirements: [
        { type: 'VCPU', value: '1' },
        { type: 'MEMORY', value: '512' },
      ],
      volumes: mounted().map(([name, sourcePath]) => ({ name, host: { sourcePath } })),
      mountPoints: mounted().map(([sourceVolume, containerPath]) => ({
        sourceVolume,
        containerPath,
        readOnly: true,
      })),
    });
    const jobId = await server.submit(definition, { jobQueue: 'ordinary' });
    const job = await server.whenEnded(jobId);
    const { Arn, queues, definitions } = await said(job.container?.logStreamName);
    assert.equal(Arn, `arn:aws:sts::${account}:assumed-role/worker/${jobId}`);
    assert.equal(queues, 2);
    assert.match(definitions ?? '', /^AccessDenied/);
  });

  /** What a job on Amazon EKS with this service account says. */
  async function podJob(serviceAccountName: string): Promise<Said> {
    const jobDefinitionName = serviceAccountName;
    await server.batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName,
        type: 'container',
        eksProperties: {
          podProperties: {
            hostNetwork: false,
            serviceAccountName,
            containers: [
              {
                image: cluster.image,
                imagePullPolicy: 'IfNotPresent',
                command: command(),
                env: env(),
                resources: { limits: { cpu: '1', memory: '512Mi' } },
                volumeMounts: mounted().map(([name, mountPath]) => ({
                  name,
                  mountPath,
                  readOnly: true,
                })),
              },
            ],
            volumes: mounted().map(([name, path]) => ({ name, hostPath: { path } })),
          },
        },
      }),
    );
    const job = await server.whenEnded(
      await server.submit(jobDefinitionName, { jobQueue: 'pods' }),
    );
    const pod = job.eksProperties?.podProperties?.podName?.replace('aws-batch.', '');
    return said(`${jobDefinitionName}/default/${pod}`);
  }

  test('a pod has the role of its service account, by a token of the cluster', async () => {
    const page = readFileSync(join(root, 'doc/job-roles.md'), 'utf8');
    const [, section = ''] = /\n## Service accounts\n(.*?)\n## /s.exec(page) ?? [];
    const [block = ''] = section.match(/(?<=\n\n)(?: {4}.*\n)+/) ?? [];
    const { status, stderr } = spawnSync(
      'bash',
      [
        '-euc',
        `aws() { '${requirement('awscli').command}' --endpoint-url '${server.url}' "$@"; }
        kubectl() { '${programPath('kubectl')}' "$@"; }
        ${block.replaceAll(/^ {4}/gm, '')}`,
      ],
      { encoding: 'utf8', env: server.environment },
    );
    assert.equal(status, 0, stderr);
    await allowQueues('reads-queues');
    const its = await podJob('reader');
    assert.match(
      its.Arn ?? '',
      new RegExp(`^arn:aws:sts::${account}:assumed-role/reads-queues/`),
      its.error,
    );
    assert.equal(its.queues, 2);
    assert.match(its.definitions ?? '', /^AccessDenied/);

    // The role does not trust it.
    await cluster.api.create(`/api/v1/namespaces/${namespace}/serviceaccounts`, {
      metadata: {
        name: 'thief',
        annotations: { 'eks.amazonaws.com/role-arn': roleArn('reads-queues') },
      },
    });
    const thief = await podJob('thief');
    assert.match(thief.error ?? '', /Not authorized to perform sts:AssumeRoleWithWebIdentity/);
    assert.equal(thief.Arn, undefined);
  });
});

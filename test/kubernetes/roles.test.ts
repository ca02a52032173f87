// Roles of jobs on a cluster: a program with AWS's SDK in a pod, that is told nothing, has the
// credentials of its job's role, or of the role that its service account names, and may do what
// that may. The server checks who asks, and is reached by TLS through a proxy, as pods reach it.

import assert from 'node:assert/strict';
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
  type JobDetail,
} from '@aws-sdk/client-batch';
import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { freePort } from '../free-port.ts';
import { account, computeResources, region, TestServer } from '../server.ts';
import { ownClusterSkip, startOwnCluster, type OwnCluster } from './cluster.ts';
import { makeNamespace } from './pods.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
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

describe('roles of jobs on a cluster', { skip: ownClusterSkip() }, () => {
  const ends = new AsyncDisposableStack();
  let cluster: OwnCluster;
  let server: TestServer;
  let namespace: string;

  before(async () => {
    cluster = ends.use(await startOwnCluster());
    namespace = ends.use(await makeNamespace(cluster.api)).name;
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

  /** May look at queues, and at nothing else. */
  async function createRole(RoleName: string, trusted: object): Promise<void> {
    const iam = new IAMClient(server.clientOptions());
    const document = (statement: object): string =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
    await iam.send(
      new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document(trusted) }),
    );
    await iam.send(
      new PutRolePolicyCommand({
        RoleName,
        PolicyName: 'queues',
        PolicyDocument: document({ Action: 'batch:DescribeJobQueues', Resource: '*' }),
      }),
    );
    iam.destroy();
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
    await createRole('worker', {
      Principal: { Service: 'ecs-tasks.amazonaws.com' },
      Action: 'sts:AssumeRole',
    });
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

  /** Of a job on Amazon EKS with this service account. */
  async function podJob(
    jobDefinitionName: string,
    serviceAccountName: string,
    annotations: Readonly<Record<string, string>>,
  ): Promise<{ readonly job: JobDetail; readonly said: Said }> {
    await cluster.api.create(`/api/v1/namespaces/${namespace}/serviceaccounts`, {
      metadata: { name: serviceAccountName, annotations },
    });
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
    return { job, said: await said(`${jobDefinitionName}/default/${pod}`) };
  }

  test('a pod has the role of its service account, by a token of the cluster', async () => {
    const eks = new EKSClient(server.clientOptions());
    const described = await eks.send(new DescribeClusterCommand({ name: 'lab' }));
    eks.destroy();
    const issuer = described.cluster?.identity?.oidc?.issuer ?? '';
    assert.equal(issuer, 'https://kubernetes.default.svc');
    const iam = new IAMClient(server.clientOptions());
    await iam.send(
      new CreateOpenIDConnectProviderCommand({ Url: issuer, ClientIDList: ['sts.amazonaws.com'] }),
    );
    iam.destroy();
    const provider = issuer.replace('https://', '');
    await createRole('reader', {
      Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${provider}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: {
          [`${provider}:aud`]: 'sts.amazonaws.com',
          [`${provider}:sub`]: `system:serviceaccount:${namespace}:reader`,
        },
      },
    });
    const annotations = { 'eks.amazonaws.com/role-arn': roleArn('reader') };
    const its = await podJob('reader', 'reader', annotations);
    assert.match(its.said.Arn ?? '', new RegExp(`^arn:aws:sts::${account}:assumed-role/reader/`));
    assert.equal(its.said.queues, 2);
    assert.match(its.said.definitions ?? '', /^AccessDenied/);

    // The role does not trust it.
    const thief = await podJob('thief', 'thief', annotations);
    assert.match(thief.said.error ?? '', /Not authorized to perform sts:AssumeRoleWithWebIdentity/);
    assert.equal(thief.said.Arn, undefined);
  });
});

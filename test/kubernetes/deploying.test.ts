// From a cluster to a finished job, as doc/kubernetes.md and doc/deploying.md have it: a server in
// the cluster by Helm, whose jobs outlive its pod, and one beside it by `longshore up`.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  BatchClient,
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DescribeJobsCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  type JobDetail,
} from '@aws-sdk/client-batch';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { credentialsIn } from '../../src/cli/aws-profile.ts';
import type { Credentials } from '../../src/cli/sign.ts';
import { account, computeResources, region } from '../server.ts';
import { ServerProcess } from '../server-process.ts';
import { until } from '../until.ts';
import { chartFolder } from './chart.ts';
import { ownClusterSkip, startOwnCluster, type OwnCluster } from './cluster.ts';
import { programPath } from './programs.ts';
import { serverImage, serverImageArchive } from './server-image.ts';

const main = join(import.meta.dirname, '../../src/main.ts');

describe('deploying', { skip: ownClusterSkip() }, () => {
  let cluster: OwnCluster;
  /** Of clients of the server in the cluster. */
  let options: () => Promise<{
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: Credentials;
  }>;
  before(async () => {
    cluster = await startOwnCluster();
  });
  after(() => cluster[Symbol.asyncDispose]());

  const run = (command: string, ...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(command, args, {
      encoding: 'utf8',
      env: { ...process.env, KUBECONFIG: cluster.kubeconfig },
    });
    assert.equal(status, 0, `${command} ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const kubectl = (...args: readonly string[]): string =>
    run(programPath('kubectl'), '--namespace', 'longshore', ...args);
  const helm = (...args: readonly string[]): string =>
    run(programPath('helm'), ...args, '--namespace', 'longshore');

  test('jobs outlive the pod of the server that Helm installed, and none is lost or doubled', async () => {
    for (const node of cluster.nodes) node.importImage(serverImageArchive(cluster.folder));
    await makeVolume(cluster);
    const { repository, tag } = serverImage;
    const values = [
      `image.repository=${repository},image.tag=${tag},image.pullPolicy=Never`,
      'jobs.exec=true,jobRoles.enabled=true,jobRoles.url=https://batch.example.com',
    ];
    const set = values.flatMap((value) => ['--set', value]);
    helm('install', 'longshore', chartFolder, '--create-namespace', ...set);
    const ready = (): string =>
      kubectl('rollout', 'status', 'deployment/longshore', '--timeout=300s');
    ready();
    const credentials = credentialsIn(
      kubectl(
        ...['exec', 'deployment/longshore', '--'],
        ...['cat', '/var/lib/longshore/data/root-credentials'],
      ),
      'longshore',
    );
    assert.ok(credentials);
    options = async () => ({ endpoint: await addressOfServer(cluster), region, credentials });
    const log = (): string => kubectl('logs', 'deployment/longshore');
    await until('the log to say where the queue is', () =>
      /Queue first-run-here waits for jobs\. Its Service says/.test(log()),
    );
    // Of those where it runs nobody can paste any.
    assert.doesNotMatch(log(), /export AWS_|longshore submit/);

    const first = new BatchClient(await options());
    await first.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName: 'waits',
        type: 'container',
        eksProperties: {
          podProperties: {
            hostNetwork: false,
            containers: [
              {
                image: cluster.image,
                command: ['sh', '-c', 'sleep 15; exit 3'],
                resources: { limits: { cpu: '0.25', memory: '64Mi' } },
              },
            ],
          },
        },
      }),
    );
    // More than the node has room for at once: some wait while nobody is there.
    const { jobId = '' } = await first.send(
      new SubmitJobCommand({
        jobName: 'n',
        jobQueue: 'first-run-here',
        jobDefinition: 'waits',
        arrayProperties: { size: 9 },
      }),
    );
    const child = async (batch: BatchClient, index: number): Promise<JobDetail> =>
      jobOf(batch, `${jobId}:${index}`);
    await until('a job to run', async () => (await child(first, 0)).status === 'RUNNING');
    kubectl('delete', 'pod', '--selector', 'app.kubernetes.io/instance=longshore');
    ready();
    const second = new BatchClient(await options());
    await until('all to end', async () => (await jobOf(second, jobId)).status === 'FAILED');
    for (let index = 0; index < 9; index++) {
      const { eksProperties, eksAttempts } = await child(second, index);
      assert.equal(eksProperties?.podProperties?.containers?.[0]?.exitCode, 3);
      assert.equal(eksAttempts?.length, 1);
    }
  });

  test('ordinary jobs run there, with the credentials of their role and commands in them', async () => {
    const batch = new BatchClient(await options());
    await new IAMClient(await options()).send(
      new CreateRoleCommand({
        RoleName: 'job',
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: 'sts:AssumeRole',
              Principal: { Service: 'ecs-tasks.amazonaws.com' },
            },
          ],
        }),
      }),
    );
    await batch.send(
      new CreateComputeEnvironmentCommand({
        computeEnvironmentName: 'ec2',
        type: 'MANAGED',
        computeResources,
      }),
    );
    await batch.send(
      new CreateJobQueueCommand({
        jobQueueName: 'ec2',
        priority: 1,
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'ec2' }],
      }),
    );
    // As what answers at https://batch.example.com leads it there.
    const asks = `
      path=\${AWS_CONTAINER_CREDENTIALS_FULL_URI#https://batch.example.com}
      wget -q -O /tmp/answer --header 'Host: batch.example.com' \
        --header "Authorization: $AWS_CONTAINER_AUTHORIZATION_TOKEN" \
        "http://longshore.longshore.svc.cluster.local:4592$path"
      grep -q 'role/job"' /tmp/answer && until test -f /tmp/go; do sleep 0.2; done`;
    await batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName: 'asks',
        type: 'container',
        containerProperties: {
          image: cluster.image,
          command: ['sh', '-c', asks],
          jobRoleArn: `arn:aws:iam::${account}:role/job`,
          enableExecuteCommand: true,
          resourceRequirements: [
            { type: 'VCPU', value: '1' },
            { type: 'MEMORY', value: '64' },
          ],
        },
      }),
    );
    const { jobId = '' } = await batch.send(
      new SubmitJobCommand({ jobName: 'n', jobQueue: 'ec2', jobDefinition: 'asks' }),
    );
    await until('the job to run', async () => (await jobOf(batch, jobId)).status === 'RUNNING');
    const { endpoint, credentials } = await options();
    const { status, stderr } = spawnSync(
      process.execPath,
      [main, 'exec', jobId, '--endpoint', endpoint, '--', 'touch', '/tmp/go'],
      {
        encoding: 'utf8',
        env: {
          ...process.env,
          AWS_ACCESS_KEY_ID: credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
          AWS_DEFAULT_REGION: region,
        },
      },
    );
    assert.equal(status, 0, stderr);
    const hasEnded = async () => /SUCC|FAIL/.test((await jobOf(batch, jobId)).status ?? '');
    await until('the job to end', hasEnded);
    assert.equal((await jobOf(batch, jobId)).status, 'SUCCEEDED');
    helm('uninstall', 'longshore', '--wait');
  });

  test('up runs jobs on the current cluster, and submit takes an image for it', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'longshore-test-'));
    const former = process.env['KUBECONFIG'];
    process.env['KUBECONFIG'] = cluster.kubeconfig;
    try {
      const flags = ['--cluster', 'current', '--job-namespace', 'laptop-jobs'];
      const server = await ServerProcess.start({ verb: 'up', dataDir, flags });
      try {
        assert.match(server.stdout, /has the new namespace laptop-jobs, for jobs\./);
        const said = /longshore submit (.*) --image busybox --wait -- echo hello/;
        await until('what to paste', () => said.test(server.stdout));
        const words = said.exec(server.stdout)?.[1]?.split(' ') ?? [];
        const submit = [main, 'submit', ...words, '--image', cluster.image, '--wait'];
        run(process.execPath, ...submit, '--', 'echo', 'hello');
      } finally {
        assert.equal(await server.end('SIGTERM'), 0);
      }
    } finally {
      if (former === undefined) delete process.env['KUBECONFIG'];
      else process.env['KUBECONFIG'] = former;
      rmSync(dataDir, { recursive: true });
    }
  });
});

async function jobOf(batch: BatchClient, id: string): Promise<JobDetail> {
  const { jobs } = await batch.send(new DescribeJobsCommand({ jobs: [id] }));
  const [job] = jobs ?? [];
  assert.ok(job);
  return job;
}

/** Pods are reached from the machine by their addresses. */
async function addressOfServer({ api }: OwnCluster): Promise<string> {
  const { items } = await api.get<{
    readonly items: readonly {
      readonly metadata: { readonly deletionTimestamp?: string };
      readonly status: { readonly podIP?: string };
    }[];
  }>('/api/v1/namespaces/longshore/pods');
  const [pod] = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  assert.ok(pod?.status.podIP);
  return `http://${pod.status.podIP}:4590`;
}

/**
 * For the server's claim, which nobody provides for here. A path of the host keeps the rights that
 * it has.
 */
async function makeVolume({ api, folder }: OwnCluster): Promise<void> {
  const path = join(folder, 'state');
  mkdirSync(path);
  chownSync(path, 1000, 1000);
  await api.create('/api/v1/persistentvolumes', {
    metadata: { name: 'longshore' },
    spec: {
      capacity: { storage: '10Gi' },
      accessModes: ['ReadWriteOnce'],
      hostPath: { path },
      claimRef: { namespace: 'longshore', name: 'longshore' },
    },
  });
}

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
  DescribeJobsCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  type JobDetail,
} from '@aws-sdk/client-batch';
import { credentialsIn } from '../../src/cli/aws-profile.ts';
import { region } from '../server.ts';
import { ServerProcess } from '../server-process.ts';
import { until } from '../until.ts';
import { chartFolder } from './chart.ts';
import { ownClusterSkip, startOwnCluster, type OwnCluster } from './cluster.ts';
import { programPath } from './programs.ts';
import { serverImage, serverImageArchive } from './server-image.ts';

const main = join(import.meta.dirname, '../../src/main.ts');

describe('deploying', { skip: ownClusterSkip() }, () => {
  let cluster: OwnCluster;
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

  test('a job outlives the pod of the server that Helm installed', async () => {
    for (const node of cluster.nodes) node.importImage(serverImageArchive(cluster.folder));
    await makeVolume(cluster);
    const { repository, tag } = serverImage;
    const image = `image.repository=${repository},image.tag=${tag},image.pullPolicy=Never`;
    helm('install', 'longshore', chartFolder, '--create-namespace', '--set', image);
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
    const client = async (): Promise<BatchClient> =>
      new BatchClient({ endpoint: await addressOfServer(cluster), region, credentials });

    const first = await client();
    await first.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName: 'waits',
        type: 'container',
        eksProperties: {
          podProperties: {
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
    const { jobId = '' } = await first.send(
      new SubmitJobCommand({
        jobName: 'n',
        jobQueue: 'first-run-here',
        jobDefinition: 'waits',
      }),
    );
    await until('the job to run', async () => (await jobOf(first, jobId)).status === 'RUNNING');
    kubectl('delete', 'pod', '--selector', 'app.kubernetes.io/instance=longshore');
    ready();
    const second = await client();
    await until('the job to end', async () => (await jobOf(second, jobId)).status === 'FAILED');
    const ended = await jobOf(second, jobId);
    assert.equal(ended.eksProperties?.podProperties?.containers?.[0]?.exitCode, 3);
    assert.equal(ended.eksAttempts?.length, 1);
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

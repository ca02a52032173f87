// Jobs of environments whose cluster chooses the nodes, from the SDK to a real cluster and back:
// they wait there while no node has room, in the scheduler's own words, and run when one has.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import {
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DescribeJobsCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  TerminateJobCommand,
  type JobDetail,
} from '@aws-sdk/client-batch';
import { account, computeResources, TestServer } from '../server.ts';
import { ownClusterSkip, startOwnCluster, type OwnCluster } from './cluster.ts';
import { makeNamespace } from './pods.ts';
import { until } from '../until.ts';

const arn = `arn:aws:eks:us-east-1:${account}:cluster/lab`;

describe('an environment whose cluster chooses the nodes', { skip: ownClusterSkip() }, () => {
  const ends = new AsyncDisposableStack();
  let cluster: OwnCluster;
  let server: TestServer;

  before(async () => {
    cluster = ends.use(await startOwnCluster([{}]));
    const { name: namespace } = ends.use(await makeNamespace(cluster.api));
    const config = JSON.parse(readFileSync(cluster.kubeconfig, 'utf8')) as {
      'current-context': string;
    };
    const kubeconfig = process.env['KUBECONFIG'];
    process.env['KUBECONFIG'] = cluster.kubeconfig;
    ends.defer(() => {
      if (kubeconfig === undefined) delete process.env['KUBECONFIG'];
      else process.env['KUBECONFIG'] = kubeconfig;
    });
    server = ends.use(
      await TestServer.start('fake', ['--cluster', `lab=${config['current-context']}`]),
    );
    const { batch } = server;
    await batch.send(
      new CreateComputeEnvironmentCommand({
        computeEnvironmentName: 'pods',
        type: 'MANAGED',
        eksConfiguration: { eksClusterArn: arn, kubernetesNamespace: namespace },
        computeResources: {
          ...computeResources,
          maxvCpus: 1_000,
          allocationStrategy: 'BEST_FIT_PROGRESSIVE',
        },
        tags: { 'longshore:placement': 'cluster' },
      }),
    );
    await batch.send(
      new CreateJobQueueCommand({
        jobQueueName: 'pods',
        priority: 1,
        jobQueueType: 'EKS',
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'pods' }],
      }),
    );
  });
  after(() => ends.disposeAsync());

  async function submit(cpu: string): Promise<string> {
    const jobDefinitionName = `cpu-${cpu.replace('.', '-')}`;
    const container = {
      image: cluster.image,
      imagePullPolicy: 'IfNotPresent',
      command: ['sh', '-c', 'exit 3'],
      resources: { limits: { cpu, memory: '64Mi' } },
    };
    await server.batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName,
        type: 'container',
        eksProperties: { podProperties: { hostNetwork: false, containers: [container] } },
      }),
    );
    const { jobId = '' } = await server.batch.send(
      new SubmitJobCommand({ jobName: 'n', jobQueue: 'pods', jobDefinition: jobDefinitionName }),
    );
    return jobId;
  }
  async function saying(jobId: string, words: RegExp): Promise<JobDetail> {
    let job: JobDetail | undefined;
    await until(`job ${jobId} to say ${words}`, async () => {
      const { jobs } = await server.batch.send(new DescribeJobsCommand({ jobs: [jobId] }));
      job = jobs?.[0];
      return words.test(job?.statusReason ?? '');
    });
    assert.ok(job);
    return job;
  }
  const cordon = (unschedulable: boolean): Promise<unknown> =>
    cluster.api.patch('/api/v1/nodes/node-0', { spec: { unschedulable } });

  test('a job waits until there is a node for it, and runs there', async () => {
    await cordon(true);
    const jobId = await submit('0.25');
    const waits = await saying(jobId, /^0\/1 nodes are available: 1 node\(s\) were unschedulable/);
    assert.equal(waits.status, 'STARTING');
    assert.equal(waits.eksProperties?.podProperties?.nodeName, undefined);
    await cordon(false);
    const ended = await server.whenStatus(jobId, 'FAILED');
    assert.equal(ended.eksProperties?.podProperties?.nodeName, 'node-0');
    const [attempt] = ended.eksAttempts ?? [];
    assert.deepEqual([attempt?.nodeName, attempt?.containers?.[0]?.exitCode], ['node-0', 3]);
  });

  test('one that no node is large enough for waits for a larger one, and is ended at once', async () => {
    const jobId = await submit('500');
    const { status } = await saying(jobId, /^0\/1 nodes are available: 1 Insufficient cpu/);
    assert.equal(status, 'STARTING');
    await server.batch.send(new TerminateJobCommand({ jobId, reason: 'enough' }));
    const { statusReason, eksAttempts } = await server.whenStatus(jobId, 'FAILED');
    assert.equal(statusReason, 'enough');
    assert.equal(eksAttempts?.[0]?.nodeName, undefined);
    await until('no pod to be left', async () => {
      const { items } = await cluster.api.get<{
        items: readonly { metadata: { name: string } }[];
      }>('/api/v1/pods');
      return items.every(({ metadata }) => !metadata.name.startsWith('aws-batch.'));
    });
  });
});

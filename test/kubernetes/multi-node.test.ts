// Multi-node parallel jobs from the SDK to a real cluster of two nodes and back: their pods speak
// with each other over TCP, by address and by name, and end, are tried again, stopped and adopted
// as one job.

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
  type CreateComputeEnvironmentCommandInput,
  type EksContainer,
  type EksPodProperties,
  type JobDetail,
  type NodeRangeProperty,
  type RegisterJobDefinitionCommandInput,
} from '@aws-sdk/client-batch';
import { account, computeResources, TestServer } from '../server.ts';
import { until } from '../until.ts';
import { ownClusterSkip, startOwnCluster, type OwnCluster } from './cluster.ts';
import { makeNamespace } from './pods.ts';

/** Told to stop, each is gone at once. */
const stops = 'trap "exit 5" TERM;';
const waits = 'while :; do sleep 0.2; done';
/** It hears one line by each way, and is content with the right ones; its end is as it is told. */
const hears = (end: string): string =>
  `${stops}
   [ -z "$AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS" ] || exit 90
   [ "$AWS_BATCH_JOB_NODE_INDEX of $AWS_BATCH_JOB_NUM_NODES" = "0 of 2" ] || exit 91
   heard=$(nc -l -p 9000); [ "$heard" = by-address ] || exit 92
   heard=$(nc -l -p 9000); [ "$heard" = by-name ] || exit 93
   ${end}`;
/** It says them, each until it is heard. */
const says = `${stops}
  until echo by-address | nc "$AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS" 9000; do sleep 0.2; done
  until echo by-name | nc "node-$AWS_BATCH_JOB_MAIN_NODE_INDEX.$LONGSHORE_NODES_DOMAIN" 9000; do sleep 0.2; done
  ${waits}`;

type PodFacts = Pick<EksPodProperties, 'metadata' | 'volumes'> & Pick<EksContainer, 'volumeMounts'>;

describe('multi-node jobs on a cluster', { skip: ownClusterSkip() }, () => {
  const ends = new AsyncDisposableStack();
  let cluster: OwnCluster;
  let server: TestServer;
  let namespace: string;

  before(async () => {
    cluster = ends.use(await startOwnCluster([{}, {}]));
    namespace = ends.use(await makeNamespace(cluster.api)).name;
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
    const environments: Record<string, Partial<CreateComputeEnvironmentCommandInput>> = {
      EKS: {
        eksConfiguration: {
          eksClusterArn: `arn:aws:eks:us-east-1:${account}:cluster/lab`,
          kubernetesNamespace: namespace,
        },
        computeResources: { ...computeResources, allocationStrategy: 'BEST_FIT_PROGRESSIVE' },
      },
      ECS: {
        computeResources,
        tags: { 'longshore:cluster': 'lab', 'longshore:namespace': namespace },
      },
    };
    for (const [jobQueueType, environment] of Object.entries(environments)) {
      await server.batch.send(
        new CreateComputeEnvironmentCommand({
          computeEnvironmentName: jobQueueType,
          type: 'MANAGED',
          computeResources,
          ...environment,
        }),
      );
      await server.batch.send(
        new CreateJobQueueCommand({
          jobQueueName: jobQueueType,
          priority: 1,
          jobQueueType: jobQueueType as 'EKS' | 'ECS',
          computeEnvironmentOrder: [{ order: 1, computeEnvironment: jobQueueType }],
        }),
      );
    }
  });
  after(() => ends.disposeAsync());

  const podRange = (
    targetNodes: string,
    script: string,
    { metadata, volumes, volumeMounts }: PodFacts = {},
  ): NodeRangeProperty => ({
    targetNodes,
    eksProperties: {
      podProperties: {
        hostNetwork: false,
        metadata,
        volumes,
        containers: [
          {
            volumeMounts,
            image: cluster.image,
            imagePullPolicy: 'IfNotPresent',
            command: ['sh', '-c', script],
            resources: { limits: { cpu: '0.25', memory: '64Mi' } },
          },
        ],
      },
    },
  });
  const plainRange = (targetNodes: string, script: string): NodeRangeProperty => ({
    targetNodes,
    container: {
      image: cluster.image,
      command: ['sh', '-c', script],
      resourceRequirements: [
        { type: 'VCPU', value: '1' },
        { type: 'MEMORY', value: '64' },
      ],
    },
  });

  let count = 0;
  async function submit(
    jobQueue: 'EKS' | 'ECS',
    nodeRangeProperties: NodeRangeProperty[],
    more: Partial<RegisterJobDefinitionCommandInput> = {},
  ): Promise<string> {
    const jobDefinitionName = `d-${++count}`;
    await server.batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName,
        type: 'multinode',
        nodeProperties: { numNodes: 2, mainNode: 0, nodeRangeProperties },
        ...more,
      }),
    );
    const { jobId = '' } = await server.batch.send(
      new SubmitJobCommand({ jobName: 'n', jobQueue, jobDefinition: jobDefinitionName }),
    );
    return jobId;
  }
  async function describeJob(jobId: string): Promise<JobDetail> {
    const { jobs = [] } = await server.batch.send(new DescribeJobsCommand({ jobs: [jobId] }));
    return jobs[0] as JobDetail;
  }
  const namesOf = async (kind: string): Promise<string[]> => {
    const { items } = await cluster.api.get<{
      items: readonly { metadata: { name: string } }[];
    }>(`/api/v1/namespaces/${namespace}/${kind}`);
    return items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('aws-'));
  };
  const nothingIsLeft = async (): Promise<void> => {
    for (const kind of ['pods', 'services', 'configmaps'])
      await until(`no ${kind} to be left`, async () => (await namesOf(kind)).length === 0);
  };

  test('their pods meet at the main node by address and by name, and are tried again as a whole', async () => {
    const end = '[ "$AWS_BATCH_JOB_ATTEMPT" = 2 ] || exit 7';
    const jobId = await submit('EKS', [podRange('0', hears(end)), podRange('1', says)], {
      retryStrategy: { attempts: 2 },
    });
    await server.whenStatus(jobId, 'SUCCEEDED');
    const main = await describeJob(`${jobId}#0`);
    const other = await describeJob(`${jobId}#1`);
    assert.deepEqual(
      [main, other].map(({ eksAttempts = [] }) =>
        eksAttempts.map(({ containers }) => containers?.[0]?.exitCode),
      ),
      [
        [7, 0],
        [5, 5],
      ],
    );
    assert.notEqual(
      main.eksProperties?.podProperties?.nodeName,
      other.eksProperties?.podProperties?.nodeName,
    );
    await nothingIsLeft();
  });

  test('so do nodes of ordinary definitions', async () => {
    const jobId = await submit('ECS', [plainRange('0', hears('exit 0')), plainRange('1', says)]);
    await server.whenStatus(jobId, 'SUCCEEDED');
    await nothingIsLeft();
  });

  test('where a scheduler counts their pods, all are there first, and begin in their order', async () => {
    const facts = { metadata: { labels: { 'scheduling.x-k8s.io/pod-group': 'mine' } } };
    const jobId = await submit('EKS', [podRange('0', hears('exit 0'), facts), podRange('1', says)]);
    await until('the pods to be there', async () => (await namesOf('pods')).length === 2);
    const { items } = await cluster.api.get<{
      items: readonly { metadata: { labels?: Record<string, string> } }[];
    }>(`/api/v1/namespaces/${namespace}/pods`);
    for (const pod of items)
      assert.equal(pod.metadata.labels?.['scheduling.x-k8s.io/pod-group'], 'mine');
    await server.whenStatus(jobId, 'SUCCEEDED');
    await nothingIsLeft();
  });

  test('what terminates the job stops all of them', async () => {
    const jobId = await submit('EKS', [podRange(':', stops + waits)]);
    await until('both to run', async () => (await describeJob(`${jobId}#1`)).status === 'RUNNING');
    await server.batch.send(new TerminateJobCommand({ jobId, reason: 'enough' }));
    const { statusReason } = await server.whenStatus(jobId, 'FAILED');
    assert.equal(statusReason, 'enough');
    assert.equal((await describeJob(`${jobId}#1`)).statusReason, 'enough');
    await nothingIsLeft();
  });

  test('a server that is killed midway finds them again', async () => {
    const end = waits;
    const jobId = await submit('EKS', [podRange('0', hears(end)), podRange('1', says)]);
    await until('both to run', async () => (await describeJob(`${jobId}#1`)).status === 'RUNNING');
    const there = await namesOf('pods');
    await server.kill('SIGKILL');
    await server.restart();
    assert.equal((await describeJob(jobId)).status, 'RUNNING');
    assert.deepEqual(await namesOf('pods'), there);
    await server.batch.send(new TerminateJobCommand({ jobId, reason: 'seen again' }));
    await server.whenStatus(jobId, 'FAILED');
    const [attempt, ...more] = (await describeJob(`${jobId}#1`)).eksAttempts ?? [];
    assert.equal(attempt?.statusReason, 'seen again');
    assert.deepEqual(more, []);
    await nothingIsLeft();
  });

  test('where a node has no room after all, all of them go back, and run when it has', async () => {
    const main = `${stops} nc -l -p 9000 >/tmp/heard & while [ ! -s /tmp/heard ]; do sleep 0.2; done`;
    const late = {
      volumes: [{ name: 'late', persistentVolumeClaim: { claimName: 'late' } }],
      volumeMounts: [{ name: 'late', mountPath: '/late' }],
    };
    const jobId = await submit('EKS', [podRange('0', main), podRange('1', says, late)]);
    await until('it to wait again', async () =>
      /^waiting to be placed again: .* persistentvolumeclaim "late"/.test(
        (await describeJob(jobId)).statusReason ?? '',
      ),
    );
    const volume = { accessModes: ['ReadWriteOnce'], storageClassName: '' };
    const name = `late-${namespace}`;
    await cluster.api.create('/api/v1/persistentvolumes', {
      metadata: { name },
      spec: { ...volume, capacity: { storage: '1Mi' }, hostPath: { path: '/tmp' } },
    });
    await cluster.api.create(`/api/v1/namespaces/${namespace}/persistentvolumeclaims`, {
      metadata: { name: 'late' },
      spec: { ...volume, volumeName: name, resources: { requests: { storage: '1Mi' } } },
    });
    await server.whenStatus(jobId, 'SUCCEEDED');
    const { eksAttempts = [] } = await describeJob(`${jobId}#0`);
    assert.match(eksAttempts[0]?.statusReason ?? '', /persistentvolumeclaim "late"/);
    await nothingIsLeft();
  });
});

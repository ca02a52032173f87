// Ordinary jobs from the SDK to a real cluster and back: an environment of EC2's kind whose tag
// names the cluster, definitions of one container and of several, secrets, and a job's role.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import {
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  type ContainerProperties,
  type EcsTaskProperties,
  type JobDetail,
  type RegisterJobDefinitionCommandInput,
  type TaskContainerProperties,
} from '@aws-sdk/client-batch';
import { account, computeResources, TestServer } from '../server.ts';
import { clusterSkip, startCluster, type Cluster } from './cluster.ts';
import { makeNamespace } from './pods.ts';
import { until } from '../until.ts';

/** Of three containers together a size that Fargate has, and that a small node holds. */
const sizes = [
  ['0.25', '512'],
  ['0.25', '512'],
  ['0.5', '1024'],
] as const;
const executionRoleArn = `arn:aws:iam::${account}:role/reads-secrets`;

describe('ordinary jobs on a cluster', { skip: clusterSkip() }, () => {
  const ends = new AsyncDisposableStack();
  let cluster: Cluster;
  let server: TestServer;
  let namespace: string;

  before(async () => {
    cluster = ends.use(await startCluster());
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
    const { batch } = server;
    const { subnets, securityGroupIds } = computeResources;
    for (const [name, resources] of [
      ['ec2', computeResources],
      ['fargate', { type: 'FARGATE', maxvCpus: 16, subnets, securityGroupIds }],
    ] as const) {
      await batch.send(
        new CreateComputeEnvironmentCommand({
          computeEnvironmentName: name,
          type: 'MANAGED',
          computeResources: resources,
          tags: { 'longshore:cluster': 'lab', 'longshore:namespace': namespace },
        }),
      );
      await batch.send(
        new CreateJobQueueCommand({
          jobQueueName: name,
          priority: 1,
          computeEnvironmentOrder: [{ order: 1, computeEnvironment: name }],
        }),
      );
    }
  });
  after(() => ends.disposeAsync());

  let count = 0;
  async function submit(
    jobQueue: 'ec2' | 'fargate',
    definition: Partial<RegisterJobDefinitionCommandInput>,
  ): Promise<string> {
    const jobDefinitionName = `d-${++count}`;
    await server.batch.send(
      new RegisterJobDefinitionCommand({ jobDefinitionName, type: 'container', ...definition }),
    );
    const { jobId = '' } = await server.batch.send(
      new SubmitJobCommand({
        jobName: 'n',
        jobQueue,
        jobDefinition: jobDefinitionName,
      }),
    );
    return jobId;
  }
  const ended = async (
    status: 'SUCCEEDED' | 'FAILED',
    container: Partial<ContainerProperties>,
  ): Promise<JobDetail> =>
    server.whenStatus(
      await submit('ec2', {
        containerProperties: {
          image: cluster.image,
          resourceRequirements: [
            { type: 'VCPU', value: '1' },
            { type: 'MEMORY', value: '64' },
          ],
          ...container,
        },
      }),
      status,
    );
  const task = (
    status: 'SUCCEEDED' | 'FAILED',
    more: Omit<EcsTaskProperties, 'containers'>,
    containers: readonly Omit<TaskContainerProperties, 'image'>[],
  ): Promise<JobDetail> =>
    submit('fargate', {
      platformCapabilities: ['FARGATE'],
      ecsProperties: {
        taskProperties: [
          {
            ...more,
            executionRoleArn,
            containers: containers.map((container, at) => ({
              ...container,
              image: cluster.image,
              resourceRequirements: [
                { type: 'VCPU', value: sizes[at]?.[0] },
                { type: 'MEMORY', value: sizes[at]?.[1] },
              ],
            })),
          },
        ],
      },
    }).then((jobId) => server.whenStatus(jobId, status));

  test('a container is a pod, and its exit code the job’s', async () => {
    const { container } = await ended('FAILED', {
      command: ['sh', '-c', 'test -n "$AWS_BATCH_JOB_ID" && exit 3'],
    });
    assert.equal(container?.exitCode, 3);
  });

  test('it has its volumes, its file system in memory and no way to the cluster', async () => {
    await ended('SUCCEEDED', {
      command: [
        'sh',
        '-c',
        'touch /data/x && df /fast | grep tmpfs && ! ls /var/run/secrets/kubernetes.io',
      ],
      readonlyRootFilesystem: true,
      volumes: [{ name: 'data' }],
      mountPoints: [{ sourceVolume: 'data', containerPath: '/data' }],
      linuxParameters: { tmpfs: [{ containerPath: '/fast', size: 16 }] },
    });
  });

  test('what a pod cannot be told fails it, by its name', async () => {
    const { container, statusReason } = await ended('FAILED', {
      command: ['true'],
      ulimits: [{ name: 'nofile', softLimit: 10, hardLimit: 10 }],
    });
    assert.equal(statusReason, 'Task failed to start');
    assert.match(container?.reason ?? '', /a Kubernetes cluster cannot give ulimits \(nofile\)/);
  });

  test('several containers start in their order, and share a network and volumes', async () => {
    const volumes = [{ name: 'data' }];
    const mountPoints = [{ sourceVolume: 'data', containerPath: '/data' }];
    const job = await task('SUCCEEDED', { volumes }, [
      {
        name: 'fetch',
        essential: false,
        command: ['sh', '-c', 'echo 42 > /data/answer'],
        mountPoints,
      },
      {
        name: 'serve',
        essential: false,
        stopTimeout: 2,
        command: ['sh', '-c', 'while true; do nc -l -p 5432 < /data/answer; done'],
        dependsOn: [{ containerName: 'fetch', condition: 'SUCCESS' }],
        mountPoints,
      },
      {
        name: 'ask',
        essential: true,
        command: ['sh', '-c', 'until nc 127.0.0.1 5432 | grep 42; do sleep 0.2; done'],
        dependsOn: [{ containerName: 'serve', condition: 'START' }],
      },
    ]);
    const containers = job.ecsProperties?.taskProperties?.[0]?.containers ?? [];
    assert.deepEqual(
      containers.map(({ name, exitCode }) => [name, name === 'serve' ? undefined : exitCode]),
      [
        ['fetch', 0],
        ['serve', undefined],
        ['ask', 0],
      ],
    );
  });

  test('where one that others wait for fails, none of them starts', async () => {
    const job = await task('FAILED', {}, [
      { name: 'fetch', essential: false, command: ['sh', '-c', 'exit 7'] },
      {
        name: 'work',
        essential: true,
        command: ['true'],
        dependsOn: [{ containerName: 'fetch', condition: 'SUCCESS' }],
      },
    ]);
    const [fetch, work] = job.ecsProperties?.taskProperties?.[0]?.containers ?? [];
    assert.equal(fetch?.exitCode, 7);
    assert.match(work?.reason ?? '', /^CannotStartContainerError: the container .* ended with 7/);
  });

  test('nothing of them is left', async () => {
    for (const kind of ['pods', 'secrets'])
      await until(`no ${kind} to be left`, async () => {
        const { items } = await cluster.api.get<{
          items: readonly { metadata: { name: string } }[];
        }>(`/api/v1/namespaces/${namespace}/${kind}`);
        return items.every(({ metadata }) => !metadata.name.startsWith('aws-batch.'));
      });
  });
});

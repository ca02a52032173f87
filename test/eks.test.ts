// AWS Batch on Amazon EKS from the SDK, up to where a cluster would be needed: an environment, its
// queue, definitions and what is said to a submission. Members that the SDK does not know yet come
// as other clients send them, in plain JSON.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
  GetJobQueueSnapshotCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
} from '@aws-sdk/client-batch';
import { PlainServer, signedBy } from './plain-server.ts';
import { account, computeResources, TestServer } from './server.ts';

const cluster = `arn:aws:eks:us-east-1:${account}:cluster/lab`;
const flags = ['--cluster', 'lab=kind-lab'];
const eksConfiguration = { eksClusterArn: cluster, kubernetesNamespace: 'batch' };
const environment = {
  computeEnvironmentName: 'pods',
  type: 'MANAGED',
  eksConfiguration,
  computeResources: { ...computeResources, allocationStrategy: 'BEST_FIT_PROGRESSIVE' },
} as const;
const container = {
  image: 'public.ecr.aws/amazonlinux/amazonlinux:2',
  command: ['sleep', '60'],
  resources: { limits: { cpu: '1', memory: '1024Mi' } },
};

describe('by the SDK', () => {
  let server: TestServer;
  before(async () => {
    server = await TestServer.start('fake', flags);
  });
  after(() => server[Symbol.asyncDispose]());

  it('an environment and a queue on EKS are made and shown', async () => {
    const { batch } = server;
    await assert.rejects(
      batch.send(
        new CreateComputeEnvironmentCommand({
          ...environment,
          eksConfiguration: { ...eksConfiguration, eksClusterArn: `${cluster}-2` },
        }),
      ),
      { name: 'ClientException', message: 'No cluster found for name: lab-2.' },
    );
    await batch.send(new CreateComputeEnvironmentCommand(environment));
    const { computeEnvironments } = await batch.send(
      new DescribeComputeEnvironmentsCommand({ computeEnvironments: ['pods'] }),
    );
    const [shown] = computeEnvironments ?? [];
    assert.equal(shown?.containerOrchestrationType, 'EKS');
    assert.deepEqual(shown?.eksConfiguration, eksConfiguration);
    assert.equal(shown?.ecsClusterArn, undefined);
    await batch.send(
      new CreateJobQueueCommand({
        jobQueueName: 'pods',
        priority: 1,
        jobQueueType: 'EKS',
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'pods' }],
      }),
    );
    const { jobQueues } = await batch.send(new DescribeJobQueuesCommand({ jobQueues: ['pods'] }));
    assert.equal(jobQueues?.[0]?.jobQueueType, 'EKS');
    const { queueUtilization } = await batch.send(
      new GetJobQueueSnapshotCommand({ jobQueue: 'pods' }),
    );
    assert.deepEqual(queueUtilization?.totalCapacityUsage, [{ capacityUnit: 'cpu', quantity: 0 }]);
  });

  it('a definition with a pod comes back, and its jobs wait for a node', async () => {
    const { batch } = server;
    const podProperties = {
      hostNetwork: false,
      containers: [{ ...container, env: [{ name: 'EMPTY', value: '' }] }],
      volumes: [{ name: 'scratch', emptyDir: {} }],
      metadata: { labels: { environment: 'test' } },
    };
    const { jobDefinitionArn } = await batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName: 'pods',
        type: 'container',
        eksProperties: { podProperties },
      }),
    );
    const { jobDefinitions } = await batch.send(
      new DescribeJobDefinitionsCommand({ jobDefinitions: [jobDefinitionArn as string] }),
    );
    assert.deepEqual(jobDefinitions?.[0]?.eksProperties, { podProperties });
    assert.equal(jobDefinitions?.[0]?.containerOrchestrationType, 'EKS');
    const submit = { jobName: 'n', jobQueue: 'pods', jobDefinition: 'pods' };
    await assert.rejects(
      batch.send(
        new SubmitJobCommand({
          ...submit,
          eksPropertiesOverride: { podProperties: { containers: [{ name: 'other' }] } },
        }),
      ),
      { message: /^Override for container named other is not a container in the containers/ },
    );
    const { jobId = '' } = await batch.send(new SubmitJobCommand(submit));
    // No kubeconfig has the cluster: its nodes are not known.
    assert.equal((await server.job(jobId)).status, 'RUNNABLE');
  });
});

it('members of newer models are kept and answered', async () => {
  await using server = await PlainServer.start({ flags });
  const ask = async <Answer>(operation: string, input: object): Promise<Answer> => {
    const { status, body } = await server.send({
      method: 'POST',
      path: `/v1/${operation.toLowerCase()}`,
      headers: signedBy(account, 'batch'),
      body: JSON.stringify(input),
    });
    assert.equal(status, 200, body);
    return JSON.parse(body) as Answer;
  };
  await ask('CreateComputeEnvironment', {
    ...environment,
    eksConfiguration: { ...eksConfiguration, accessEntry: { desiredState: 'ENABLED' } },
  });
  await ask('UpdateComputeEnvironment', {
    computeEnvironment: 'pods',
    eksConfiguration: { accessEntry: { desiredState: 'DISABLED' } },
  });
  const { computeEnvironments } = await ask<{ computeEnvironments: [object] }>(
    'DescribeComputeEnvironments',
    {},
  );
  assert.partialDeepStrictEqual(computeEnvironments[0], {
    eksConfiguration: { accessEntry: { desiredState: 'DISABLED', status: 'INACTIVE' } },
  });
  const eksProperties = {
    podProperties: {
      containers: [
        {
          ...container,
          securityContext: {
            capabilities: { add: [], drop: ['ALL'] },
            seccompProfile: { type: 'RuntimeDefault' },
          },
        },
      ],
      securityContext: { fsGroup: 100, runAsNonRoot: true },
    },
  };
  await ask('RegisterJobDefinition', { jobDefinitionName: 'd', type: 'container', eksProperties });
  const { jobDefinitions } = await ask<{ jobDefinitions: [object] }>('DescribeJobDefinitions', {});
  assert.partialDeepStrictEqual(jobDefinitions[0], { eksProperties });
});

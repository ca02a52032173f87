// Jobs on Amazon EKS from the SDK to a real cluster and back: a server that is told of one takes
// its nodes for the environment's hosts, and runs there what the environment's queue has.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
} from '@aws-sdk/client-batch';
import { account, computeResources, TestServer } from '../server.ts';
import { clusterSkip, startCluster } from './cluster.ts';
import { makeNamespace } from './pods.ts';

const arn = `arn:aws:eks:us-east-1:${account}:cluster/lab`;

test('a job runs on a node of the cluster', { skip: clusterSkip() }, async () => {
  await using cluster = await startCluster();
  await using namespace = await makeNamespace(cluster.api);
  const config = JSON.parse(readFileSync(cluster.kubeconfig, 'utf8')) as {
    'current-context': string;
  };
  const before = process.env['KUBECONFIG'];
  process.env['KUBECONFIG'] = cluster.kubeconfig;
  try {
    await using server = await TestServer.start('fake', [
      '--cluster',
      `lab=${config['current-context']}`,
    ]);
    const { batch } = server;
    await batch.send(
      new CreateComputeEnvironmentCommand({
        computeEnvironmentName: 'pods',
        type: 'MANAGED',
        eksConfiguration: { eksClusterArn: arn, kubernetesNamespace: namespace.name },
        computeResources: { ...computeResources, allocationStrategy: 'BEST_FIT_PROGRESSIVE' },
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
    await batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName: 'pods',
        type: 'container',
        eksProperties: {
          podProperties: {
            hostNetwork: false,
            containers: [
              {
                image: cluster.image,
                imagePullPolicy: 'IfNotPresent',
                command: ['sh', '-c', 'echo from $AWS_BATCH_JOB_ID; exit 3'],
                resources: { limits: { cpu: '0.25', memory: '64Mi' } },
              },
            ],
          },
        },
      }),
    );
    const { jobId = '' } = await batch.send(
      new SubmitJobCommand({ jobName: 'n', jobQueue: 'pods', jobDefinition: 'pods' }),
    );
    const ended = await server.whenStatus(jobId, 'FAILED');
    const pod = ended.eksProperties?.podProperties;
    assert.equal(pod?.containers?.[0]?.exitCode, 3);
    assert.match(pod?.podName ?? '', /^aws-batch\./);
    assert.match(pod?.nodeName ?? '', /^\S+$/);
  } finally {
    if (before === undefined) delete process.env['KUBECONFIG'];
    else process.env['KUBECONFIG'] = before;
  }
});

// Ordinary environments whose capacity is a Kubernetes cluster, from the AWS CLI and the SDK, up to
// where a cluster would be needed: no node is ever heard of, and jobs wait for one.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DescribeComputeEnvironmentsCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  TagResourceCommand,
} from '@aws-sdk/client-batch';
import { AwsCli } from './aws-cli.ts';
import { requirement } from './requirement.ts';
import { account, computeResources, TestServer } from './server.ts';
import { until } from './until.ts';

const cluster = `arn:aws:eks:us-east-1:${account}:cluster/lab`;

describe('an environment on a cluster', () => {
  let server: TestServer;
  before(async () => {
    server = await TestServer.start('fake', ['--cluster', 'lab=kind-lab']);
  });
  after(() => server[Symbol.asyncDispose]());

  it('is made by the SDK with a tag, which is there for good', async () => {
    const { batch } = server;
    const request = {
      computeEnvironmentName: 'pods',
      type: 'MANAGED',
      computeResources,
      tags: { 'longshore:cluster': cluster },
    } as const;
    await assert.rejects(
      batch.send(
        new CreateComputeEnvironmentCommand({ ...request, tags: { 'longshore:cluster': 'prod' } }),
      ),
      { name: 'ClientException', message: 'No cluster found for name: prod.' },
    );
    const { computeEnvironmentArn: resourceArn } = await batch.send(
      new CreateComputeEnvironmentCommand(request),
    );
    const { computeEnvironments } = await batch.send(new DescribeComputeEnvironmentsCommand({}));
    const [shown] = computeEnvironments ?? [];
    assert.equal(shown?.containerOrchestrationType, 'ECS');
    assert.match(shown?.statusReason ?? '', /pods on nodes that cluster lab has/);
    await assert.rejects(
      batch.send(new TagResourceCommand({ resourceArn, tags: { 'longshore:cluster': 'lab' } })),
      /is read when a compute environment is created/,
    );
  });

  it(
    'is made by the AWS CLI, of Fargate’s kind',
    { skip: requirement('awscli').skip },
    async () => {
      const aws = new AwsCli(server);
      const resources = JSON.stringify({
        type: 'FARGATE',
        maxvCpus: 64,
        subnets: ['subnet-00000000'],
        securityGroupIds: ['sg-00000000'],
      });
      const { code, stderr } = await aws.run`batch create-compute-environment
      --compute-environment-name lab --type MANAGED --compute-resources ${resources}
      --tags longshore:cluster=lab,longshore:namespace=batch`;
      assert.equal(code, 0, stderr);
    },
  );

  it('has jobs that wait for a node, though this machine has room', async () => {
    const { batch } = server;
    await batch.send(
      new CreateJobQueueCommand({
        jobQueueName: 'pods',
        priority: 1,
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'pods' }],
      }),
    );
    await batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName: 'd',
        type: 'container',
        containerProperties: {
          image: 'busybox',
          resourceRequirements: [
            { type: 'VCPU', value: '1' },
            { type: 'MEMORY', value: '64' },
          ],
        },
      }),
    );
    const { jobId = '' } = await batch.send(
      new SubmitJobCommand({ jobName: 'n', jobQueue: 'pods', jobDefinition: 'd' }),
    );
    const words = 'waiting for a node: the cluster of compute environment pods has none';
    await until('the job says what it waits for', async () =>
      (await server.job(jobId)).statusReason?.startsWith(words),
    );
  });
});

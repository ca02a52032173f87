// Amazon ECS Managed Instances from the SDK: an environment, its queue, and a job of it from its
// definition to its end, on an instance that EC2 and ECS show.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  UpdateComputeEnvironmentCommand,
  type RegisterJobDefinitionCommandInput,
} from '@aws-sdk/client-batch';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeClustersCommand, DescribeTasksCommand, ECSClient } from '@aws-sdk/client-ecs';
import { TestServer, usersEngine } from './server.ts';
import { until } from './until.ts';

const here = process.arch === 'arm64' ? 'ARM64' : 'X86_64';
const other = here === 'ARM64' ? 'X86_64' : 'ARM64';
const family = here === 'ARM64' ? 'm6g' : 'm5';

test('a job runs on managed instances, which are shown, tagged and ended', async () => {
  await using server = await TestServer.start(usersEngine());
  const { batch } = server;
  const computeResources = {
    type: 'ECS_MANAGED_INSTANCES',
    maxvCpus: 2,
    capacityTags: { team: 'blue' },
    managedInstancesProvider: {
      infrastructureRoleArn: 'arn:aws:iam::111111111111:role/ecsInfrastructureRole',
      propagateTags: 'CAPACITY_PROVIDER',
      infrastructureOptimization: { scaleInAfter: -1 },
      instanceLaunchTemplate: {
        ec2InstanceProfileArn: 'arn:aws:iam::000000000000:instance-profile/ecsInstanceRole',
        networkConfiguration: { subnets: ['subnet-00000000'], securityGroups: ['sg-00000000'] },
        instanceRequirements: { allowedInstanceTypes: [`${family}.xlarge`] },
      },
    },
  } as const;
  await batch.send(
    new CreateComputeEnvironmentCommand({
      computeEnvironmentName: 'managed',
      type: 'MANAGED',
      ecsSettings: { containerInsights: 'ENHANCED' },
      // The SDK's types want the networks of other environments.
      computeResources: { ...computeResources, subnets: undefined } as never,
    }),
  );
  await batch.send(
    new CreateJobQueueCommand({
      jobQueueName: 'managed',
      priority: 1,
      jobQueueType: 'ECS_MANAGED_INSTANCES',
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'managed' }],
    }),
  );
  const { jobQueues } = await batch.send(new DescribeJobQueuesCommand({ jobQueues: ['managed'] }));
  assert.equal(jobQueues?.[0]?.jobQueueType, 'ECS_MANAGED_INSTANCES');
  const shown = async () => {
    const described = new DescribeComputeEnvironmentsCommand({ computeEnvironments: ['managed'] });
    return (await batch.send(described)).computeEnvironments?.[0];
  };
  assert.deepEqual((await shown())?.computeResources, computeResources);
  assert.deepEqual((await shown())?.ecsSettings, { containerInsights: 'ENHANCED' });

  const definition = (
    name: string,
    cpuArchitecture: string,
    vcpus = '1',
  ): RegisterJobDefinitionCommandInput => ({
    jobDefinitionName: name,
    type: 'container',
    platformCapabilities: ['MANAGED_INSTANCES'],
    ecsProperties: {
      taskProperties: [
        {
          networkMode: 'host',
          runtimePlatform: { cpuArchitecture, operatingSystemFamily: 'LINUX' },
          containers: [
            {
              name: 'main',
              image: server.image,
              command: ['sh', '-c', 'echo managed'],
              resourceRequirements: [
                { type: 'VCPU', value: vcpus },
                { type: 'MEMORY', value: '64' },
              ],
            },
          ],
        },
      ],
    },
  });
  const submit = async (input: RegisterJobDefinitionCommandInput): Promise<string> => {
    const { revision } = await batch.send(new RegisterJobDefinitionCommand(input));
    const name = input.jobDefinitionName ?? '';
    const jobDefinition = `${name}:${revision}`;
    const described = await batch.send(
      new DescribeJobDefinitionsCommand({ jobDefinitions: [jobDefinition] }),
    );
    assert.deepEqual(described.jobDefinitions?.[0]?.platformCapabilities, ['MANAGED_INSTANCES']);
    const { jobId } = await batch.send(
      new SubmitJobCommand({ jobName: name, jobQueue: 'managed', jobDefinition }),
    );
    return jobId ?? '';
  };

  const job = await server.whenEnded(await submit(definition('one', here)));
  assert.equal(job.status, 'SUCCEEDED', job.statusReason);
  assert.deepEqual(job.platformCapabilities, ['MANAGED_INSTANCES']);
  const task = job.ecsProperties?.taskProperties?.[0];
  assert.deepEqual([task?.networkMode, task?.containers?.[0]?.exitCode], ['host', 0]);

  const ecs = new ECSClient(server.clientOptions());
  const cluster = (await shown())?.ecsClusterArn;
  const { tasks } = await ecs.send(
    new DescribeTasksCommand({ cluster, tasks: [task?.taskArn ?? ''] }),
  );
  assert.equal(tasks?.[0]?.launchType, 'MANAGED_INSTANCES');
  const { clusters } = await ecs.send(new DescribeClustersCommand({ clusters: [cluster ?? ''] }));
  assert.deepEqual(clusters?.[0]?.settings, [{ name: 'containerInsights', value: 'enhanced' }]);
  ecs.destroy();
  const ec2 = new EC2Client(server.clientOptions());
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({}));
  const [instance] = Reservations?.flatMap(({ Instances = [] }) => Instances) ?? [];
  assert.equal(instance?.InstanceType, `${family}.xlarge`);
  assert.deepEqual(
    instance.Tags?.find(({ Key }) => Key === 'team'),
    { Key: 'team', Value: 'blue' },
  );

  // Four vCPUs of the instance are free, and jobs may ask for two at once.
  const large = await submit(definition('large', here, '3'));
  await until(
    () => 'the job to be larger than maxvCpus',
    async () =>
      ((await server.job(large)).statusReason ?? '').startsWith(
        'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX',
      ),
  );
  const foreign = await submit(definition('foreign', other));
  await until(
    () => 'the job to be for another architecture',
    async () =>
      /the job is for (arm64|x86_64)/.test((await server.job(foreign)).statusReason ?? ''),
  );
  await batch.send(
    new UpdateComputeEnvironmentCommand({
      computeEnvironment: 'managed',
      computeResources: {
        maxvCpus: 4,
        managedInstancesProvider: { infrastructureOptimization: { scaleInAfter: 0 } },
      },
    }),
  );
  assert.equal((await server.whenEnded(large)).status, 'SUCCEEDED');
  await until(
    () => 'the idle instance to end',
    async () => {
      const found = await ec2.send(new DescribeInstancesCommand({}));
      const states = found.Reservations?.flatMap(({ Instances = [] }) =>
        Instances.map(({ State }) => State?.Name),
      );
      return states?.every((state) => state === 'terminated');
    },
  );
  ec2.destroy();
  await assert.rejects(
    batch.send(
      new SubmitJobCommand({
        jobName: 'x',
        jobQueue: 'managed',
        jobDefinition: await server.register('plain', {}),
      }),
    ),
    /is for EC2, and job queue managed has MANAGED_INSTANCES compute environments/,
  );
});

// SubmitJob: what the request alone is refused for, and what goes to core.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SubmitJobCommandInput, TaskContainerOverrides } from '@aws-sdk/client-batch';
import { jobId } from '../../../base/ids.ts';
import { createComputeEnvironment } from '../compute-environment/create-compute-environment.ts';
import { createJobQueue } from '../job-queue/create-job-queue.ts';
import { ec2Resources } from '../../../../test/house/batch-requests.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { registerJobDefinition } from '../job-definition/register-job-definition.ts';
import { submitJob } from './submit-job.ts';

async function rigWithQueue(): Promise<Rig> {
  const rig = await Rig.bare();
  await rig.call(createComputeEnvironment, {
    computeEnvironmentName: 'ce',
    type: 'MANAGED',
    computeResources: ec2Resources,
  });
  await rig.call(createJobQueue, {
    jobQueueName: 'q',
    priority: 1,
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'ce' }],
  });
  const fargateResources = {
    type: 'FARGATE' as const,
    maxvCpus: 4,
    subnets: ['subnet-12345678'],
    securityGroupIds: ['sg-12345678'],
  };
  await rig.call(createComputeEnvironment, {
    computeEnvironmentName: 'fce',
    type: 'MANAGED',
    computeResources: fargateResources,
  });
  await rig.call(createJobQueue, {
    jobQueueName: 'fq',
    priority: 1,
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'fce' }],
  });
  await rig.call(registerJobDefinition, {
    jobDefinitionName: 'd',
    type: 'container',
    containerProperties: { image: 'busybox', vcpus: 1, memory: 64 },
    tags: Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`d${index}`, ''])),
  });
  const fargate = {
    image: 'busybox',
    executionRoleArn: 'execution',
    resourceRequirements: [
      { type: 'VCPU' as const, value: '0.25' },
      { type: 'MEMORY' as const, value: '512' },
    ],
  };
  await rig.call(registerJobDefinition, {
    jobDefinitionName: 'f',
    type: 'container',
    containerProperties: fargate,
    platformCapabilities: ['FARGATE'],
  });
  const inTask = (name: string) => ({
    name,
    image: 'busybox',
    command: ['echo', 'Ref::word'],
    resourceRequirements: fargate.resourceRequirements.map((one) =>
      one.type === 'VCPU' ? { ...one, value: '1' } : { ...one, value: '2048' },
    ),
  });
  const taskProperties = [
    { containers: [inTask('a'), inTask('b')], executionRoleArn: 'execution' },
  ];
  for (const [jobDefinitionName, platform] of [
    ['t', 'EC2'],
    ['ft', 'FARGATE'],
  ] as const)
    await rig.call(registerJobDefinition, {
      jobDefinitionName,
      type: 'container',
      ecsProperties: { taskProperties },
      platformCapabilities: [platform],
      parameters: { word: 'hi' },
    });
  return rig;
}

const taskOverride = (
  jobDefinition: string,
  ...containers: TaskContainerOverrides[]
): Partial<SubmitJobCommandInput> => ({
  jobDefinition,
  ecsPropertiesOverride: { taskProperties: [{ containers }] },
});

const job = (more: Partial<SubmitJobCommandInput> = {}): SubmitJobCommandInput => ({
  jobName: 'job',
  jobQueue: 'q',
  jobDefinition: 'd',
  ...more,
});

const taken: [string, Partial<SubmitJobCommandInput>][] = [
  ['the least', {}],
  ['a definition by revision', { jobDefinition: 'd:1' }],
  [
    'a definition by ARN without a revision',
    { jobDefinition: 'arn:aws:batch:eu-west-1:123456789012:job-definition/d' },
  ],
  [
    'an array whose children go one after the other',
    { arrayProperties: { size: 2 }, dependsOn: [{ type: 'SEQUENTIAL' }] },
  ],
  [
    'what Nextflow sends to a FIFO queue',
    {
      schedulingPriorityOverride: 5,
      tags: { 'nextflow.io/runName': 'x' },
      propagateTags: true,
      consumableResourcePropertiesOverride: { consumableResourceList: [] },
    },
  ],
  [
    'overrides in the new form over a definition in the old',
    {
      containerOverrides: {
        resourceRequirements: [
          { type: 'VCPU', value: '2' },
          { type: 'MEMORY', value: '128' },
        ],
        environment: [{ name: 'A', value: 'x' }],
        command: ['true'],
      },
    },
  ],
  [
    'another size of Fargate',
    {
      jobQueue: 'fq',
      jobDefinition: 'f',
      containerOverrides: {
        resourceRequirements: [
          { type: 'VCPU', value: '0.5' },
          { type: 'MEMORY', value: '1024' },
        ],
      },
    },
  ],
  ['Metaflow: parameter keys with dots', { parameters: { 'metaflow.user': 'me' } }],
];

for (const [title, more] of taken) {
  test(`SubmitJob takes ${title}`, async () => {
    const rig = await rigWithQueue();
    const reply = await rig.call(submitJob, job(more));
    assert.match(reply.jobId ?? '', /^[0-9a-f-]{36}$/);
    assert.equal(reply.jobName, 'job');
    assert.equal(reply.jobArn, `arn:aws:batch:eu-west-1:123456789012:job/${reply.jobId}`);
  });
}

const wrong: [string, Partial<SubmitJobCommandInput>, RegExp][] = [
  ['a name that begins with a hyphen', { jobName: '-a' }, /jobName/],
  ['an empty queue', { jobQueue: '' }, /jobQueue must be provided/],
  ['an unknown queue', { jobQueue: 'x' }, /Job queue x does not exist/],
  ['an unknown definition', { jobDefinition: 'x' }, /x does not exist/],
  ['an array of 1', { arrayProperties: { size: 1 } }, /arrayProperties.size/],
  ['an array of 10001', { arrayProperties: { size: 10_001 } }, /arrayProperties.size/],
  [
    '21 dependencies',
    { dependsOn: Array.from({ length: 21 }, () => ({ jobId: 'x' })) },
    /dependsOn/,
  ],
  ['a dependency on nothing', { dependsOn: [{}] }, /dependsOn.jobId must be provided/],
  [
    'N_TO_N of a single job',
    { dependsOn: [{ type: 'N_TO_N', jobId: 'x' }] },
    /only for array jobs/,
  ],
  [
    'N_TO_N without a job',
    { arrayProperties: { size: 2 }, dependsOn: [{ type: 'N_TO_N' }] },
    /must have a jobId/,
  ],
  [
    'SEQUENTIAL with a job',
    { arrayProperties: { size: 2 }, dependsOn: [{ type: 'SEQUENTIAL', jobId: 'x' }] },
    /must not have a jobId/,
  ],
  [
    'an unknown type of dependency',
    { arrayProperties: { size: 2 }, dependsOn: [{ type: 'ALL' as never }] },
    /dependsOn.type must be one of/,
  ],
  [
    'an empty word in the command',
    { containerOverrides: { command: ['echo', ''] } },
    /empty string/,
  ],
  [
    'a reserved variable',
    { containerOverrides: { environment: [{ name: 'AWS_BATCH_X', value: '1' }] } },
    /AWS_BATCH_X/,
  ],
  ['no memory', { containerOverrides: { memory: 3 } }, /memory/],
  ['negative vcpus', { containerOverrides: { vcpus: -1 } }, /vcpus/],
  [
    'half a vCPU on EC2',
    { containerOverrides: { resourceRequirements: [{ type: 'VCPU', value: '0.5' }] } },
    /VCPU must be a whole number/,
  ],
  [
    'vcpus on Fargate',
    { jobDefinition: 'f', containerOverrides: { vcpus: 1 } },
    /not supported on Fargate/,
  ],
  [
    'memory that does not go with the vCPUs of Fargate',
    {
      jobDefinition: 'f:1',
      containerOverrides: { resourceRequirements: [{ type: 'MEMORY', value: '4096' }] },
    },
    /no size of 0.25 vCPU with 4096 MiB/,
  ],
  [
    'a definition for EC2 in a queue of Fargate',
    { jobQueue: 'fq' },
    /d:1 is for EC2, and job queue fq has FARGATE/,
  ],
  [
    'a definition for Fargate in a queue of EC2',
    { jobDefinition: 'f' },
    /f:1 is for FARGATE, and job queue q has EC2/,
  ],
  ['an instance type', { containerOverrides: { instanceType: 'm5.large' } }, /only for multi-node/],
  ['a share identifier on a FIFO queue', { shareIdentifier: 'a' }, /fair-share/],
  ['priority 10000', { schedulingPriorityOverride: 10_000 }, /schedulingPriorityOverride/],
  ['a timeout of 59 seconds', { timeout: { attemptDurationSeconds: 59 } }, /at least 60/],
  ['no attempts', { retryStrategy: { attempts: 0 } }, /attempts/],
  [
    'node overrides',
    { nodeOverrides: { numNodes: 2 } },
    /nodeOverrides is only for multi-node parallel jobs/,
  ],
  [
    'EKS overrides',
    { eksPropertiesOverride: { podProperties: { containers: [{ image: 'busybox' }] } } },
    /eksPropertiesOverride should not be set for jobs with containerProperties: use containerOverrides/,
  ],
  [
    'task overrides of a job with one container',
    { ecsPropertiesOverride: { taskProperties: [{ containers: [{ name: 'default' }] }] } },
    /ecsPropertiesOverride should not be set for jobs with containerProperties/,
  ],
  [
    'container overrides of a job with a task',
    { jobDefinition: 't', containerOverrides: { command: ['true'] } },
    /Container overrides should not be set for jobs with ecsProperties/,
  ],
  [
    'two task overrides',
    { jobDefinition: 't', ecsPropertiesOverride: { taskProperties: [{}, {}] } },
    /taskProperties must have 0 to 1 entries/,
  ],
  [
    'overrides of a container that the task does not have',
    taskOverride('t', { name: 'x' }),
    /^Override for container named x is not a container in the TaskDefinition\.$/,
  ],
  ['overrides of no container', taskOverride('t', {}), /containers\[0\]\.name must be provided/],
  [
    'overrides of a container twice',
    taskOverride('t', { name: 'a' }, { name: 'a' }),
    /two containers have the name a/,
  ],
  [
    'an empty word in the command of one of several containers',
    taskOverride('t', { name: 'a', command: [''] }),
    /taskProperties\[0\]\.containers\[0\]\.command must not hold an empty string/,
  ],
  [
    'a placeholder without a value in one of several containers',
    taskOverride('t', { name: 'b', command: ['Ref::none'] }),
    /No parameter found for reference none/,
  ],
  [
    'half a vCPU on EC2 for one of several containers',
    taskOverride('t', { name: 'a', resourceRequirements: [{ type: 'VCPU', value: '0.5' }] }),
    /VCPU must be a whole number/,
  ],
  [
    'a task that is no size of Fargate any more',
    {
      jobQueue: 'fq',
      ...taskOverride('ft', { name: 'a', resourceRequirements: [{ type: 'VCPU', value: '2' }] }),
    },
    /Fargate has no size of 3 vCPU/,
  ],
  [
    'a consumable resource without a name',
    { consumableResourcePropertiesOverride: { consumableResourceList: [{}] } },
    /consumableResource must be provided/,
  ],
  [
    'a consumable resource that nobody made',
    {
      consumableResourcePropertiesOverride: {
        consumableResourceList: [{ consumableResource: 'r', quantity: 1 }],
      },
    },
    /Consumable resource r does not exist/,
  ],
];

for (const [title, more, message] of wrong) {
  test(`SubmitJob refuses ${title}`, async () => {
    const rig = await rigWithQueue();
    await assert.rejects(rig.call(submitJob, job(more)), { name: 'ClientException', message });
    assert.equal(rig.control.world.jobs.size, 0);
  });
}

test('propagated tags of both together that are too many fail the job', async () => {
  const rig = await rigWithQueue();
  const tags = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`j${index}`, '']));
  const { jobId: id = '' } = await rig.call(
    submitJob,
    job({ tags, propagateTags: true, jobDefinition: 'd:1' }),
  );
  assert.equal(rig.store.job(jobId(id)).status, 'FAILED');
});

// The four job queue operations, with real rules and a queue's jobs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  ComputeResource,
  CreateJobQueueCommandInput,
  UpdateJobQueueCommandInput,
} from '@aws-sdk/client-batch';
import { attemptId, hostId, jobId } from '../../../base/ids.ts';
import { createComputeEnvironment } from '../compute-environment/create-compute-environment.ts';
import { createJobQueue } from './create-job-queue.ts';
import { deleteJobQueue } from './delete-job-queue.ts';
import { describeJobQueues } from './describe-job-queues.ts';
import { context, ec2Resources, FakeDeps, scope } from '../../../../test/house/batch-deps.ts';
import { registerJobDefinition } from '../job-definition/register-job-definition.ts';
import { submitJob } from '../job/submit-job.ts';
import { terminateJob } from '../job/terminate-job.ts';
import { updateComputeEnvironment } from '../compute-environment/update-compute-environment.ts';
import { updateJobQueue } from './update-job-queue.ts';

const ec2 = (instanceType = 'optimal', more: Partial<ComputeResource> = {}): ComputeResource => ({
  ...ec2Resources,
  subnets: ['subnet-1'],
  securityGroupIds: ['sg-1'],
  instanceTypes: [instanceType],
  ...more,
});
const fargate: ComputeResource = {
  type: 'FARGATE',
  maxvCpus: 16,
  subnets: ['subnet-1'],
  securityGroupIds: ['sg-1'],
};

async function depsWithEnvironments(): Promise<FakeDeps> {
  const deps = new FakeDeps();
  const environments: Record<string, ComputeResource> = {
    a: ec2(),
    b: ec2('m5'),
    c: ec2(),
    d: ec2(),
    arm: ec2('m6g.large'),
    fargate,
  };
  for (const [computeEnvironmentName, computeResources] of Object.entries(environments))
    await deps.call(createComputeEnvironment, {
      computeEnvironmentName,
      type: 'MANAGED',
      computeResources,
    });
  return deps;
}

const order = (...names: string[]) =>
  names.map((computeEnvironment, index) => ({ order: index, computeEnvironment }));
const arnOf = (name: string): string =>
  `arn:aws:batch:eu-west-1:123456789012:compute-environment/${name}`;
const queue = (more: Partial<CreateJobQueueCommandInput> = {}): CreateJobQueueCommandInput => ({
  jobQueueName: 'q',
  priority: 1,
  computeEnvironmentOrder: order('a'),
  ...more,
});

async function described(deps: FakeDeps) {
  return (await deps.call(describeJobQueues, { jobQueues: ['q'] })).jobQueues?.[0];
}

test('a queue comes back with the ARNs of its environments and the order numbers that were given', async () => {
  const deps = await depsWithEnvironments();
  const given = [
    { order: 20, computeEnvironment: arnOf('b') },
    { order: 10, computeEnvironment: 'a' },
  ];
  const created = await deps.call(
    createJobQueue,
    queue({ computeEnvironmentOrder: given, tags: { team: 'blue' } }),
  );
  assert.deepEqual(created, {
    jobQueueName: 'q',
    jobQueueArn: 'arn:aws:batch:eu-west-1:123456789012:job-queue/q',
  });
  assert.deepEqual(await described(deps), {
    jobQueueName: 'q',
    jobQueueArn: created.jobQueueArn,
    state: 'ENABLED',
    status: 'VALID',
    statusReason: 'JobQueue Healthy',
    priority: 1,
    computeEnvironmentOrder: [
      { order: 10, computeEnvironment: arnOf('a') },
      { order: 20, computeEnvironment: arnOf('b') },
    ],
    serviceEnvironmentOrder: [],
    schedulingPolicyArn: undefined,
    jobQueueType: 'ECS',
    tags: { team: 'blue' },
    jobStateTimeLimitActions: [],
  });
});

const action = {
  reason: 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT',
  state: 'RUNNABLE',
  maxTimeSeconds: 600,
  action: 'CANCEL',
} as const;

const wrong: [string, Partial<CreateJobQueueCommandInput>, RegExp][] = [
  ['no environments', { computeEnvironmentOrder: undefined }, /1 to 3 compute environments/],
  ['four environments', { computeEnvironmentOrder: order('a', 'b', 'c', 'd') }, /it holds 4/],
  ['an environment twice', { computeEnvironmentOrder: order('a', 'a') }, /stands twice/],
  [
    'an unknown environment',
    { computeEnvironmentOrder: order('x') },
    /Compute environment x does not exist/,
  ],
  ['Fargate beside EC2', { computeEnvironmentOrder: order('a', 'fargate') }, /cannot be mixed/],
  ['two architectures', { computeEnvironmentOrder: order('a', 'arm') }, /same architecture/],
  [
    'another type than its environments make',
    { jobQueueType: 'ECS_FARGATE' },
    /jobQueueType is ECS_FARGATE/,
  ],
  ['an EKS queue', { jobQueueType: 'EKS' }, /jobQueueType EKS is not supported by Longshore yet/],
  ['an unknown type', { jobQueueType: 'X' as never }, /jobQueueType must be one of/],
  ['a negative priority', { priority: -1 }, /priority/],
  ['an unknown state', { state: 'X' as never }, /state must be one of/],
  ['a bad name', { jobQueueName: 'a.b' }, /jobQueueName/],
  [
    'an unknown scheduling policy',
    { schedulingPolicyArn: 'arn:aws:batch:eu-west-1:123456789012:scheduling-policy/p' },
    /Scheduling policy arn:.* does not exist/,
  ],
  [
    'service environments',
    { serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: 's' }] },
    /serviceEnvironmentOrder is not supported by Longshore yet/,
  ],
  [
    'a time limit of 599 seconds',
    { jobStateTimeLimitActions: [{ ...action, maxTimeSeconds: 599 }] },
    /maxTimeSeconds/,
  ],
  [
    'a time limit that terminates',
    { jobStateTimeLimitActions: [{ ...action, action: 'TERMINATE' }] },
    /action must be CANCEL/,
  ],
  [
    'a time limit of another state',
    { jobStateTimeLimitActions: [{ ...action, state: 'RUNNING' as never }] },
    /state must be one of/,
  ],
  [
    'a time limit for an unknown reason',
    { jobStateTimeLimitActions: [{ ...action, reason: 'X' }] },
    /reason must be one of/,
  ],
];

for (const [title, more, message] of wrong) {
  test(`CreateJobQueue refuses ${title}`, async () => {
    const deps = await depsWithEnvironments();
    await assert.rejects(deps.call(createJobQueue, queue(more)), {
      name: 'ClientException',
      message,
    });
    assert.equal(deps.world.jobQueues.size, 0);
  });
}

test('a queue name is given once', async () => {
  const deps = await depsWithEnvironments();
  await deps.call(createJobQueue, queue());
  await assert.rejects(deps.call(createJobQueue, queue()), {
    status: 409,
    message: 'Object already exists',
  });
});

const updates: {
  title: string;
  update: Omit<UpdateJobQueueCommandInput, 'jobQueue'>;
  gives?: Record<string, unknown>;
  refused?: RegExp;
}[] = [
  {
    title: 'priority and state',
    update: { priority: 7, state: 'DISABLED' },
    gives: { priority: 7, state: 'DISABLED', jobStateTimeLimitActions: [action] },
  },
  {
    title: 'environments',
    update: { computeEnvironmentOrder: [{ order: 5, computeEnvironment: 'b' }] },
    gives: {
      computeEnvironmentOrder: [{ order: 5, computeEnvironment: arnOf('b') }],
      status: 'VALID',
    },
  },
  {
    title: 'an empty list clears the time limits',
    update: { jobStateTimeLimitActions: [] },
    gives: { jobStateTimeLimitActions: [] },
  },
  { title: 'no environments', update: { computeEnvironmentOrder: [] }, refused: /1 to 3/ },
  {
    title: 'from EC2 to Fargate',
    update: { computeEnvironmentOrder: order('fargate') },
    refused: /cannot become one of type ECS_FARGATE/,
  },
  {
    title: 'a scheduling policy on a FIFO queue',
    update: { schedulingPolicyArn: 'arn:aws:batch:eu-west-1:123456789012:scheduling-policy/p' },
    refused: /FIFO/,
  },
];

for (const { title, update, gives, refused } of updates) {
  test(`UpdateJobQueue ${refused ? 'refuses' : 'takes'}: ${title}`, async () => {
    const deps = await depsWithEnvironments();
    const { jobQueueArn } = await deps.call(
      createJobQueue,
      queue({ jobStateTimeLimitActions: [action] }),
    );
    const call = deps.call(updateJobQueue, { jobQueue: jobQueueArn, ...update });
    if (refused) return assert.rejects(call, { name: 'ClientException', message: refused });
    assert.deepEqual(await call, { jobQueueName: 'q', jobQueueArn });
    const after = await described(deps);
    for (const [member, value] of Object.entries(gives ?? {}))
      assert.deepEqual(after?.[member as keyof typeof after], value, member);
    return undefined;
  });
}

test('an environment of a queue cannot change its architecture under it', async () => {
  const deps = await depsWithEnvironments();
  await deps.call(createComputeEnvironment, {
    computeEnvironmentName: 'e',
    type: 'MANAGED',
    computeResources: ec2('m5', { allocationStrategy: 'BEST_FIT_PROGRESSIVE' }),
  });
  await deps.call(createJobQueue, queue({ computeEnvironmentOrder: order('a', 'e') }));
  await assert.rejects(
    deps.call(updateComputeEnvironment, {
      computeEnvironment: 'e',
      computeResources: { instanceTypes: ['m6g'] },
    }),
    /same architecture/,
  );
});

test('unknown queues: 404 and a text that says so', async () => {
  const deps = new FakeDeps();
  for (const call of [
    deps.call(updateJobQueue, { jobQueue: 'q' }),
    deps.call(deleteJobQueue, { jobQueue: 'q' }),
  ]) {
    await assert.rejects(call, {
      name: 'ClientException',
      status: 404,
      message: 'Job queue q does not exist',
    });
  }
  assert.deepEqual((await deps.call(describeJobQueues, { jobQueues: ['q'] })).jobQueues, []);
});

async function depsWithJobs(): Promise<{ deps: FakeDeps; single: string; array: string }> {
  const deps = await depsWithEnvironments();
  deps.world.apply({
    type: 'host-stored',
    host: {
      kind: 'machine',
      id: hostId('0'.repeat(32)),
      title: 'this machine',
      capacity: { milliVcpu: 8000, memoryMib: 8000, gpus: 0 },
    },
  });
  await deps.call(createJobQueue, queue());
  await deps.call(registerJobDefinition, {
    jobDefinitionName: 'd',
    type: 'container',
    containerProperties: { image: 'busybox', vcpus: 1, memory: 64 },
  });
  const { jobId: single = '' } = await deps.call(submitJob, {
    jobName: 'single',
    jobQueue: 'q',
    jobDefinition: 'd',
  });
  const { jobId: array = '' } = await deps.call(submitJob, {
    jobName: 'array',
    jobQueue: 'q',
    jobDefinition: 'd',
    arrayProperties: { size: 3 },
  });
  return { deps, single, array };
}

test('a queue is deleted only when it is DISABLED, and takes its waiting jobs with it', async () => {
  const { deps } = await depsWithJobs();
  await assert.rejects(deps.call(deleteJobQueue, { jobQueue: 'q' }), /state must be DISABLED/);
  await deps.call(updateJobQueue, { jobQueue: 'q', state: 'DISABLED' });
  await deps.call(deleteJobQueue, { jobQueue: 'q' });
  assert.equal(deps.world.jobs.size, 0);
  assert.equal(deps.world.jobQueues.size, 0);
  assert.deepEqual(
    [...deps.world.changes.jobs.values()].map((job) => job.status),
    ['FAILED', 'FAILED'],
  );
});

test('a queue with running jobs is DELETING until the last of them has ended', async () => {
  const { deps, single, array } = await depsWithJobs();
  const environment = [...deps.world.computeEnvironments.keys()][0]!;
  const attempts = {
    [single]: attemptId('1'.repeat(32)),
    [`${array}:0`]: attemptId('2'.repeat(32)),
  };
  for (const [id, attempt] of Object.entries(attempts)) {
    await deps.bus.submit(
      {
        type: 'place-job',
        jobId: jobId(id),
        attemptId: attempt,
        hostId: hostId('0'.repeat(32)),
        computeEnvironmentArn: environment,
      },
      context,
    );
  }
  await deps.call(updateJobQueue, { jobQueue: 'q', state: 'DISABLED' });
  await deps.call(deleteJobQueue, { jobQueue: 'q' });
  assert.equal((await described(deps))?.status, 'DELETING');
  await deps.call(deleteJobQueue, { jobQueue: 'q' });
  await assert.rejects(
    deps.call(updateJobQueue, { jobQueue: 'q', state: 'ENABLED' }),
    /is being deleted/,
  );
  await deps.call(terminateJob, { jobId: single, reason: 'again' });
  for (const attempt of Object.values(attempts)) {
    assert.equal((await described(deps))?.status, 'DELETING');
    await deps.bus.submit(
      {
        type: 'report-attempt',
        attemptId: attempt,
        report: { type: 'exited', atMs: deps.nowMs, exit: { exitCode: 143, outOfMemory: false } },
      },
      context,
    );
  }
  assert.equal(await described(deps), undefined);
  assert.equal(deps.world.jobs.size, 0);
  assert.equal(deps.world.jobQueue(scope, 'q'), undefined);
});

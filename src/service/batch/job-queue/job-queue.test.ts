// The four job queue operations, with real rules and a queue's jobs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  ComputeResource,
  CreateJobQueueCommandInput,
  UpdateJobQueueCommandInput,
} from '@aws-sdk/client-batch';
import { jobId, type JobId } from '../../../base/ids.ts';
import { createComputeEnvironment } from '../compute-environment/create-compute-environment.ts';
import { createJobQueue } from './create-job-queue.ts';
import { deleteJobQueue } from './delete-job-queue.ts';
import { describeJobQueues } from './describe-job-queues.ts';
import { scope } from '../../../../test/house/caller.ts';
import { ec2Resources } from '../../../../test/house/batch-requests.ts';
import { Rig } from '../../../../test/house/rig.ts';
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

async function rigWithEnvironments(): Promise<Rig> {
  const rig = await Rig.bare();
  const environments: Record<string, ComputeResource> = {
    a: ec2(),
    b: ec2('m5'),
    c: ec2(),
    d: ec2(),
    arm: ec2('m6g.large'),
    fargate,
  };
  for (const [computeEnvironmentName, computeResources] of Object.entries(environments))
    await rig.call(createComputeEnvironment, {
      computeEnvironmentName,
      type: 'MANAGED',
      computeResources,
    });
  return rig;
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

async function described(rig: Rig) {
  return (await rig.call(describeJobQueues, { jobQueues: ['q'] })).jobQueues?.[0];
}

test('a queue comes back with the ARNs of its environments and the order numbers that were given', async () => {
  const rig = await rigWithEnvironments();
  const given = [
    { order: 20, computeEnvironment: arnOf('b') },
    { order: 10, computeEnvironment: 'a' },
  ];
  const created = await rig.call(
    createJobQueue,
    queue({ computeEnvironmentOrder: given, tags: { team: 'blue' } }),
  );
  assert.deepEqual(created, {
    jobQueueName: 'q',
    jobQueueArn: 'arn:aws:batch:eu-west-1:123456789012:job-queue/q',
  });
  assert.deepEqual(await described(rig), {
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
  [
    'an EKS queue of others',
    { jobQueueType: 'EKS' },
    /jobQueueType is EKS, but its environments make the queue one of type ECS/,
  ],
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
    'service environments beside compute environments',
    { serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: 's' }] },
    /cannot have both a serviceEnvironmentOrder and a computeEnvironmentOrder/,
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
    const rig = await rigWithEnvironments();
    await assert.rejects(rig.call(createJobQueue, queue(more)), {
      name: 'ClientException',
      message,
    });
    assert.equal(rig.control.world.jobQueues.size, 0);
  });
}

test('a queue name is given once', async () => {
  const rig = await rigWithEnvironments();
  await rig.call(createJobQueue, queue());
  await assert.rejects(rig.call(createJobQueue, queue()), {
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
    const rig = await rigWithEnvironments();
    const { jobQueueArn } = await rig.call(
      createJobQueue,
      queue({ jobStateTimeLimitActions: [action] }),
    );
    const call = rig.call(updateJobQueue, { jobQueue: jobQueueArn, ...update });
    if (refused) return assert.rejects(call, { name: 'ClientException', message: refused });
    assert.deepEqual(await call, { jobQueueName: 'q', jobQueueArn });
    const after = await described(rig);
    for (const [member, value] of Object.entries(gives ?? {}))
      assert.deepEqual(after?.[member as keyof typeof after], value, member);
    return undefined;
  });
}

test('an environment of a queue cannot change its architecture under it', async () => {
  const rig = await rigWithEnvironments();
  await rig.call(createComputeEnvironment, {
    computeEnvironmentName: 'e',
    type: 'MANAGED',
    computeResources: ec2('m5', { allocationStrategy: 'BEST_FIT_PROGRESSIVE' }),
  });
  await rig.call(createJobQueue, queue({ computeEnvironmentOrder: order('a', 'e') }));
  await assert.rejects(
    rig.call(updateComputeEnvironment, {
      computeEnvironment: 'e',
      computeResources: { instanceTypes: ['m6g'] },
    }),
    /same architecture/,
  );
});

test('unknown queues: 404 and a text that says so', async () => {
  const rig = await Rig.bare();
  for (const call of [
    rig.call(updateJobQueue, { jobQueue: 'q' }),
    rig.call(deleteJobQueue, { jobQueue: 'q' }),
  ]) {
    await assert.rejects(call, {
      name: 'ClientException',
      status: 404,
      message: 'Job queue q does not exist',
    });
  }
  assert.deepEqual((await rig.call(describeJobQueues, { jobQueues: ['q'] })).jobQueues, []);
});

async function rigWithJobs(): Promise<{ rig: Rig; single: JobId; array: JobId }> {
  const rig = await rigWithEnvironments();
  await rig.call(createJobQueue, queue());
  await rig.call(registerJobDefinition, {
    jobDefinitionName: 'd',
    type: 'container',
    containerProperties: { image: 'busybox', vcpus: 1, memory: 64 },
  });
  const submit = async (jobName: string, size?: number): Promise<JobId> => {
    const arrayProperties = size === undefined ? undefined : { size };
    const job = { jobName, jobQueue: 'q', jobDefinition: 'd', arrayProperties };
    return jobId((await rig.call(submitJob, job)).jobId ?? '');
  };
  return { rig, single: await submit('single'), array: await submit('array', 5) };
}

test('a queue is deleted only when it is DISABLED, and takes its waiting jobs with it', async () => {
  const { rig, single, array } = await rigWithJobs();
  await assert.rejects(rig.call(deleteJobQueue, { jobQueue: 'q' }), /state must be DISABLED/);
  await rig.call(updateJobQueue, { jobQueue: 'q', state: 'DISABLED' });
  await rig.call(deleteJobQueue, { jobQueue: 'q' });
  assert.equal(rig.control.world.jobs.size, 0);
  assert.equal(rig.control.world.jobQueues.size, 0);
  assert.deepEqual(
    [single, array].map((id) => rig.store.job(id).status),
    ['FAILED', 'FAILED'],
  );
});

test('a queue with running jobs is DELETING until the last of them has ended', async () => {
  const { rig, single, array } = await rigWithJobs();
  await rig.clock.pass(5_000);
  // Where this machine has room for four.
  const attempts = [...rig.control.world.attempts.keys()];
  assert.equal(attempts.length, 4);
  await rig.call(updateJobQueue, { jobQueue: 'q', state: 'DISABLED' });
  await rig.call(deleteJobQueue, { jobQueue: 'q' });
  assert.equal((await described(rig))?.status, 'DELETING');
  assert.equal(rig.control.world.arrayParent(array).children.summary().FAILED, 2);
  await rig.call(deleteJobQueue, { jobQueue: 'q' });
  await assert.rejects(
    rig.call(updateJobQueue, { jobQueue: 'q', state: 'ENABLED' }),
    /is being deleted/,
  );
  await rig.call(terminateJob, { jobId: single, reason: 'again' });
  for (const attempt of attempts) {
    assert.equal((await described(rig))?.status, 'DELETING');
    await rig.exited(attempt, 143);
  }
  assert.equal(await described(rig), undefined);
  assert.equal(rig.control.world.jobs.size, 0);
  assert.equal(rig.control.world.jobQueue(scope, 'q'), undefined);
});

test('an environment joins a queue while it is VALID, and a queue that has it keeps it whatever it is', async () => {
  const rig = await rigWithEnvironments();
  const create = (jobQueueName: string, ...names: string[]) =>
    rig.call(createJobQueue, {
      jobQueueName,
      priority: 1,
      computeEnvironmentOrder: order(...names),
    });
  await create('has', 'a', 'b');
  const stored = [...rig.control.world.computeEnvironments.values()].find(
    ({ name }) => name === 'b',
  )!;
  const become = (change: object): void =>
    rig.control.world.apply({
      type: 'compute-environment-stored',
      environment: { ...stored, ...change },
    });
  const update = (name: string, ...names: string[]) =>
    rig.call(updateJobQueue, { jobQueue: name, computeEnvironmentOrder: order(...names) });
  await create('has-not', 'a');
  for (const status of ['INVALID', 'DELETING'] as const) {
    become({ status });
    const message = `Compute environment b is ${status}; it must be VALID.`;
    await assert.rejects(create('new', 'a', 'b'), { name: 'ClientException', message });
    await assert.rejects(update('has-not', 'a', 'b'), { name: 'ClientException', message });
  }
  // What it will be in a moment is known: nobody has to wait for that.
  become({ status: 'CREATING' });
  await create('soon-valid', 'b');
  become({ status: 'CREATING', problem: 'CLIENT_ERROR - no such role' });
  await assert.rejects(create('new', 'b'), /is INVALID; it must be VALID/);
});

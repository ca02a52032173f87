// Who goes next, through the SDK: priorities of queues, shares and their weights, what is held back
// for new shares, and room that is kept for a job which others overtake; on the fake engine, and
// shortened on the engine that a user would get. Also over a crash.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  CreateSchedulingPolicyCommand,
  DeleteSchedulingPolicyCommand,
  DescribeJobQueuesCommand,
  DescribeSchedulingPoliciesCommand,
  ListJobsCommand,
  ListSchedulingPoliciesCommand,
  ListTagsForResourceCommand,
  SubmitJobCommand,
  TerminateJobCommand,
  UpdateComputeEnvironmentCommand,
  UpdateJobQueueCommand,
  UpdateSchedulingPolicyCommand,
  type FairsharePolicy,
  type JobSummary,
} from '@aws-sdk/client-batch';
import { computeResources, TestServer, usersEngine } from './server.ts';
import { until } from './until.ts';

let server: TestServer;
before(async () => {
  server = await TestServer.start('fake', ['--overtake-jobs', '3']);
  await server.register('forever', { image: 'none', command: ['sleep', '1000000'] });
  await server.register(
    'urgent',
    { image: 'none', command: ['sleep', '1000000'] },
    { schedulingPriority: 50 },
  );
});
after(() => server[Symbol.asyncDispose]());

/** A DISABLED environment of so many vCPUs. */
async function environment(name: string, maxvCpus: number): Promise<void> {
  await server.batch.send(
    new CreateComputeEnvironmentCommand({
      computeEnvironmentName: name,
      type: 'MANAGED',
      state: 'DISABLED',
      computeResources: { ...computeResources, maxvCpus },
    }),
  );
}
const enable = (computeEnvironment: string, state: 'ENABLED' | 'DISABLED' = 'ENABLED') =>
  server.batch.send(new UpdateComputeEnvironmentCommand({ computeEnvironment, state }));

async function policy(name: string, fairsharePolicy: FairsharePolicy): Promise<string> {
  const { arn } = await server.batch.send(
    new CreateSchedulingPolicyCommand({ name, fairsharePolicy, tags: { kind: 'test' } }),
  );
  return arn as string;
}
async function queue(
  jobQueueName: string,
  of: string,
  more: { priority?: number; schedulingPolicyArn?: string } = {},
): Promise<void> {
  await server.batch.send(
    new CreateJobQueueCommand({
      jobQueueName,
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: of }],
      ...more,
    }),
  );
}

async function submit(
  jobQueue: string,
  count: number,
  more: {
    shareIdentifier?: string;
    schedulingPriorityOverride?: number;
    jobDefinition?: string;
    vcpus?: number;
  } = {},
): Promise<string[]> {
  const { jobDefinition = 'forever', vcpus = 1, ...rest } = more;
  const containerOverrides = {
    resourceRequirements: [{ type: 'VCPU' as const, value: String(vcpus) }],
  };
  // AWS demands a priority with a share; that of a definition counts where there is one.
  if (rest.shareIdentifier !== undefined && jobDefinition !== 'urgent')
    rest.schedulingPriorityOverride ??= 0;
  const ids: string[] = [];
  for (let index = 0; index < count; index++)
    ids.push(await server.submit(jobDefinition, { jobQueue, containerOverrides, ...rest }));
  return ids;
}

async function list(
  jobQueue: string,
  jobStatus: 'RUNNING' | 'RUNNABLE',
  shareIdentifier?: string,
): Promise<JobSummary[]> {
  const filters =
    shareIdentifier === undefined ? [] : [{ name: 'SHARE_IDENTIFIER', values: [shareIdentifier] }];
  const { jobSummaryList } = await server.batch.send(
    new ListJobsCommand({ jobQueue, jobStatus, filters }),
  );
  return jobSummaryList ?? [];
}
/** Waits until so many run. */
const running = (jobQueue: string, count: number): Promise<JobSummary[]> =>
  until(
    () => `${count} jobs of ${jobQueue} to run`,
    async () => {
      const found = await list(jobQueue, 'RUNNING');
      return found.length === count ? found : undefined;
    },
  );
const idsOf = (jobs: readonly JobSummary[]): string[] =>
  jobs.map((job) => job.jobId as string).sort();
const stop = (jobId: string) =>
  server.batch.send(new TerminateJobCommand({ jobId, reason: 'enough' }));

test('a scheduling policy through its life', async () => {
  const arn = await policy('life', { shareDecaySeconds: 1200 });
  await server.batch.send(
    new UpdateSchedulingPolicyCommand({
      arn,
      fairsharePolicy: { shareDistribution: [{ shareIdentifier: 'a*', weightFactor: 0.5 }] },
    }),
  );
  const { schedulingPolicies } = await server.batch.send(
    new DescribeSchedulingPoliciesCommand({ arns: [arn] }),
  );
  assert.deepEqual(schedulingPolicies, [
    {
      arn,
      name: 'life',
      fairsharePolicy: { shareDistribution: [{ shareIdentifier: 'a*', weightFactor: 0.5 }] },
      tags: { kind: 'test' },
    },
  ]);
  assert.deepEqual(
    (await server.batch.send(new ListTagsForResourceCommand({ resourceArn: arn }))).tags,
    { kind: 'test' },
  );
  await environment('life', 1);
  await queue('life', 'life', { schedulingPolicyArn: arn });
  assert.equal(
    (await server.batch.send(new DescribeJobQueuesCommand({ jobQueues: ['life'] }))).jobQueues?.[0]
      ?.schedulingPolicyArn,
    arn,
  );
  await assert.rejects(
    server.batch.send(new DeleteSchedulingPolicyCommand({ arn })),
    /job queue life uses it/,
  );
  const other = await policy('life-2', {});
  await server.batch.send(
    new UpdateJobQueueCommand({ jobQueue: 'life', schedulingPolicyArn: other }),
  );
  await server.batch.send(new DeleteSchedulingPolicyCommand({ arn }));
  const listed = (
    await server.batch.send(new ListSchedulingPoliciesCommand({}))
  ).schedulingPolicies?.map((one) => one.arn);
  assert.ok(listed?.includes(other) && !listed.includes(arn));
});

test('a FIFO queue forbids shares and ignores priorities; a fair share queue demands a share', async () => {
  await environment('fifo', 2);
  await queue('fifo', 'fifo');
  await queue('demanding', 'fifo', { schedulingPolicyArn: await policy('demanding', {}) });
  await assert.rejects(submit('fifo', 1, { shareIdentifier: 'a' }), {
    name: 'ClientException',
    message: /job queue fifo has no fair-share scheduling policy/,
  });
  await assert.rejects(submit('demanding', 1), {
    name: 'ClientException',
    message: 'shareIdentifier must be specified.',
  });
  await assert.rejects(
    server.batch.send(
      new UpdateJobQueueCommand({
        jobQueue: 'fifo',
        schedulingPolicyArn: 'arn:aws:batch:us-east-1:000000000000:scheduling-policy/demanding',
      }),
    ),
    /FIFO queue/,
  );
  const [first, second, third] = [
    ...(await submit('fifo', 2)),
    ...(await submit('fifo', 1, { schedulingPriorityOverride: 9999 })),
  ];
  await enable('fifo');
  assert.deepEqual(idsOf(await running('fifo', 2)), [first!, second!].sort());
  assert.equal((await server.job(third!)).schedulingPriority, 9999);
});

test('a queue of higher priority goes first where both share an environment', async () => {
  await environment('both', 4);
  await queue('low', 'both', { priority: 1 });
  await queue('high', 'both', { priority: 10 });
  await submit('low', 4);
  const high = await submit('high', 3);
  await enable('both');
  assert.deepEqual(idsOf(await running('high', 3)), high.sort());
  await running('low', 1);
  // … and by its new priority from the next placement on.
  await server.batch.send(new UpdateJobQueueCommand({ jobQueue: 'low', priority: 20 }));
  await submit('high', 1);
  await stop(high[0]!);
  await running('low', 2);
});

test('a share of weight 0.125 gets eight times what one of 1 gets, and higher scheduling priority goes first', async () => {
  await environment('weights', 18);
  await queue('weights', 'weights', {
    schedulingPolicyArn: await policy('weights', {
      shareDistribution: [
        { shareIdentifier: 'light', weightFactor: 0.125 },
        { shareIdentifier: 'heavy*', weightFactor: 1 },
      ],
    }),
  });
  await submit('weights', 17, { shareIdentifier: 'heavy1' });
  await submit('weights', 16, { shareIdentifier: 'light' });
  const urgent = [
    ...(await submit('weights', 1, { shareIdentifier: 'heavy1', jobDefinition: 'urgent' })),
    ...(await submit('weights', 1, { shareIdentifier: 'heavy1', schedulingPriorityOverride: 51 })),
  ];
  await enable('weights');
  await running('weights', 18);
  assert.equal((await list('weights', 'RUNNING', 'light')).length, 16);
  assert.deepEqual(idsOf(await list('weights', 'RUNNING', 'heavy1')), urgent.sort());
  assert.equal((await list('weights', 'RUNNABLE', 'heavy1')).length, 17);
  const job = await server.job(urgent[0]!);
  assert.deepEqual([job.shareIdentifier, job.schedulingPriority], ['heavy1', 50]);
});

test('computeReservation leaves room for a share that has used nothing', async () => {
  await environment('reserved', 8);
  await queue('reserved', 'reserved', {
    schedulingPolicyArn: await policy('reserved', { computeReservation: 50 }),
  });
  const first = await submit('reserved', 8, { shareIdentifier: 'a' });
  await enable('reserved');
  await running('reserved', 4);
  assert.match((await server.job(first[7]!)).statusReason ?? '', /computeReservation leaves 4/);
  await submit('reserved', 1, { shareIdentifier: 'b' });
  // With two active shares 2 of 8 are held back.
  await running('reserved', 6);
  assert.equal((await list('reserved', 'RUNNING', 'b')).length, 1);
});

test('a job that does not fit is overtaken by three, and then the environment empties for it', async () => {
  await environment('large', 4);
  await queue('large', 'large');
  const [blocking] = await submit('large', 1);
  const [large] = await submit('large', 1, { vcpus: 4 });
  const small = await submit('large', 6);
  await enable('large');
  await running('large', 4);
  assert.match(
    (await server.job(large!)).statusReason ?? '',
    /^waiting for compute environment large: its instances have 4 vCPUs of a maximum of 4/,
  );
  for (const id of small.slice(0, 3)) await stop(id);
  await server.whenStatus(small[2]!, 'FAILED');
  await running('large', 1);
  assert.match((await server.job(large!)).statusReason ?? '', /room is kept for this job$/);
  assert.match(
    (await server.job(small[3]!)).statusReason ?? '',
    new RegExp(`^waiting behind job ${large}`),
  );
  await stop(blocking!);
  await server.whenStatus(large!, 'RUNNING');
  assert.equal((await list('large', 'RUNNING')).length, 1);
});

test('usage and shares survive a crash', async () => {
  const own = await TestServer.start(usersEngine());
  try {
    await own.register('slow', { command: ['sleep', '1000'] });
    const { arn } = await own.batch.send(new CreateSchedulingPolicyCommand({ name: 'fair' }));
    await own.batch.send(
      new CreateComputeEnvironmentCommand({
        computeEnvironmentName: 'fair',
        type: 'MANAGED',
        computeResources: { ...computeResources, instanceTypes: ['t2.small'], maxvCpus: 1 },
      }),
    );
    await own.batch.send(
      new CreateJobQueueCommand({
        jobQueueName: 'fair',
        priority: 1,
        schedulingPolicyArn: arn,
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'fair' }],
      }),
    );
    const one = async (shareIdentifier: string) =>
      (
        await own.batch.send(
          new SubmitJobCommand({
            jobName: 'j',
            jobQueue: 'fair',
            jobDefinition: 'slow',
            shareIdentifier,
            schedulingPriorityOverride: 0,
          }),
        )
      ).jobId as string;
    const first = await one('a');
    await own.whenStatus(first, 'RUNNING');
    const [ofA, ofB] = [await one('a'), await one('b')];
    await until(
      () => 'a second of usage',
      async () =>
        Date.now() - ((await own.job(first)).startedAt ?? Infinity) > 1500 ? true : undefined,
    );
    await own.kill('SIGKILL');
    await own.restart();
    await own.batch.send(new TerminateJobCommand({ jobId: first, reason: 'enough' }));
    await own.whenStatus(ofB, 'STARTING', 'RUNNING');
    assert.equal(
      (await own.job(ofA)).status,
      'RUNNABLE',
      'it came first, but its share has used something',
    );
  } finally {
    await own[Symbol.asyncDispose]();
  }
});

test('priorities and weights on real containers', async () => {
  const own = await TestServer.start(usersEngine(), ['--capacity', 'vcpus=4,memory=4096']);
  const fake = server;
  server = own;
  try {
    await own.register('forever', { command: ['sleep', '1000'] });
    await environment('real', 4);
    await queue('shared', 'real', {
      schedulingPolicyArn: await policy('real', {
        shareDistribution: [{ shareIdentifier: 'light', weightFactor: 0.5 }],
      }),
    });
    await queue('first', 'real', { priority: 2 });
    await submit('shared', 3, { shareIdentifier: 'heavy' });
    await submit('shared', 3, { shareIdentifier: 'light' });
    await submit('first', 1);
    await enable('real');
    await running('first', 1);
    await running('shared', 3);
    assert.deepEqual(
      [
        (await list('shared', 'RUNNING', 'heavy')).length,
        (await list('shared', 'RUNNING', 'light')).length,
      ],
      [1, 2],
    );
  } finally {
    server = fake;
    await own[Symbol.asyncDispose]();
  }
});

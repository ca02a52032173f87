// DescribeJobs and ListJobs: every shape that a job can have, as clients read it; and what ListJobs
// asks the reader.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobStatus, ListJobsCommandInput } from '@aws-sdk/client-batch';
import { arn, attemptId, hostId, jobId } from '../../../base/ids.ts';
import type { EndedAttempt, LiveAttempt } from '../../../core/job/attempt.ts';
import type { JobDetailRecord } from '../../../core/job/job.ts';
import type { JobListQuery, JobView } from '../../../port/reader.ts';
import { createComputeEnvironment } from '../compute-environment/create-compute-environment.ts';
import { createJobQueue } from '../job-queue/create-job-queue.ts';
import { describeJobs } from './describe-jobs.ts';
import { ec2Resources, FakeDeps, scope } from '../../../../test/house/batch-deps.ts';
import { listJobs } from './list-jobs.ts';

const id = jobId('00000000-0000-7000-8000-00000000000a');
const environment = arn('arn:aws:batch:eu-west-1:123456789012:compute-environment/ce');
const queueArn = arn('arn:aws:batch:eu-west-1:123456789012:job-queue/q');

const detail: JobDetailRecord = {
  id,
  arn: arn(`arn:aws:batch:eu-west-1:123456789012:job/${id}`),
  scope,
  sequence: 1,
  name: 'job',
  queueArn,
  definitionArn: arn('arn:aws:batch:eu-west-1:123456789012:job-definition/d:1'),
  definitionName: 'd',
  createdAtMs: 1000,
  parameters: { 'a.b': 'c' },
  container: { image: 'busybox', vcpus: 1, memory: 64, command: ['true'] },
};
const identity = {
  id,
  scope,
  queueArn,
  terms: { needs: { milliVcpu: 1000, memoryMib: 64, gpus: 0 } },
  createdAtMs: 1000,
  sequence: 1,
  attempts: [],
};
const task = '1'.repeat(32);
const placement = {
  attemptId: attemptId(task),
  number: 1,
  hostId: hostId('2'.repeat(32)),
  computeEnvironmentArn: environment,
  cluster: 'ce_Batch_uuid',
  log: { group: '/aws/batch/job', stream: `d/default/${task}` },
  placedAtMs: 1500,
};
const starting: LiveAttempt & { state: 'starting' } = { ...placement, state: 'starting' };
const running: LiveAttempt & { state: 'running' } = {
  ...placement,
  state: 'running',
  startedAtMs: 2000,
};
const ended: EndedAttempt = {
  ...placement,
  state: 'ended',
  startedAtMs: 2000,
  stoppedAtMs: 3000,
  exitCode: 1,
  statusReason: 'Essential container in task exited',
};

const view = (job: JobView['job'], more: Partial<JobView> = {}): JobView => ({
  id: job.id,
  detail,
  job,
  tags: {},
  ...more,
});

async function described(given: JobView) {
  const deps = new FakeDeps();
  deps.views.set(given.id, given);
  const [job] = (await deps.call(describeJobs, { jobs: [given.id] })).jobs ?? [];
  assert.ok(job);
  const { jobSummaryList } = (await listJobs.handle(
    {
      ...deps,
      reader: { ...deps.reader, jobQueue: () => ({ queue: { arn: queueArn } as never, tags: {} }) },
    },
    { jobQueue: 'q' },
    { scope } as never,
  )) as { jobSummaryList: object[] };
  return { job, summary: JSON.parse(JSON.stringify(jobSummaryList[0])) as Record<string, unknown> };
}

test('a waiting job says why it waits, and shows the lists that AWS shows though they are empty', async () => {
  const { job, summary } = await described(
    view({ ...identity, status: 'RUNNABLE' }, { waitingReason: 'waiting for its turn' }),
  );
  assert.deepEqual(JSON.parse(JSON.stringify(job)), {
    jobArn: detail.arn,
    jobName: 'job',
    jobId: id,
    jobQueue: queueArn,
    status: 'RUNNABLE',
    statusReason: 'waiting for its turn',
    attempts: [],
    createdAt: 1000,
    retryStrategy: { attempts: 1, evaluateOnExit: [] },
    dependsOn: [],
    jobDefinition: detail.definitionArn,
    parameters: { 'a.b': 'c' },
    tags: {},
    platformCapabilities: ['EC2'],
    isCancelled: false,
    isTerminated: false,
    container: {
      image: 'busybox',
      vcpus: 1,
      memory: 64,
      command: ['true'],
      volumes: [],
      environment: [],
      mountPoints: [],
      ulimits: [],
      resourceRequirements: [],
      secrets: [],
      networkInterfaces: [],
      logConfiguration: {
        logDriver: 'awslogs',
        options: { 'awslogs-group': '/aws/batch/job' },
        secretOptions: [],
      },
    },
  });
  assert.deepEqual(summary, {
    jobArn: detail.arn,
    jobId: id,
    jobName: 'job',
    createdAt: 1000,
    status: 'RUNNABLE',
    statusReason: 'waiting for its turn',
    jobDefinition: detail.definitionArn,
  });
});

test('a starting job has a task, and no log stream before it runs', async () => {
  const { job } = await described(view({ ...identity, status: 'STARTING', attempt: starting }));
  assert.match(
    job.container?.taskArn ?? '',
    new RegExp(`^arn:aws:ecs:eu-west-1:123456789012:task/ce_Batch_uuid/${task}$`),
  );
  assert.match(
    job.container?.containerInstanceArn ?? '',
    /^arn:aws:ecs:eu-west-1:123456789012:container-instance\/ce_Batch_uuid\/2{32}$/,
  );
  assert.equal(job.container?.logStreamName, undefined);
  assert.equal(job.startedAt, undefined);
  assert.deepEqual(job.attempts, []);
});

test('a running job has its stream and its start, and no exit', async () => {
  const { job } = await described(view({ ...identity, status: 'RUNNING', attempt: running }));
  assert.equal(job.container?.logStreamName, `d/default/${task}`);
  assert.equal(job.startedAt, 2000);
  assert.equal(job.stoppedAt, undefined);
  assert.equal(job.container?.exitCode, undefined);
});

test('a running second attempt does not show how the first one ended', async () => {
  const { job } = await described(
    view({
      ...identity,
      attempts: [ended],
      status: 'RUNNING',
      attempt: { ...running, attemptId: attemptId('3'.repeat(32)), number: 2 },
    }),
  );
  assert.equal(job.container?.exitCode, undefined);
  assert.ok(job.container?.taskArn?.endsWith('3'.repeat(32)));
  assert.equal(job.attempts?.length, 1);
});

test('a failed job tells of its last attempt, and has no container reason after a plain exit (Cromwell)', async () => {
  const { job, summary } = await described(
    view({
      ...identity,
      attempts: [ended],
      status: 'FAILED',
      statusReason: 'Essential container in task exited',
      startedAtMs: 2000,
      stoppedAtMs: 3000,
    }),
  );
  assert.equal(job.container?.exitCode, 1);
  assert.equal(job.container?.reason, undefined);
  assert.equal(job.startedAt, 2000);
  assert.equal(job.stoppedAt, 3000);
  const [attempt] = job.attempts ?? [];
  assert.deepEqual(JSON.parse(JSON.stringify(attempt)), {
    container: {
      containerInstanceArn: job.container?.containerInstanceArn,
      taskArn: job.container?.taskArn,
      exitCode: 1,
      logStreamName: `d/default/${task}`,
      networkInterfaces: [],
    },
    startedAt: 2000,
    stoppedAt: 3000,
    statusReason: 'Essential container in task exited',
  });
  assert.deepEqual(summary.container, { exitCode: 1 });
});

test('a container that never started has a reason and a stream, and no exit code', async () => {
  const attempt: EndedAttempt = {
    ...placement,
    state: 'ended',
    stoppedAtMs: 3000,
    containerReason: 'CannotPullContainerError: no such image',
    statusReason: 'Task failed to start',
  };
  const { job } = await described(
    view({
      ...identity,
      attempts: [attempt],
      status: 'FAILED',
      statusReason: 'Task failed to start',
      stoppedAtMs: 3000,
    }),
  );
  assert.equal(job.container?.reason, 'CannotPullContainerError: no such image');
  assert.equal(job.container?.logStreamName, `d/default/${task}`);
  assert.equal(job.container?.exitCode, undefined);
  assert.equal(job.startedAt, undefined);
});

test('a job that was cancelled before it ran has stoppedAt and no attempts (Metaflow waits for stoppedAt)', async () => {
  const stops = [{ by: 'cancel' as const, reason: 'not needed', atMs: 3000 }];
  const { job, summary } = await described(
    view({
      ...identity,
      status: 'FAILED',
      statusReason: 'not needed',
      stoppedAtMs: 3000,
      stops,
    }),
  );
  assert.deepEqual(
    [job.stoppedAt, job.attempts, job.statusReason, job.isCancelled, job.isTerminated],
    [3000, [], 'not needed', true, false],
  );
  assert.equal(summary.isCancelled, true);
  assert.equal('isTerminated' in summary, false);
});

test('an array parent has a summary and a container, a child its index and its own ARN', async () => {
  const statusSummary = {
    SUBMITTED: 0,
    PENDING: 0,
    RUNNABLE: 0,
    STARTING: 0,
    RUNNING: 0,
    SUCCEEDED: 1,
    FAILED: 1,
  } satisfies Record<JobStatus, number>;
  const parent: JobView['job'] = {
    ...identity,
    arraySize: 2,
    status: 'FAILED',
    statusReason: 'Array Child Job failed',
    rest: { status: 'RUNNABLE' },
    startedAtMs: 2000,
    stoppedAtMs: 3000,
    statusSummary,
    statusSummaryLastUpdatedAtMs: 3000,
  };
  const ofArray = { ...detail, arraySize: 2 };
  const { job, summary } = await described(
    view(parent, { detail: ofArray, statusSummary, statusSummaryLastUpdatedAtMs: 3000 }),
  );
  assert.deepEqual(job.arrayProperties, {
    size: 2,
    statusSummary,
    statusSummaryLastUpdatedAt: 3000,
  });
  assert.equal(job.container?.image, 'busybox');
  assert.deepEqual(job.attempts, []);
  assert.deepEqual(summary.arrayProperties, {
    size: 2,
    statusSummary,
    statusSummaryLastUpdatedAt: 3000,
  });

  const child = jobId(`${id}:1`);
  const { job: one } = await described(
    view({ ...identity, id: child, status: 'RUNNABLE' }, { detail: ofArray, arrayIndex: 1 }),
  );
  assert.equal(one.jobId, child);
  assert.equal(one.jobArn, `${detail.arn}:1`);
  assert.deepEqual(one.arrayProperties, { index: 1 });
  assert.equal(one.container?.image, 'busybox');
});

test('a log group of its own stands in the job, and options of another driver are left alone', async () => {
  const own = {
    ...detail,
    container: {
      ...detail.container,
      logConfiguration: {
        logDriver: 'awslogs' as const,
        options: { 'awslogs-group': '/mine', 'awslogs-stream-prefix': 'p' },
      },
    },
  };
  const { job } = await described(view({ ...identity, status: 'RUNNABLE' }, { detail: own }));
  assert.deepEqual(job.container?.logConfiguration?.options, {
    'awslogs-group': '/mine',
    'awslogs-stream-prefix': 'p',
  });
  const other = {
    ...detail,
    container: { ...detail.container, logConfiguration: { logDriver: 'gelf' as const } },
  };
  assert.deepEqual(
    (await described(view({ ...identity, status: 'RUNNABLE' }, { detail: other }))).job.container
      ?.logConfiguration,
    { logDriver: 'gelf', options: {}, secretOptions: [] },
  );
});

test('DescribeJobs keeps the order of the ids, leaves out unknown ones and repeats none', async () => {
  const deps = new FakeDeps();
  for (const each of ['b', 'a'])
    deps.views.set(each, view({ ...identity, id: jobId(each), status: 'RUNNABLE' }));
  const ids = async (jobs: string[]) =>
    (await deps.call(describeJobs, { jobs })).jobs?.map((job) => job.jobId);
  assert.deepEqual(await ids(['b', 'x', 'a', 'b']), ['b', 'a']);
  assert.deepEqual(await ids([]), []);
  await assert.rejects(ids(Array.from({ length: 101 }, () => 'a')), {
    name: 'ClientException',
    status: 400,
    message: 'Maximum number of jobs supported is 100',
  });
});

// ---- ListJobs ----

async function listing(): Promise<FakeDeps> {
  const deps = new FakeDeps();
  await deps.call(createComputeEnvironment, {
    computeEnvironmentName: 'ce',
    type: 'MANAGED',
    computeResources: {
      ...ec2Resources,
      instanceTypes: ['optimal'],
      subnets: ['subnet-1'],
      securityGroupIds: ['sg-1'],
    },
  });
  await deps.call(createJobQueue, {
    jobQueueName: 'q',
    priority: 1,
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'ce' }],
  });
  deps.views.set(
    'array',
    view(
      { ...identity, id: jobId('array'), status: 'RUNNABLE' },
      { detail: { ...detail, arraySize: 2 } },
    ),
  );
  deps.views.set(
    'array:0',
    view(
      { ...identity, id: jobId('array:0'), status: 'RUNNABLE' },
      { detail: { ...detail, arraySize: 2 }, arrayIndex: 0 },
    ),
  );
  deps.views.set('single', view({ ...identity, id: jobId('single'), status: 'RUNNABLE' }));
  return deps;
}

const filter = (name: string, ...values: string[]) => ({ filters: [{ name, values }] });

const queries: [string, ListJobsCommandInput, Partial<JobListQuery>][] = [
  [
    'a queue without a status: what is RUNNING',
    { jobQueue: 'q' },
    { of: { queueArn }, status: 'RUNNING', limit: 1000 },
  ],
  [
    'a status',
    { jobQueue: queueArn, jobStatus: 'FAILED', maxResults: 100 },
    { of: { queueArn }, status: 'FAILED', limit: 100 },
  ],
  ['more than a page may hold', { jobQueue: 'q', maxResults: 5000 }, { limit: 1000 }],
  [
    'the children of an array',
    { arrayJobId: 'array', jobStatus: 'RUNNABLE' },
    { of: { arrayJobId: jobId('array') }, status: 'RUNNABLE' },
  ],
  [
    'a name, whatever the status',
    { jobQueue: 'q', jobStatus: 'FAILED', ...filter('JOB_NAME', 'Test1') },
    { name: { text: 'Test1', prefix: false }, status: undefined, limit: 100 },
  ],
  [
    'names that begin so',
    { jobQueue: 'q', ...filter('JOB_NAME', 'test*') },
    { name: { text: 'test', prefix: true } },
  ],
  [
    'a definition',
    { jobQueue: 'q', ...filter('JOB_DEFINITION', 'd*') },
    { definition: { name: 'd', prefix: true } },
  ],
  [
    'a revision',
    {
      jobQueue: 'q',
      ...filter('JOB_DEFINITION', 'arn:aws:batch:eu-west-1:123456789012:job-definition/d:1'),
    },
    { definition: { arn: 'arn:aws:batch:eu-west-1:123456789012:job-definition/d:1' } },
  ],
  [
    'before a time',
    { jobQueue: 'q', ...filter('BEFORE_CREATED_AT', '1700000000000') },
    { createdBeforeMs: 1_700_000_000_000 },
  ],
  [
    'after a time',
    { jobQueue: 'q', ...filter('AFTER_CREATED_AT', '1700000000000'), maxResults: 500 },
    { createdAfterMs: 1_700_000_000_000, limit: 100 },
  ],
  [
    'a share and a status',
    { jobQueue: 'q', jobStatus: 'FAILED', ...filter('SHARE_IDENTIFIER', 's') },
    { shareIdentifier: 's', status: 'FAILED' },
  ],
];

for (const [title, input, expected] of queries) {
  test(`ListJobs asks for ${title}`, async () => {
    const deps = await listing();
    await deps.call(listJobs, input);
    const [query] = deps.queries;
    for (const [member, value] of Object.entries(expected))
      assert.deepEqual(query?.[member as keyof JobListQuery], value, member);
  });
}

const wrong: [string, ListJobsCommandInput, RegExp, number?][] = [
  ['nothing to list', {}, /Exactly one of/],
  ['two things to list', { jobQueue: 'q', arrayJobId: 'array' }, /Exactly one of/],
  ['an unknown queue', { jobQueue: 'x' }, /Job queue x does not exist/, 404],
  ['an unknown array', { arrayJobId: 'x' }, /Job x does not exist/, 404],
  ['children of a single job', { arrayJobId: 'single' }, /not an array job/],
  ['children of a child', { arrayJobId: 'array:0' }, /not an array job/],
  ['an unknown status', { jobQueue: 'q', jobStatus: 'DONE' as never }, /jobStatus must be one of/],
  ['no results', { jobQueue: 'q', maxResults: 0 }, /maxResults/],
  ['a token that is none', { jobQueue: 'q', nextToken: 'malformed' }, /nextToken/],
  [
    'two filters',
    {
      jobQueue: 'q',
      filters: [
        { name: 'JOB_NAME', values: ['a'] },
        { name: 'JOB_NAME', values: ['b'] },
      ],
    },
    /Only one filter/,
  ],
  ['an unknown filter', { jobQueue: 'q', ...filter('job_name', 'a') }, /Filter name must be/],
  ['a filter without a value', { jobQueue: 'q', ...filter('JOB_NAME') }, /exactly one value/],
  [
    'a filter of children',
    { arrayJobId: 'array', ...filter('JOB_NAME', 'a') },
    /only be used with jobQueue/,
  ],
  [
    'a time in words',
    { jobQueue: 'q', ...filter('BEFORE_CREATED_AT', 'yesterday') },
    /milliseconds/,
  ],
  [
    'an asterisk in an ARN',
    {
      jobQueue: 'q',
      ...filter('JOB_DEFINITION', 'arn:aws:batch:eu-west-1:123456789012:job-definition/d*'),
    },
    /asterisk/,
  ],
];

for (const [title, input, message, status = 400] of wrong) {
  test(`ListJobs refuses ${title}`, async () => {
    await assert.rejects((await listing()).call(listJobs, input), {
      name: 'ClientException',
      status,
      message,
    });
  });
}

// DescribeJobs and ListJobs: every shape that a job can have, as clients read it; and what ListJobs
// asks the reader.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobStatus, ListJobsCommandInput } from '@aws-sdk/client-batch';
import { arn, attemptId, hostId, jobId } from '../../../base/ids.ts';
import type { EndedAttempt, LiveAttempt } from '../../../core/job/attempt.ts';
import { ChildTable } from '../../../core/job/child-table.ts';
import type { ArrayParent, Job, JobDetailRecord } from '../../../core/job/job.ts';
import type { JobListQuery } from '../../../port/reader.ts';
import { scope } from '../../../../test/house/caller.ts';
import { containerJobStatus } from '../view/facts.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { ownEnvironment, ownQueue } from '../../../../test/house/rows.ts';
import { describeJobs } from './describe-jobs.ts';
import { listJobs } from './list-jobs.ts';

const id = jobId('00000000-0000-7000-8000-00000000000a');
const { arn: queueArn } = ownQueue;

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
const { attempts: _attempts, ...array } = {
  ...identity,
  arraySize: 2,
  rest: { status: 'RUNNABLE' as const },
};
const waitingArray: ArrayParent = {
  ...array,
  status: 'PENDING',
  children: new ChildTable(2, 'RUNNABLE', 1000),
};
const task = '1'.repeat(32);
const placement = {
  attemptId: attemptId(task),
  number: 1,
  hostId: hostId('2'.repeat(32)),
  computeEnvironmentArn: ownEnvironment.arn,
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

/** As a server that has just begun shows it, with the row of it that was left. */
async function described(job: Job | ArrayParent, of = detail, shownId: string = job.id) {
  const rig = new Rig({
    rows: {
      computeEnvironments: [ownEnvironment],
      jobQueues: [ownQueue],
      submitted: [of],
      jobs: [job],
    },
  });
  const { jobs } = await rig.call(describeJobs, { jobs: [shownId] });
  const { jobSummaryList } = await rig.call(listJobs, {
    jobQueue: 'q',
    jobStatus: containerJobStatus(job),
  });
  assert.ok(jobs?.[0]);
  return {
    job: jobs[0],
    summary: JSON.parse(JSON.stringify(jobSummaryList?.[0])) as Record<string, unknown>,
  };
}

test('a waiting job says why it waits, and shows the lists that AWS shows though they are empty', async () => {
  const { job, summary } = await described({ ...identity, status: 'RUNNABLE' });
  assert.deepEqual(JSON.parse(JSON.stringify(job)), {
    jobArn: detail.arn,
    jobName: 'job',
    jobId: id,
    jobQueue: queueArn,
    status: 'RUNNABLE',
    statusReason: 'waiting for a host: none is registered with UNMANAGED compute environment own',
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
    statusReason: 'waiting for a host: none is registered with UNMANAGED compute environment own',
    jobDefinition: detail.definitionArn,
  });
});

test('a starting job has a task, and no log stream before it runs', async () => {
  const { job } = await described({ ...identity, status: 'STARTING', attempt: starting });
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
  const { job } = await described({ ...identity, status: 'RUNNING', attempt: running });
  assert.equal(job.container?.logStreamName, `d/default/${task}`);
  assert.equal(job.startedAt, 2000);
  assert.equal(job.stoppedAt, undefined);
  assert.equal(job.container?.exitCode, undefined);
});

test('a running second attempt does not show how the first one ended', async () => {
  const { job } = await described({
    ...identity,
    attempts: [ended],
    status: 'RUNNING',
    attempt: { ...running, attemptId: attemptId('3'.repeat(32)), number: 2 },
  });
  assert.equal(job.container?.exitCode, undefined);
  assert.ok(job.container?.taskArn?.endsWith('3'.repeat(32)));
  assert.equal(job.attempts?.length, 1);
});

test('a failed job tells of its last attempt, and has no container reason after a plain exit (Cromwell)', async () => {
  const { job, summary } = await described({
    ...identity,
    attempts: [ended],
    status: 'FAILED',
    statusReason: 'Essential container in task exited',
    startedAtMs: 2000,
    stoppedAtMs: 3000,
  });
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
  const { job } = await described({
    ...identity,
    attempts: [attempt],
    status: 'FAILED',
    statusReason: 'Task failed to start',
    stoppedAtMs: 3000,
  });
  assert.equal(job.container?.reason, 'CannotPullContainerError: no such image');
  assert.equal(job.container?.logStreamName, `d/default/${task}`);
  assert.equal(job.container?.exitCode, undefined);
  assert.equal(job.startedAt, undefined);
});

test('a job that was cancelled before it ran has stoppedAt and no attempts (Metaflow waits for stoppedAt)', async () => {
  const stops = [{ by: 'cancel' as const, reason: 'not needed', atMs: 3000 }];
  const { job, summary } = await described({
    ...identity,
    status: 'FAILED',
    statusReason: 'not needed',
    stoppedAtMs: 3000,
    stops,
  });
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
  const ofArray = { ...detail, arraySize: 2 };
  const { job, summary } = await described(
    {
      ...array,
      status: 'FAILED',
      statusReason: 'Array Child Job failed',
      startedAtMs: 2000,
      stoppedAtMs: 3000,
      statusSummary,
      statusSummaryLastUpdatedAtMs: 3000,
      failedChildren: [[1, 1]],
    },
    ofArray,
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
  const { job: one } = await described(waitingArray, ofArray, child);
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
  const { job } = await described({ ...identity, status: 'RUNNABLE' }, own);
  assert.deepEqual(job.container?.logConfiguration?.options, {
    'awslogs-group': '/mine',
    'awslogs-stream-prefix': 'p',
  });
  const other = {
    ...detail,
    container: { ...detail.container, logConfiguration: { logDriver: 'gelf' as const } },
  };
  assert.deepEqual(
    (await described({ ...identity, status: 'RUNNABLE' }, other)).job.container?.logConfiguration,
    { logDriver: 'gelf', options: {}, secretOptions: [] },
  );
});

const ofTask: JobDetailRecord = {
  ...detail,
  container: undefined,
  task: {
    containers: [
      { name: 'main', image: 'busybox', command: ['true'] },
      { name: 'side', image: 'busybox', essential: false },
    ],
    taskRoleArn: 'role',
  },
};
const shownLists = {
  dependsOn: [],
  environment: [],
  mountPoints: [],
  secrets: [],
  ulimits: [],
  networkInterfaces: [],
};
const shownMain = { name: 'main', image: 'busybox', command: ['true'], ...shownLists };
const shownSide = {
  name: 'side',
  image: 'busybox',
  essential: false,
  command: [],
  ...shownLists,
};
const taskIdentity = {
  ...identity,
  terms: {
    ...identity.terms,
    containers: ['main', 'side'].map((name) => ({
      name,
      needs: identity.terms.needs,
      essential: name === 'main',
      log: { group: '/aws/batch/job', prefix: 'd' },
    })),
  },
};
const streamOf = (name: string) => `d/${name}/${task}`;
const where = {
  containerInstanceArn: `arn:aws:ecs:eu-west-1:123456789012:container-instance/ce_Batch_uuid/${'2'.repeat(32)}`,
  taskArn: `arn:aws:ecs:eu-west-1:123456789012:task/ce_Batch_uuid/${task}`,
};

test('a job with a task has no container and shows what the task is', async () => {
  const { job } = await described({ ...taskIdentity, status: 'RUNNABLE' }, ofTask);
  assert.equal(job.container, undefined);
  assert.deepEqual(JSON.parse(JSON.stringify(job.ecsProperties)), {
    taskProperties: [{ containers: [shownMain, shownSide], taskRoleArn: 'role', volumes: [] }],
  });
});

test('each container of a task that has ended says how, and where its output is', async () => {
  const { log: _, exitCode: __, ...rest } = ended;
  const attempt: EndedAttempt = {
    ...rest,
    containers: [
      { state: 'ended', startedAtMs: 2000, stoppedAtMs: 3000, exitCode: 1 },
      {
        state: 'ended',
        startedAtMs: 2000,
        stoppedAtMs: 3000,
        exitCode: 137,
        reason: 'killed',
      },
    ],
  };
  const { job } = await described(
    {
      ...taskIdentity,
      status: 'FAILED',
      attempts: [attempt],
      startedAtMs: 2000,
      stoppedAtMs: 3000,
    },
    ofTask,
  );
  const main = { exitCode: 1, logStreamName: streamOf('main') };
  const side = { exitCode: 137, reason: 'killed', logStreamName: streamOf('side') };
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  assert.deepEqual(plain(job.ecsProperties), {
    taskProperties: [
      {
        containers: [
          { ...shownMain, ...main },
          { ...shownSide, ...side },
        ],
        ...where,
        taskRoleArn: 'role',
        volumes: [],
      },
    ],
  });
  assert.deepEqual(plain(job.attempts), [
    {
      startedAt: 2000,
      stoppedAt: 3000,
      statusReason: 'Essential container in task exited',
      taskProperties: [
        {
          ...where,
          containers: [
            { name: 'main', ...main, networkInterfaces: [] },
            { name: 'side', ...side, networkInterfaces: [] },
          ],
        },
      ],
    },
  ]);
});

test('a container of a task that runs says where its output goes once it has started', async () => {
  const attempt = {
    ...running,
    log: undefined,
    containers: [
      { state: 'running' as const, askedAtMs: 1000, startedAtMs: 2000 },
      { state: 'waiting' as const },
    ],
  };
  const { job } = await described({ ...taskIdentity, status: 'RUNNING', attempt }, ofTask);
  assert.deepEqual(
    job.ecsProperties?.taskProperties?.[0]?.containers?.map((one) => [
      one.exitCode,
      one.logStreamName,
    ]),
    [
      [undefined, streamOf('main')],
      [undefined, undefined],
    ],
  );
});

test('DescribeJobs keeps the order of the ids, leaves out unknown ones and repeats none', async () => {
  const two = ['b', 'a'].map((each, at) => ({ id: jobId(each), sequence: at + 1 }));
  const rig = new Rig({
    rows: {
      jobQueues: [ownQueue],
      submitted: two.map((each) => ({ ...detail, ...each })),
      jobs: two.map((each) => ({ ...identity, ...each, status: 'RUNNABLE' as const })),
    },
  });
  const ids = async (jobs: string[]) =>
    (await rig.call(describeJobs, { jobs })).jobs?.map((job) => job.jobId);
  assert.deepEqual(await ids(['b', 'x', 'a', 'b']), ['b', 'a']);
  assert.deepEqual(await ids([]), []);
  await assert.rejects(ids(Array.from({ length: 101 }, () => 'a')), {
    name: 'ClientException',
    status: 400,
    message: 'Maximum number of jobs supported is 100',
  });
});

// ---- ListJobs ----

const createdAtMs = 1_700_000_000_000;
const listed: readonly [Job | ArrayParent, Partial<JobDetailRecord>?][] = [
  [{ ...waitingArray, id: jobId('array') }, { arraySize: 2 }],
  [{ ...identity, id: jobId('single'), status: 'RUNNABLE' }],
  [{ ...identity, id: jobId('runs'), status: 'RUNNING', attempt: running }, { name: 'Test1' }],
  [
    { ...identity, id: jobId('failed'), status: 'FAILED', stoppedAtMs: 3000 },
    { name: 'test12', shareIdentifier: 's' },
  ],
  [
    { ...identity, id: jobId('late'), status: 'FAILED', stoppedAtMs: 3000 },
    {
      createdAtMs: createdAtMs + 1,
      definitionName: 'dd',
      definitionArn: arn(detail.definitionArn.replace('/d:1', '/dd:1')),
    },
  ],
];

/** A queue with these jobs, submitted in this order. */
function listing(): Rig {
  const rows = listed.map(([job, more], at) => {
    const own = { id: job.id, sequence: at + 1, createdAtMs: more?.createdAtMs ?? at };
    return { detail: { ...detail, ...more, ...own }, job: { ...job, ...own } };
  });
  return new Rig({
    rows: {
      computeEnvironments: [ownEnvironment],
      jobQueues: [ownQueue],
      submitted: rows.map((row) => row.detail),
      jobs: rows.map((row) => row.job),
    },
  });
}

const filter = (name: string, ...values: string[]) => ({ filters: [{ name, values }] });

const queries: [string, ListJobsCommandInput, Partial<JobListQuery>, found: string[]][] = [
  [
    'a queue without a status: what is RUNNING',
    { jobQueue: 'q' },
    { of: { queueArn }, status: 'RUNNING', limit: 1000 },
    ['runs'],
  ],
  [
    'a status',
    { jobQueue: queueArn, jobStatus: 'FAILED', maxResults: 100 },
    { of: { queueArn }, status: 'FAILED', limit: 100 },
    ['late', 'failed'],
  ],
  ['more than a page may hold', { jobQueue: 'q', maxResults: 5000 }, { limit: 1000 }, ['runs']],
  [
    'the children of an array',
    { arrayJobId: 'array', jobStatus: 'RUNNABLE' },
    { of: { arrayJobId: jobId('array') }, status: 'RUNNABLE' },
    ['array:0', 'array:1'],
  ],
  [
    'a name, whatever the status',
    { jobQueue: 'q', jobStatus: 'FAILED', ...filter('JOB_NAME', 'Test1') },
    { name: { text: 'Test1', prefix: false }, status: undefined, limit: 100 },
    ['runs'],
  ],
  [
    'names that begin so',
    { jobQueue: 'q', ...filter('JOB_NAME', 'test*') },
    { name: { text: 'test', prefix: true } },
    ['failed', 'runs'],
  ],
  [
    'a definition',
    { jobQueue: 'q', ...filter('JOB_DEFINITION', 'd*') },
    { definition: { name: 'd', prefix: true } },
    ['late', 'failed', 'runs', 'single', 'array'],
  ],
  [
    'a revision',
    {
      jobQueue: 'q',
      ...filter('JOB_DEFINITION', 'arn:aws:batch:eu-west-1:123456789012:job-definition/d:1'),
    },
    { definition: { arn: 'arn:aws:batch:eu-west-1:123456789012:job-definition/d:1' } },
    ['failed', 'runs', 'single', 'array'],
  ],
  [
    'before a time',
    { jobQueue: 'q', ...filter('BEFORE_CREATED_AT', '1700000000000') },
    { createdBeforeMs: 1_700_000_000_000 },
    ['failed', 'runs', 'single', 'array'],
  ],
  [
    'after a time',
    { jobQueue: 'q', ...filter('AFTER_CREATED_AT', '1700000000000'), maxResults: 500 },
    { createdAfterMs: 1_700_000_000_000, limit: 100 },
    ['late'],
  ],
  [
    'a share and a status',
    { jobQueue: 'q', jobStatus: 'FAILED', ...filter('SHARE_IDENTIFIER', 's') },
    { shareIdentifier: 's', status: 'FAILED' },
    ['failed'],
  ],
];

test('ListJobs tells the share of a job that has one', async () => {
  const { jobSummaryList = [] } = await listing().call(listJobs, {
    jobQueue: 'q',
    jobStatus: 'FAILED',
  });
  assert.deepEqual(
    jobSummaryList.map((job) => [job.jobId, job.shareIdentifier]),
    [
      ['late', undefined],
      ['failed', 's'],
    ],
  );
});

for (const [title, input, expected, found] of queries) {
  test(`ListJobs asks for ${title}`, async (context) => {
    const rig = listing();
    const asked = context.mock.method(rig.control.reader.jobs, 'list');
    const { jobSummaryList } = await rig.call(listJobs, input);
    const query = asked.mock.calls[0]?.arguments[0];
    for (const [member, value] of Object.entries(expected))
      assert.deepEqual(query?.[member as keyof JobListQuery], value, member);
    assert.deepEqual(
      jobSummaryList?.map((job) => job.jobId),
      found,
    );
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
    await assert.rejects(listing().call(listJobs, input), {
      name: 'ClientException',
      status,
      message,
    });
  });
}

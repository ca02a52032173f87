// Service environments and service jobs through the SDK, on the process engine and on Docker: what
// a training job runs as, where its output goes, how it is tried again and stopped, and what
// becomes of it over a crash.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import {
  CreateJobQueueCommand,
  CreateQuotaShareCommand,
  CreateSchedulingPolicyCommand,
  CreateServiceEnvironmentCommand,
  DeleteServiceEnvironmentCommand,
  DescribeServiceEnvironmentsCommand,
  DescribeServiceJobCommand,
  ListJobsCommand,
  ListServiceJobsCommand,
  SubmitServiceJobCommand,
  TerminateServiceJobCommand,
  TerminateServiceJobsCommand,
  UpdateServiceEnvironmentCommand,
  type ServiceJobStatus,
  type SubmitServiceJobCommandInput,
} from '@aws-sdk/client-batch';
import {
  CreateLogGroupCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { requirement } from './requirement.ts';
import { account, region, TestServer, type EngineName } from './server.ts';
import { serviceJob, training } from './house/training.ts';
import { until } from './until.ts';

async function prepare(server: TestServer, maxCapacity: number): Promise<void> {
  await server.batch.send(
    new CreateServiceEnvironmentCommand({
      serviceEnvironmentName: 'se',
      serviceEnvironmentType: 'SAGEMAKER_TRAINING',
      capacityLimits: [{ capacityUnit: 'NUM_INSTANCES', maxCapacity }],
    }),
  );
  await server.batch.send(
    new CreateJobQueueCommand({
      jobQueueName: 'training',
      priority: 1,
      jobQueueType: 'SAGEMAKER_TRAINING',
      serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: 'se' }],
    }),
  );
}

/** Where jobs may leave what they make. */
const out = mkdtempSync(join(tmpdir(), 'longshore-service-jobs-'));
after(() => rmSync(out, { recursive: true, force: true }));

/** A job that runs a line of shell. */
const shell = (
  image: string,
  line: string,
  more: Partial<SubmitServiceJobCommandInput> = {},
  payload: object = {},
): SubmitServiceJobCommandInput =>
  serviceJob(more, {
    AlgorithmSpecification: {
      ...training.AlgorithmSpecification,
      TrainingImage: image,
      ContainerEntrypoint: ['sh', '-c'],
      ContainerArguments: [line],
    },
    OutputDataConfig: { S3OutputPath: `file://${out}` },
    ...payload,
  });

const submit = async (server: TestServer, job: SubmitServiceJobCommandInput): Promise<string> =>
  (await server.batch.send(new SubmitServiceJobCommand(job))).jobId ?? '';
const describeJob = (server: TestServer, jobId: string) =>
  server.batch.send(new DescribeServiceJobCommand({ jobId }));
const whenIs = (server: TestServer, jobId: string, ...statuses: ServiceJobStatus[]) =>
  until(`job ${jobId} is ${statuses.join(' or ')}`, async () => {
    const job = await describeJob(server, jobId);
    return statuses.includes(job.status as ServiceJobStatus) ? job : undefined;
  });
const whenEnded = (server: TestServer, jobId: string) =>
  whenIs(server, jobId, 'SUCCEEDED', 'FAILED');

async function linesOf(server: TestServer, resource: string | undefined): Promise<string[]> {
  const logGroupName = '/aws/sagemaker/TrainingJobs';
  const { logStreams = [] } = await server.logs.send(
    new DescribeLogStreamsCommand({ logGroupName }),
  );
  const name = resource?.split('/').at(-1) ?? '';
  const stream = logStreams.find(({ logStreamName }) => logStreamName?.startsWith(`${name}/`));
  assert.match(stream?.logStreamName ?? '', /\/algo-1-\d+$/);
  const { events = [] } = await server.logs.send(
    new GetLogEventsCommand({
      logGroupName,
      logStreamName: stream?.logStreamName,
      startFromHead: true,
    }),
  );
  return events.map(({ message = '' }) => message);
}

/** One that leaves room for a container job on a machine of two cores. */
const small = (image: string, line: string): SubmitServiceJobCommandInput =>
  shell(
    image,
    line,
    {},
    { ResourceConfig: { ...training.ResourceConfig, InstanceType: 'ml.t2.micro' } },
  );

describe('service jobs beside container jobs', () => {
  it('are waited for by what depends on them', async () => {
    await using server = await TestServer.start('process');
    await server.prepare();
    await prepare(server, 3);
    const { image } = server;
    const definition = await server.register('after', { command: ['true'] });
    const gate = await submit(server, small(image, 'exec sleep 1000'));
    const bad = await submit(server, small(image, 'exit 1'));
    const good = await submit(server, small(image, 'true'));
    await whenEnded(server, good);
    const depending = async (...ids: string[]): Promise<string> =>
      server.submit(definition, { dependsOn: ids.map((jobId) => ({ jobId })) });
    const [one, two, three] = [
      await depending(gate, good),
      await depending(bad),
      await depending(good),
    ];
    await server.whenStatus(three, 'SUCCEEDED');
    const { statusReason } = await server.whenStatus(two, 'FAILED');
    assert.equal(statusReason, 'Dependent Job failed');
    assert.equal((await server.job(one)).status, 'PENDING');
    await server.batch.send(new TerminateServiceJobCommand({ jobId: gate, reason: 'enough' }));
    await server.whenStatus(one, 'FAILED');
  });

  it('are listed by an operation of their own', async () => {
    await using server = await TestServer.start('process');
    await server.prepare();
    await prepare(server, 1);
    const service = await submit(server, small(server.image, 'exec sleep 1000'));
    await whenIs(server, service, 'RUNNING');
    const job = await server.submit(await server.register('d', { command: ['sleep', '1000'] }));
    const { jobQueue = '' } = await server.whenStatus(job, 'RUNNING');
    const listed = async (queue: string): Promise<(string | undefined)[][]> => {
      const of = { jobQueue: queue, jobStatus: 'RUNNING' } as const;
      const lists = [
        await server.batch.send(new ListJobsCommand(of)),
        await server.batch.send(new ListServiceJobsCommand(of)),
      ];
      return lists.map(({ jobSummaryList = [] }) => jobSummaryList.map(({ jobId }) => jobId));
    };
    assert.deepEqual(await listed('training'), [[], [service]]);
    assert.deepEqual(await listed(jobQueue), [[job], []]);
  });
});

const engines: readonly { engine: EngineName; skip?: string | false | undefined }[] = [
  { engine: 'process' },
  { engine: 'docker', skip: requirement('docker').skip },
];
for (const { engine, skip } of engines)
  describe(`service jobs on ${engine}`, { skip }, () => {
    it('run, are tried again and are stopped', async () => {
      await using server = await TestServer.start(engine, ['--training-files', `${out}:rw`]);
      await prepare(server, 1);
      const { image } = server;
      const line = 'echo "$TRAINING_JOB_NAME $SEED"';
      const id = await submit(server, shell(image, line, {}, { Environment: { SEED: '7' } }));
      const ended = await whenEnded(server, id);
      assert.deepEqual(
        [ended.status, ended.statusReason],
        ['SUCCEEDED', 'Received status from SageMaker: Training job completed'],
      );
      const resource = ended.latestAttempt?.serviceResourceId?.value;
      assert.deepEqual(await linesOf(server, resource), [`${resource?.split('/').at(-1)} 7`]);

      const again = {
        attempts: 2,
        evaluateOnExit: [{ action: 'RETRY', onStatusReason: '*code: 3' }],
      };
      const failing = await whenEnded(
        server,
        await submit(server, shell(image, 'exit 3', { retryStrategy: again as never })),
      );
      assert.deepEqual(
        [failing.status, failing.attempts?.map(({ statusReason }) => statusReason)],
        ['FAILED', Array(2).fill('Received status from SageMaker: AlgorithmError: , exit code: 3')],
      );

      // As the first process of a container it is not stopped by a SIGTERM that it does not take.
      const long = await submit(server, shell(image, 'trap "exit 143" TERM; sleep 1000 & wait'));
      const waiting = await submit(server, shell(image, 'true'));
      await whenIs(server, long, 'RUNNING');
      assert.match(
        (await whenIs(server, waiting, 'RUNNABLE')).statusReason ?? '',
        /waiting for service environment se: 1 of 1 instances in use/,
      );
      const { jobSummaryList } = await server.batch.send(
        new ListServiceJobsCommand({ jobQueue: 'training' }),
      );
      assert.deepEqual(
        jobSummaryList?.map(({ jobId, status }) => [jobId, status]),
        [[long, 'RUNNING']],
      );
      await server.batch.send(
        new TerminateServiceJobCommand({ jobId: long, reason: 'long enough' }),
      );
      const stopped = await whenEnded(server, long);
      assert.deepEqual(
        [stopped.status, stopped.statusReason, stopped.isTerminated],
        ['FAILED', 'long enough', true],
      );
      assert.equal((await whenEnded(server, waiting)).status, 'SUCCEEDED');
    });
  });

describe('service jobs', () => {
  it('go on over a crash, within their time and their capacity', async () => {
    await using server = await TestServer.start('process');
    await prepare(server, 1);
    const { image } = server;
    const stops = { StoppingCondition: { MaxRuntimeInSeconds: 3 } };
    const first = await submit(server, shell(image, 'exec sleep 1000', {}, stops));
    const second = await submit(server, shell(image, 'true'));
    // On a busy machine its time may be over before anybody looks, or the server is there again.
    await whenIs(server, first, 'RUNNING', 'FAILED');
    await server.kill('SIGKILL');
    await server.restart();
    const ended = await whenEnded(server, first);
    assert.match(ended.statusReason ?? '', /runtime exceeded MaxRuntimeInSeconds/);
    const next = await whenEnded(server, second);
    assert.equal(next.status, 'SUCCEEDED');
    assert.ok((next.startedAt ?? 0) >= (ended.stoppedAt ?? Infinity), 'one at a time');
  });

  it('are preempted, and rules are told when that begins and when it is over', async () => {
    await using server = await TestServer.start('fake');
    const type = 'ml.t2.micro';
    const limits = (maxCapacity: number) => [{ capacityUnit: type, maxCapacity }];
    const { batch } = server;
    await batch.send(
      new CreateServiceEnvironmentCommand({
        serviceEnvironmentName: 'by-type',
        serviceEnvironmentType: 'SAGEMAKER_TRAINING',
        capacityLimits: limits(1),
      }),
    );
    const { arn } = await batch.send(
      new CreateSchedulingPolicyCommand({
        name: 'quotas',
        quotaSharePolicy: { idleResourceAssignmentStrategy: 'FIFO' },
      }),
    );
    await batch.send(
      new CreateJobQueueCommand({
        jobQueueName: 'shared',
        priority: 1,
        jobQueueType: 'SAGEMAKER_TRAINING',
        serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: 'by-type' }],
        schedulingPolicyArn: arn,
      }),
    );
    for (const [quotaShareName, most] of [
      ['owner', 1],
      ['borrower', 0],
    ] as const)
      await batch.send(
        new CreateQuotaShareCommand({
          quotaShareName,
          jobQueue: 'shared',
          capacityLimits: limits(most),
          resourceSharingConfiguration: { strategy: 'LEND_AND_BORROW', borrowLimit: -1 },
          preemptionConfiguration: { inSharePreemption: 'DISABLED' },
        }),
      );
    const logGroupName = '/events/preemptions';
    const own = (service: string, resource: string) =>
      `arn:aws:${service}:${region}:${account}:${resource}`;
    await server.logs.send(new CreateLogGroupCommand({ logGroupName }));
    const events = new EventBridgeClient(server.clientOptions());
    await events.send(
      new PutRuleCommand({
        Name: 'preemptions',
        EventPattern: JSON.stringify({
          source: ['aws.batch'],
          'detail-type': [{ prefix: 'Batch Service Job Preemption ' }],
        }),
      }),
    );
    await events.send(
      new PutTargetsCommand({
        Rule: 'preemptions',
        Targets: [{ Id: 'log', Arn: own('logs', `log-group:${logGroupName}`) }],
      }),
    );
    events.destroy();
    const job = (quotaShareName: string) =>
      serviceJob(
        { jobQueue: 'shared', quotaShareName },
        {
          AlgorithmSpecification: {
            ...training.AlgorithmSpecification,
            ContainerEntrypoint: ['sleep', '1000000'],
          },
          ResourceConfig: { ...training.ResourceConfig, InstanceType: type },
        },
      );
    const borrower = await submit(server, job('borrower'));
    await whenIs(server, borrower, 'RUNNING');
    await whenIs(server, await submit(server, job('owner')), 'RUNNING');
    const messages = await until('both events to be in the log group', async () => {
      const { events: found = [] } = await server.logs.send(
        new FilterLogEventsCommand({ logGroupName }),
      );
      return found.length >= 2 && found.map(({ message = '' }) => JSON.parse(message) as object);
    });
    const preemptedJobArn = own('batch', `service-job/${borrower}`);
    const { preemptionSummary } = await describeJob(server, borrower);
    const [attempt] = preemptionSummary?.recentPreemptedAttempts ?? [];
    const shown = (messages as { 'detail-type': string; detail: { preemptionSummary?: object } }[])
      .map((event) => [event['detail-type'], event.detail])
      .sort(([a = ''], [b = '']) => (a < b ? 1 : -1));
    assert.deepEqual(shown, [
      [
        'Batch Service Job Preemption Started',
        {
          preemptedJobArn,
          status: 'RUNNING',
          statusReason:
            'PREEMPTION_IN_PROGRESS: Cross-share preemption triggered to reclaim borrowed capacity',
        },
      ],
      [
        'Batch Service Job Preemption Completed',
        {
          preemptedJobArn,
          status: 'RUNNABLE',
          preemptionSummary: {
            preemptedAttemptCount: 1,
            recentPreemptedAttempts: [
              { ...attempt, startedAt: attempt?.startedAt, stoppedAt: attempt?.stoppedAt },
            ],
          },
        },
      ],
    ]);
  });

  it('are stopped by the dozen, and their environment goes when nothing uses it', async () => {
    await using server = await TestServer.start('fake');
    await prepare(server, 2);
    const forever = serviceJob(
      {},
      {
        AlgorithmSpecification: {
          ...training.AlgorithmSpecification,
          ContainerEntrypoint: ['sleep', '1000000'],
        },
      },
    );
    const ids = await Promise.all(Array.from({ length: 12 }, () => submit(server, forever)));
    const { successful, errors } = await server.batch.send(
      new TerminateServiceJobsCommand({ jobs: ids, reason: 'enough' }),
    );
    assert.deepEqual([successful, errors], [ids, []]);
    for (const id of ids) assert.equal((await whenEnded(server, id)).status, 'FAILED');
    const environment = { serviceEnvironment: 'se' };
    await server.batch.send(
      new UpdateServiceEnvironmentCommand({ ...environment, state: 'DISABLED' }),
    );
    await assert.rejects(
      server.batch.send(new DeleteServiceEnvironmentCommand(environment)),
      /found existing JobQueue relationship: training/,
    );
    const { serviceEnvironments } = await server.batch.send(
      new DescribeServiceEnvironmentsCommand({}),
    );
    assert.deepEqual(
      serviceEnvironments?.map(({ state, status }) => [state, status]),
      [['DISABLED', 'VALID']],
    );
  });
});

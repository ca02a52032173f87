// The readers that stand behind the API: each test does the calls of one client of AWS Batch, in
// its order, and reads what that client reads (doc/clients.md). It breaks where that client would.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CancelJobCommand,
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DeleteComputeEnvironmentCommand,
  DeleteJobQueueCommand,
  DeregisterJobDefinitionCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
  DescribeJobsCommand,
  ListJobsCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  TerminateJobCommand,
  UpdateComputeEnvironmentCommand,
  UpdateJobQueueCommand,
  type ComputeEnvironmentDetail,
  type ComputeResource,
  type ContainerProperties,
  type JobDefinition,
  type JobStateTimeLimitAction,
  type JobStatus,
  type RegisterJobDefinitionCommandInput,
  type SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import {
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { account, computeResources, region, TestServer } from './server.ts';
import { until } from './until.ts';

const logGroupName = '/aws/batch/job';
const resources: ContainerProperties = {
  image: 'busybox',
  resourceRequirements: [
    { type: 'VCPU', value: '1' },
    { type: 'MEMORY', value: '32' },
  ],
};

describe('clients', () => {
  let server: TestServer;

  before(async () => {
    server = await TestServer.start('process');
    await server.prepare();
    await server.batch.send(
      new CreateComputeEnvironmentCommand({
        computeEnvironmentName: 'idle',
        type: 'MANAGED',
        computeResources,
      }),
    );
    await server.batch.send(
      new UpdateComputeEnvironmentCommand({ computeEnvironment: 'idle', state: 'DISABLED' }),
    );
    await server.batch.send(
      new CreateJobQueueCommand({
        jobQueueName: 'idle',
        priority: 1,
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'idle' }],
      }),
    );
  });
  after(() => server[Symbol.asyncDispose]());

  const definitionsOf = async (jobDefinitionName: string, status?: string) =>
    (await server.batch.send(new DescribeJobDefinitionsCommand({ jobDefinitionName, status })))
      .jobDefinitions ?? [];

  const terminate = (jobId: string, reason: string) =>
    server.batch.send(new TerminateJobCommand({ jobId, reason }));

  describe('Nextflow', () => {
    const command = [
      'bash',
      '-o',
      'pipefail',
      '-c',
      'trap "{ ret=$?; echo caught; exit $ret; }" EXIT; echo \'task\' | cat',
    ];
    const register: RegisterJobDefinitionCommandInput = {
      jobDefinitionName: 'nf-busybox',
      type: 'container',
      parameters: { 'nf-token': '0123abcd' },
      containerProperties: {
        ...resources,
        command: ['true'],
        volumes: [{ name: 'vol-1', host: { sourcePath: '/tmp' } }],
        mountPoints: [{ sourceVolume: 'vol-1', containerPath: '/tmp' }],
      },
    };
    const submission: Omit<SubmitJobCommandInput, 'jobDefinition'> = {
      jobName: 'nf-hello',
      jobQueue: 'test',
      containerOverrides: { command, environment: [{ name: 'NXF_DEBUG', value: '1' }] },
      retryStrategy: {
        attempts: 5,
        evaluateOnExit: [
          { action: 'RETRY', onStatusReason: 'Host EC2*' },
          { action: 'EXIT', onReason: '*' },
        ],
      },
      tags: { 'nextflow.io/sessionId': 'x' },
      propagateTags: true,
    };

    test('finds its definition by name, ACTIVE status and token, and submits right after registering', async () => {
      assert.deepEqual(await definitionsOf('nf-busybox'), []);
      const { revision } = await server.batch.send(new RegisterJobDefinitionCommand(register));
      const [found] = (await definitionsOf('nf-busybox')).filter(
        (one) => one.status === 'ACTIVE' && one.parameters?.['nf-token'] === '0123abcd',
      );
      assert.equal(found?.revision, revision);
      const { jobId = '' } = await server.batch.send(
        new SubmitJobCommand({ ...submission, jobDefinition: `nf-busybox:${revision}` }),
      );
      const job = await server.whenEnded(jobId);
      assert.deepEqual(
        [job.status, job.container?.exitCode, job.container?.command],
        ['SUCCEEDED', 0, command],
      );
      assert.match(
        job.container?.taskArn ?? '',
        /^arn:aws:ecs:us-east-1:000000000000:task\/[^/]+\/[0-9a-f-]+$/,
      );
      assert.deepEqual(await server.lines(job), ['task', 'caught']);
    });

    test('polls the children of an array by their ids, and kills the parent once', async () => {
      const jobDefinition = await server.register('nf-sleep', { command: ['sleep', '300'] });
      const { jobId = '' } = await server.batch.send(
        new SubmitJobCommand({
          jobName: 'nf-array',
          jobQueue: 'test',
          jobDefinition,
          arrayProperties: { size: 3 },
        }),
      );
      const ids = [0, 1, 2].map((index) => `${jobId}:${index}`);
      const { jobs } = await server.batch.send(new DescribeJobsCommand({ jobs: ids }));
      assert.deepEqual(
        jobs?.map((job) => job.jobId),
        ids,
      );
      await terminate(jobId, 'Job killed by NF');
      for (const id of ids) {
        const job = await server.whenEnded(id);
        assert.deepEqual([job.status, job.statusReason], ['FAILED', 'Job killed by NF']);
      }
    });

    test('takes the log stream of a job that has none yet for a ResourceNotFoundException', async () => {
      await assert.rejects(
        server.logs.send(
          new GetLogEventsCommand({ logGroupName, logStreamName: 'nf-busybox/default/0' }),
        ),
        ResourceNotFoundException,
      );
    });
  });

  describe('Metaflow', () => {
    test('looks for the queue and the kind of its environment', async () => {
      const { jobQueues = [], nextToken } = await server.batch.send(
        new DescribeJobQueuesCommand({ jobQueues: ['test'] }),
      );
      assert.equal(nextToken, undefined);
      const [queue] = jobQueues;
      assert.deepEqual([queue?.state, queue?.status], ['ENABLED', 'VALID']);
      const computeEnvironments = [queue?.computeEnvironmentOrder?.[0]?.computeEnvironment ?? ''];
      const described = await server.batch.send(
        new DescribeComputeEnvironmentsCommand({ computeEnvironments }),
      );
      assert.equal(described.computeEnvironments?.[0]?.computeResources?.type, 'EC2');
    });

    test('has its steps read what ECS and Batch say of them, and ends them where one of these is missing', async () => {
      const name = await server.register('metaflow-step', {
        command: [
          'sh',
          '-c',
          'set -u; echo $AWS_BATCH_JOB_ID $AWS_BATCH_JOB_ATTEMPT $AWS_BATCH_CE_NAME $AWS_BATCH_JQ_NAME $AWS_EXECUTION_ENV',
        ],
      });
      const job = await server.whenEnded(await server.submit(name));
      assert.deepEqual(await server.lines(job), [`${job.jobId} 1 test test AWS_ECS_EC2`]);
    });

    test('is done when stoppedAt is set: also of a job that was terminated before it ran', async () => {
      const jobDefinition = await server.register(
        'metaflow',
        { command: ['true'] },
        { parameters: { 'metaflow.run_id': '1' } },
      );
      const waits = await server.submit(jobDefinition, {
        jobQueue: 'idle',
        parameters: { 'metaflow.user': 'me' },
      });
      const { jobSummaryList } = await server.batch.send(
        new ListJobsCommand({ jobQueue: 'idle', jobStatus: 'RUNNABLE' }),
      );
      assert.ok(jobSummaryList?.some((job) => job.jobId === waits));
      await terminate(waits, 'Metaflow initiated job termination');
      const job = await server.job(waits);
      assert.ok((job.stoppedAt ?? 0) > 0 && (job.createdAt ?? 0) > 0);
      assert.deepEqual(job.parameters, { 'metaflow.run_id': '1', 'metaflow.user': 'me' });
      assert.equal(job.statusReason, 'Metaflow initiated job termination');
      assert.ok(job.container !== undefined);
    });

    test('reads the exit code of the last attempt', async () => {
      const job = await server.run('metaflow-fails', { command: ['sh', '-c', 'exit 17'] });
      assert.equal(job.attempts?.at(-1)?.container?.exitCode, 17);
      assert.equal(job.container?.exitCode, 17);
      assert.equal(job.container?.reason, undefined);
    });

    test('divides a parallel step among nodes, and knows it by the absence of a container', async () => {
      const nodeRangeProperties = ['0:0', '1:2'].map((targetNodes) => ({
        targetNodes,
        container: { ...resources, command: ['echo', 'hello world'] },
      }));
      const { jobDefinitionArn } = await server.batch.send(
        new RegisterJobDefinitionCommand({
          jobDefinitionName: 'metaflow-parallel',
          type: 'multinode',
          nodeProperties: { numNodes: 3, mainNode: 0, nodeRangeProperties },
        }),
      );
      const nodePropertyOverrides = [
        {
          targetNodes: '0:0',
          containerOverrides: {
            command: ['sh', '-c', 'echo main; exit 4'],
            environment: [{ name: 'A', value: '1' }],
          },
        },
        {
          targetNodes: '1:2',
          containerOverrides: { command: ['sh', '-c', 'echo $AWS_BATCH_JOB_NODE_INDEX'] },
        },
      ];
      const jobId = await server.submit(jobDefinitionArn ?? '', {
        jobName: 'metaflow-parallel',
        nodeOverrides: { nodePropertyOverrides },
      });
      const job = await server.whenEnded(jobId);
      assert.ok(!('container' in job) && (job.stoppedAt ?? 0) > 0);
      assert.deepEqual(
        [job.status, job.statusReason, job.attempts?.at(-1)?.container?.exitCode],
        ['FAILED', 'Essential container in task exited', 4],
      );
      const main = await server.job(`${jobId}#0`);
      assert.deepEqual(
        [main.nodeDetails, main.container?.exitCode, await server.lines(main)],
        [{ nodeIndex: 0, isMainNode: true }, 4, ['main']],
      );
    });
  });

  test('Airflow reads the log of a multi-node job: where each range writes, and the stream of each attempt', async () => {
    const container = {
      ...resources,
      command: ['echo', 'line'],
      logConfiguration: {
        logDriver: 'awslogs' as const,
        options: { 'awslogs-group': '/airflow', 'awslogs-create-group': 'true' },
      },
    };
    const nodeProperties = {
      numNodes: 2,
      mainNode: 1,
      nodeRangeProperties: [{ targetNodes: '0:', container }],
    };
    await server.batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName: 'airflow-nodes',
        type: 'multinode',
        nodeProperties,
      }),
    );
    const job = await server.whenEnded(
      await server.submit('airflow-nodes', { nodeOverrides: { numNodes: 3 } }),
    );
    assert.deepEqual([job.status, job.nodeProperties?.numNodes], ['SUCCEEDED', 3]);
    assert.deepEqual(
      job.nodeProperties?.nodeRangeProperties?.map((range) => range.container?.logConfiguration),
      [{ ...container.logConfiguration, secretOptions: [] }],
    );
    const [stream, ...others] =
      job.attempts?.map((attempt) => attempt.container?.logStreamName) ?? [];
    assert.deepEqual(others, []);
    const { events } = await server.logs.send(
      new GetLogEventsCommand({
        logGroupName: '/airflow',
        logStreamName: stream,
        startFromHead: true,
      }),
    );
    assert.deepEqual(
      events?.map(({ message }) => message),
      ['line'],
    );
    const { jobSummaryList } = await server.batch.send(
      new ListJobsCommand({ multiNodeJobId: job.jobId, jobStatus: 'SUCCEEDED' }),
    );
    assert.deepEqual(
      jobSummaryList?.find((one) => one.jobId === `${job.jobId}#1`)?.nodeProperties,
      { isMainNode: true, numNodes: 3, nodeIndex: 1 },
    );
  });

  test('Airflow reads one job, its ARNs and where its log is, of arrays too', async () => {
    const jobDefinition = await server.register('airflow', { command: ['echo', 'line'] });
    const jobId = await server.submit(jobDefinition, { arrayProperties: { size: 2 } });
    await server.whenEnded(jobId);
    for (const id of [jobId, `${jobId}:1`]) {
      const { jobs = [] } = await server.batch.send(new DescribeJobsCommand({ jobs: [id] }));
      assert.deepEqual(
        jobs.map((job) => job.jobId),
        [id],
      );
      const [job] = jobs;
      assert.equal(
        job?.jobDefinition,
        `arn:aws:batch:${region}:${account}:job-definition/${jobDefinition}`,
      );
      assert.equal(job?.jobQueue, `arn:aws:batch:${region}:${account}:job-queue/test`);
      assert.equal(job?.container?.logConfiguration?.logDriver, 'awslogs');
    }
    const child = await server.job(`${jobId}:1`);
    assert.equal(child.attempts?.[0]?.container?.logStreamName, child.container?.logStreamName);
  });

  describe('Terraform', () => {
    const environmentOf = async (arn: string): Promise<ComputeEnvironmentDetail | undefined> =>
      (
        await server.batch.send(
          new DescribeComputeEnvironmentsCommand({ computeEnvironments: [arn] }),
        )
      ).computeEnvironments?.[0];

    /** Any status but the two is an error. */
    const whenValid = (arn: string, meanwhile: string): Promise<ComputeEnvironmentDetail> =>
      until('the environment to be VALID', async () => {
        const environment = await environmentOf(arn);
        assert.ok(
          environment?.status === meanwhile || environment?.status === 'VALID',
          environment?.statusReason,
        );
        return environment?.status === 'VALID' && environment;
      });

    test('applies, plans without changes, updates and destroys', async () => {
      const sent = {
        ...computeResources,
        allocationStrategy: 'BEST_FIT_PROGRESSIVE',
        tags: { Name: 'tf' },
      } as const;
      const made = await server.batch.send(
        new CreateComputeEnvironmentCommand({
          computeEnvironmentName: 'tf',
          type: 'MANAGED',
          state: 'ENABLED',
          serviceRole: '',
          computeResources: sent,
          tags: { a: 'b' },
        }),
      );
      const arn = made.computeEnvironmentArn as string;
      const environment = await whenValid(arn, 'CREATING');
      assert.match(
        environment.serviceRole ?? '',
        /^arn:aws:iam::\d{12}:role\/aws-service-role\/batch\.amazonaws\.com\//,
      );
      assert.deepEqual(environment.updatePolicy, {
        terminateJobsOnUpdate: false,
        jobExecutionTimeoutMinutes: 30,
      });
      // The two are computed: Terraform takes whatever the service says.
      const {
        desiredvCpus: _desired,
        ec2Configuration: _configuration,
        ...read
      } = (environment.computeResources ?? {}) as ComputeResource;
      assert.deepEqual([read, environment.tags], [sent, { a: 'b' }]);

      await server.batch.send(
        new UpdateComputeEnvironmentCommand({
          computeEnvironment: arn,
          updatePolicy: { terminateJobsOnUpdate: true, jobExecutionTimeoutMinutes: 60 },
        }),
      );
      await server.batch.send(
        new UpdateComputeEnvironmentCommand({
          computeEnvironment: arn,
          computeResources: { maxvCpus: 64, ec2KeyPair: '', placementGroup: '', tags: {} },
        }),
      );
      const updated = await whenValid(arn, 'UPDATING');
      assert.equal(updated.computeResources?.maxvCpus, 64);
      assert.deepEqual(updated.updatePolicy, {
        terminateJobsOnUpdate: true,
        jobExecutionTimeoutMinutes: 60,
      });
      assert.ok(
        updated.computeResources?.ec2KeyPair === undefined &&
          updated.computeResources?.placementGroup === undefined,
      );

      const order = [{ order: 0, computeEnvironment: arn }];
      const jobStateTimeLimitActions: JobStateTimeLimitAction[] = [
        {
          reason: 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY',
          state: 'RUNNABLE',
          maxTimeSeconds: 600,
          action: 'CANCEL',
        },
      ];
      const { jobQueueArn = '' } = await server.batch.send(
        new CreateJobQueueCommand({
          jobQueueName: 'tf',
          priority: 0,
          state: 'ENABLED',
          computeEnvironmentOrder: order,
          jobStateTimeLimitActions,
        }),
      );
      const queueOf = async () =>
        (await server.batch.send(new DescribeJobQueuesCommand({ jobQueues: [jobQueueArn] })))
          .jobQueues?.[0];
      const queue = await queueOf();
      assert.deepEqual(
        [queue?.computeEnvironmentOrder, queue?.priority, queue?.jobStateTimeLimitActions],
        [order, 0, jobStateTimeLimitActions],
      );

      // The relation must be gone as soon as the update returned
      // (hashicorp/terraform-provider-aws#46925).
      await server.batch.send(
        new UpdateJobQueueCommand({
          jobQueue: jobQueueArn,
          computeEnvironmentOrder: [{ order: 0, computeEnvironment: 'test' }],
          jobStateTimeLimitActions: [],
        }),
      );
      const moved = await queueOf();
      assert.deepEqual([moved?.jobStateTimeLimitActions, moved?.status], [[], 'VALID']);

      await server.batch.send(
        new UpdateComputeEnvironmentCommand({ computeEnvironment: arn, state: 'DISABLED' }),
      );
      await whenValid(arn, 'UPDATING');
      await server.batch.send(new DeleteComputeEnvironmentCommand({ computeEnvironment: arn }));
      await until(
        'the environment to be gone',
        async () => (await environmentOf(arn)) === undefined,
      );
      await assert.rejects(
        server.batch.send(
          new UpdateComputeEnvironmentCommand({
            computeEnvironment: arn,
            computeResources: { maxvCpus: 1 },
          }),
        ),
        /does not exist/,
      );

      await server.batch.send(
        new UpdateJobQueueCommand({ jobQueue: jobQueueArn, state: 'DISABLED' }),
      );
      await server.batch.send(new DeleteJobQueueCommand({ jobQueue: jobQueueArn }));
      await until('the queue to be gone', async () => (await queueOf()) === undefined);
    });

    test('deregisters every active revision by its ARN, and takes INACTIVE for gone', async () => {
      for (const value of ['1', '2'])
        await server.register('tf-definition', { environment: [{ name: 'A', value }] });
      const active = await definitionsOf('tf-definition', 'ACTIVE');
      assert.equal(active.length, 2);
      for (const { jobDefinitionArn } of active)
        await server.batch.send(
          new DeregisterJobDefinitionCommand({ jobDefinition: jobDefinitionArn }),
        );
      assert.deepEqual(await definitionsOf('tf-definition', 'ACTIVE'), []);
      const { jobDefinitions } = await server.batch.send(
        new DescribeJobDefinitionsCommand({ jobDefinitions: [active[0]?.jobDefinitionArn ?? ''] }),
      );
      assert.equal(jobDefinitions?.[0]?.status, 'INACTIVE');
    });
  });

  test('Snakemake registers a definition a job, terminates what has ended, and deregisters it', async () => {
    const { jobDefinitionName, revision, jobDefinitionArn } = await server.batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName: 'snakejob-def-1',
        type: 'container',
        containerProperties: { ...resources, command: ['true'] },
      }),
    );
    const { jobId = '', jobName } = await server.batch.send(
      new SubmitJobCommand({
        jobName: 'snakejob-1',
        jobQueue: 'test',
        jobDefinition: `${jobDefinitionName}:${revision}`,
      }),
    );
    assert.equal(jobName, 'snakejob-1');
    const job = await server.whenEnded(jobId);
    assert.deepEqual(
      [job.status, job.container?.exitCode, job.jobDefinition],
      ['SUCCEEDED', 0, jobDefinitionArn],
    );
    await terminate(jobId, 'terminated by snakemake');
    assert.deepEqual(await server.job(jobId), job);
    await server.batch.send(
      new DeregisterJobDefinitionCommand({ jobDefinition: jobDefinitionArn }),
    );
    assert.equal((await server.job(jobId)).jobDefinition, jobDefinitionArn);
  });

  test('Toil waits after a termination until the job has ended', async () => {
    const jobId = await server.submit(await server.register('toil', { command: ['sleep', '300'] }));
    await server.whenStatus(jobId, 'RUNNING');
    await terminate(jobId, 'Killed');
    const job = await server.whenEnded(jobId);
    assert.deepEqual([job.status, job.statusReason], ['FAILED', 'Killed']);
    assert.ok((job.startedAt ?? 0) <= (job.stoppedAt ?? -1));
  });

  describe('Cromwell', () => {
    test('takes the highest ACTIVE revision of a name', async () => {
      for (const value of ['1', '2', '3'])
        await server.register('cromwell-revisions', { environment: [{ name: 'A', value }] });
      assert.deepEqual(
        (await definitionsOf('cromwell-revisions', 'ACTIVE'))
          .map((one) => one.revision ?? 0)
          .toSorted((a, b) => a - b),
        [1, 2, 3],
      );
    });

    test('lists the live ones by each status, a hundred a page', async () => {
      const jobId = await server.submit(
        await server.register('cromwell-waits', { command: ['true'] }),
        { jobQueue: 'idle' },
      );
      const found: string[] = [];
      for (const jobStatus of [
        'SUBMITTED',
        'PENDING',
        'RUNNABLE',
        'STARTING',
        'RUNNING',
      ] satisfies JobStatus[]) {
        const { jobSummaryList } = await server.batch.send(
          new ListJobsCommand({ jobQueue: 'idle', jobStatus, maxResults: 100 }),
        );
        if (jobSummaryList?.some((job) => job.jobId === jobId)) found.push(jobStatus);
      }
      assert.deepEqual(found, ['RUNNABLE']);
      await server.batch.send(new CancelJobCommand({ jobId, reason: 'done' }));
    });

    test('reads how the last attempt ended, the log group and the region', async () => {
      const job = await server.run('cromwell', { command: ['sh', '-c', 'echo out; exit 5'] });
      assert.deepEqual(job.attempts?.at(-1)?.container?.exitCode, 5);
      assert.equal(job.attempts?.at(-1)?.container?.reason, undefined);
      assert.equal(job.container?.logConfiguration?.options?.['awslogs-group'], logGroupName);
      assert.equal(job.jobQueue?.split(':')[3], region);
      const { events } = await server.logs.send(
        new GetLogEventsCommand({
          logGroupName,
          logStreamName: job.container?.logStreamName,
          startFromHead: true,
        }),
      );
      assert.deepEqual(
        events?.map((event) => event.message),
        ['out'],
      );
    });
  });

  test('miniwdl-aws reads the tags of the queue, and asserts that a FAILED job did not exit with 0', async () => {
    await server.batch.send(
      new CreateJobQueueCommand({
        jobQueueName: 'miniwdl',
        priority: 1,
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'test' }],
        tags: { WorkflowEngineRoleArn: 'arn:aws:iam::000000000000:role/x' },
      }),
    );
    const { jobQueues } = await server.batch.send(
      new DescribeJobQueuesCommand({ maxResults: 100 }),
    );
    assert.deepEqual(jobQueues?.find((queue) => queue.jobQueueName === 'miniwdl')?.tags, {
      WorkflowEngineRoleArn: 'arn:aws:iam::000000000000:role/x',
    });
    const job = await server.run('miniwdl', { command: ['false'] }, { jobQueue: 'miniwdl' });
    assert.equal(job.status, 'FAILED');
    assert.notEqual(job.container?.exitCode ?? 1, 0);
  });

  describe('Nextstrain', () => {
    test('registers a copy of what it described', async () => {
      const original = await server.register(
        'nextstrain',
        {
          command: ['echo', 'Ref::a'],
          environment: [{ name: 'A', value: '1' }],
          volumes: [{ name: 'v', host: {} }],
        },
        {
          parameters: { a: 'b' },
          timeout: { attemptDurationSeconds: 99 },
          retryStrategy: { attempts: 2 },
        },
      );
      const [described] = await definitionsOf('nextstrain', 'ACTIVE');
      const {
        jobDefinitionArn: _arn,
        revision: _revision,
        status: _status,
        containerOrchestrationType: _type,
        ...copy
      } = described as JobDefinition;
      const input = {
        ...copy,
        jobDefinitionName: 'nextstrain-copy',
        containerProperties: { ...copy.containerProperties, image: 'other' },
      } as RegisterJobDefinitionCommandInput;
      await server.batch.send(new RegisterJobDefinitionCommand(input));
      const [again] = await definitionsOf('nextstrain-copy', 'ACTIVE');
      assert.equal(original, 'nextstrain:1');
      assert.deepEqual(again, {
        ...described,
        jobDefinitionName: 'nextstrain-copy',
        jobDefinitionArn: again?.jobDefinitionArn,
        containerProperties: { ...described?.containerProperties, image: 'other' },
      });
    });

    test('follows the stream by FilterLogEvents, and knows that the user stopped the job', async () => {
      const jobId = await server.submit(
        await server.register('nextstrain-runs', {
          command: ['sh', '-c', 'echo one; echo two; exec sleep 300'],
        }),
      );
      const { container } = await server.whenStatus(jobId, 'RUNNING');
      const logStreamNames = [container?.logStreamName ?? ''];
      const seen = await until('both lines', async () => {
        const { events } = await server.logs.send(
          new FilterLogEventsCommand({ logGroupName, logStreamNames }),
        );
        return events?.length === 2 && events;
      });
      const since = await server.logs.send(
        new FilterLogEventsCommand({
          logGroupName,
          logStreamNames,
          startTime: (seen[1]?.timestamp ?? 0) + 1,
        }),
      );
      assert.deepEqual([since.events, since.nextToken], [[], undefined]);
      await terminate(jobId, 'stopped by user');
      const job = await server.whenEnded(jobId);
      assert.deepEqual([job.statusReason, job.container?.reason], ['stopped by user', undefined]);
    });
  });

  test('Luigi reads the tail of the first attempt of a failed job', async () => {
    const job = await server.run('luigi', { command: ['sh', '-c', 'seq 1 60; exit 1'] });
    const logStreamName = job.attempts?.[0]?.container?.logStreamName;
    const { events } = await server.logs.send(
      new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: false, limit: 50 }),
    );
    assert.deepEqual(
      events?.map((event) => event.message),
      Array.from({ length: 50 }, (_, index) => String(index + 11)),
    );
  });

  test('aws-batch-helpers find a stream by its prefix', async () => {
    const job = await server.run('helpers', { command: ['echo', 'found'] });
    const { logStreams } = await server.logs.send(
      new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: 'helpers/default/' }),
    );
    assert.deepEqual(
      logStreams?.map((stream) => stream.logStreamName),
      [job.container?.logStreamName],
    );
  });
});

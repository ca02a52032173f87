// The official SDK for JavaScript: what is sent comes back, member by member; pages, errors and
// many ids at once; and the calls of CloudWatch Logs. On the process engine, so that it runs on
// every machine.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CancelJobsCommand,
  ClientException,
  DeregisterJobDefinitionCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
  DescribeJobsCommand,
  ListJobsCommand,
  ListTagsForResourceCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  TagResourceCommand,
  TerminateJobsCommand,
  UntagResourceCommand,
  UpdateComputeEnvironmentCommand,
  paginateDescribeJobDefinitions,
  paginateListJobs,
  type ContainerProperties,
  type RegisterJobDefinitionCommandInput,
} from '@aws-sdk/client-batch';
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { TestServer } from './server.ts';

const unknownId = '00000000-0000-4000-8000-000000000000';

describe('the SDK for JavaScript', () => {
  let server: TestServer;

  before(async () => {
    server = await TestServer.start('process');
    await server.prepare();
  });
  after(() => server[Symbol.asyncDispose]());

  const shell = (script: string, more: ContainerProperties = {}): ContainerProperties => ({
    command: ['sh', '-c', script],
    ...more,
  });

  const described = async (name: string) =>
    (await server.batch.send(new DescribeJobDefinitionsCommand({ jobDefinitions: [name] })))
      .jobDefinitions?.[0];

  describe('a definition comes back as it was sent', () => {
    const small = {
      image: 'busybox',
      resourceRequirements: [
        { type: 'VCPU', value: '1' },
        { type: 'MEMORY', value: '32' },
      ],
    } as const satisfies ContainerProperties;
    const full: ContainerProperties = {
      image: '012345678910.dkr.ecr.us-east-1.amazonaws.com/a/b:c',
      command: [
        'bash',
        '-o',
        'pipefail',
        '-c',
        "trap '{ ret=$?; exit $ret; }' EXIT; echo Ref::who",
      ],
      jobRoleArn: 'arn:aws:iam::012345678910:role/job',
      executionRoleArn: 'arn:aws:iam::012345678910:role/execution',
      resourceRequirements: [
        { type: 'VCPU', value: '2' },
        { type: 'MEMORY', value: '2048' },
        { type: 'GPU', value: '1' },
      ],
      environment: [
        { name: 'B', value: '2' },
        { name: 'A', value: ' 1 ' },
      ],
      user: '1000:1000',
      privileged: true,
      readonlyRootFilesystem: true,
      ulimits: [
        { name: 'nofile', softLimit: 1024, hardLimit: 2048 },
        { name: 'core', softLimit: 0, hardLimit: 0 },
      ],
      volumes: [
        { name: 'host', host: { sourcePath: '/tmp' } },
        { name: 'assigned', host: {} },
      ],
      mountPoints: [
        { sourceVolume: 'host', containerPath: '/host', readOnly: true },
        { sourceVolume: 'assigned', containerPath: '/assigned' },
      ],
      linuxParameters: {
        devices: [
          { hostPath: '/dev/null', containerPath: '/dev/nothing', permissions: ['READ', 'MKNOD'] },
        ],
        initProcessEnabled: true,
        sharedMemorySize: 64,
        tmpfs: [{ containerPath: '/scratch', size: 16, mountOptions: ['noexec', 'nosuid'] }],
        maxSwap: 0,
        swappiness: 0,
      },
      logConfiguration: {
        logDriver: 'awslogs',
        options: { 'awslogs-group': '/mine', 'awslogs-stream-prefix': 'p' },
      },
      instanceType: undefined,
    };
    const definitions: readonly (readonly [
      what: string,
      input: Omit<RegisterJobDefinitionCommandInput, 'jobDefinitionName' | 'type'>,
    ])[] = [
      ['all container properties', { containerProperties: full }],
      ['the old members', { containerProperties: { image: 'busybox', vcpus: 1, memory: 128 } }],
      [
        'empty lists, as Terraform writes them',
        {
          containerProperties: {
            ...small,
            command: [],
            environment: [],
            mountPoints: [],
            ulimits: [],
            volumes: [],
            secrets: [],
            linuxParameters: { devices: [], tmpfs: [] },
          },
        },
      ],
      [
        'everything beside the container',
        {
          containerProperties: small,
          parameters: { 'nf-token': 'abc', 'a.b': 'dotted', unused: '' },
          retryStrategy: {
            attempts: 5,
            evaluateOnExit: [
              { onStatusReason: 'Host EC2*', action: 'retry' as 'RETRY' },
              { onReason: '*', onExitCode: '1*', action: 'exit' as 'EXIT' },
            ],
          },
          timeout: { attemptDurationSeconds: 60 },
          tags: { 'nextflow.io/run': 'x', empty: '' },
          propagateTags: true,
          platformCapabilities: ['EC2'],
          schedulingPriority: 9_999,
        },
      ],
    ];
    // AWS fills these in where nothing was sent.
    const filledIn: ContainerProperties = {
      command: [],
      environment: [],
      mountPoints: [],
      resourceRequirements: [],
      secrets: [],
      ulimits: [],
      volumes: [],
    };
    for (const [index, [what, input]] of definitions.entries()) {
      test(what, async () => {
        const jobDefinitionName = `echo-${index}`;
        const made = await server.batch.send(
          new RegisterJobDefinitionCommand({ jobDefinitionName, type: 'container', ...input }),
        );
        const {
          containerOrchestrationType: _,
          parameters,
          tags,
          ...rest
        } = (await described(made.jobDefinitionArn as string)) ?? {};
        const { parameters: sentParameters = {}, tags: sentTags = {}, ...sent } = input;
        assert.deepEqual({ parameters, tags }, { parameters: sentParameters, tags: sentTags });
        const containerProperties = { ...filledIn, ...sent.containerProperties };
        assert.deepEqual(rest, {
          jobDefinitionName,
          jobDefinitionArn: made.jobDefinitionArn,
          revision: 1,
          status: 'ACTIVE',
          type: 'container',
          ...withoutUndefined({ ...sent, containerProperties }),
        });
      });
    }

    test('except for environment entries without a value, which AWS drops', async () => {
      const name = await server.register('empty-entries', {
        environment: [{ name: 'A', value: '1' }, { name: 'B', value: '' }, { name: 'C' }],
      });
      assert.deepEqual((await described(name))?.containerProperties?.environment, [
        { name: 'A', value: '1' },
      ]);
    });

    test('and the action of evaluateOnExit in lower case', async () => {
      const name = await server.register(
        'action',
        {},
        { retryStrategy: { attempts: 2, evaluateOnExit: [{ onReason: '*', action: 'RETRY' }] } },
      );
      assert.equal((await described(name))?.retryStrategy?.evaluateOnExit?.[0]?.action, 'retry');
    });
  });

  describe('jobs', () => {
    test('the AWS_BATCH variables of a child are those of the guide', async () => {
      const name = await server.register('variables', shell('env | grep ^AWS_BATCH | sort'));
      const parent = await server.whenEnded(
        await server.submit(name, { arrayProperties: { size: 2 } }),
      );
      const lines = await server.lines(await server.job(`${parent.jobId}:1`));
      assert.deepEqual(lines, [
        'AWS_BATCH_CE_NAME=test',
        'AWS_BATCH_JOB_ARRAY_INDEX=1',
        'AWS_BATCH_JOB_ARRAY_SIZE=2',
        'AWS_BATCH_JOB_ATTEMPT=1',
        `AWS_BATCH_JOB_ID=${parent.jobId}:1`,
        'AWS_BATCH_JQ_NAME=test',
      ]);
    });

    test('an array whose one child fails is FAILED, and the others run to their end', async () => {
      const name = await server.register(
        'one-fails',
        shell('exit $((AWS_BATCH_JOB_ARRAY_INDEX == 1))'),
      );
      const parent = await server.whenEnded(
        await server.submit(name, { arrayProperties: { size: 3 } }),
      );
      assert.deepEqual([parent.status, parent.statusReason], ['FAILED', 'Array Child Job failed']);
      assert.deepEqual(
        [
          parent.arrayProperties?.statusSummary?.['SUCCEEDED'],
          parent.arrayProperties?.statusSummary?.['FAILED'],
        ],
        [2, 1],
      );
      const { jobSummaryList } = await server.batch.send(
        new ListJobsCommand({ arrayJobId: parent.jobId, jobStatus: 'FAILED' }),
      );
      assert.deepEqual(
        jobSummaryList?.map((job) => [
          job.jobId,
          job.arrayProperties?.index,
          job.container?.exitCode,
        ]),
        [[`${parent.jobId}:1`, 1, 1]],
      );
    });

    test('variables that begin with AWS_BATCH are refused, in a definition and in a submission', async () => {
      const environment = [{ name: 'AWS_BATCH_JOB_ID', value: 'mine' }];
      await assert.rejects(server.register('reserved', { environment }), refused(400, /AWS_BATCH/));
      const name = await server.register('reserved', { command: ['true'] });
      await assert.rejects(
        server.submit(name, { containerOverrides: { environment } }),
        refused(400, /AWS_BATCH/),
      );
    });

    test('a definition without a command cannot run as a process, and says so', async () => {
      const job = await server.run('no-command', { command: [] });
      assert.deepEqual([job.status, job.statusReason], ['FAILED', 'Task failed to start']);
      assert.match(job.container?.reason ?? '', /command/);
      assert.match((await server.lines(job)).join('\n'), /command/);
    });

    test("the tags of a job are its submission's, and can be changed; those of its definition go to the task alone", async () => {
      const name = await server.register(
        'tagged',
        { command: ['true'] },
        { tags: { a: 'definition', b: 'definition' }, propagateTags: true },
      );
      const job = await server.job(await server.submit(name, { tags: { b: 'job', c: 'job' } }));
      assert.deepEqual([job.tags, job.propagateTags], [{ b: 'job', c: 'job' }, true]);
      const resourceArn = job.jobArn as string;
      await server.batch.send(new TagResourceCommand({ resourceArn, tags: { d: '' } }));
      await server.batch.send(new UntagResourceCommand({ resourceArn, tagKeys: ['b'] }));
      assert.deepEqual(
        (await server.batch.send(new ListTagsForResourceCommand({ resourceArn }))).tags,
        { c: 'job', d: '' },
      );
    });

    test('many are cancelled and terminated at once; unknown ones count as done, and what is no id is told', async () => {
      const name = await server.register('sleeps', { command: ['sleep', '300'] });
      const ids = await Promise.all([1, 2].map(() => server.submit(name)));
      const terminated = await server.batch.send(
        new TerminateJobsCommand({
          jobs: [...ids, unknownId, 'not an id'],
          reason: 'All of them.',
        }),
      );
      assert.deepEqual(terminated.successful?.toSorted(), [...ids, unknownId].toSorted());
      assert.deepEqual(
        terminated.errors?.map((error) => [error.job, error.code]),
        [['not an id', 'ValidationException']],
      );
      for (const id of ids) assert.equal((await server.whenEnded(id)).statusReason, 'All of them.');
      const cancelled = await server.batch.send(
        new CancelJobsCommand({ jobs: ids, reason: 'Again.' }),
      );
      assert.deepEqual(cancelled.successful?.toSorted(), ids.toSorted());
    });

    test('100 ids are described at once in one answer; 101 are refused', async () => {
      const name = await server.register('hundred', { command: ['true'] });
      const parent = await server.submit(name, { arrayProperties: { size: 100 } });
      const ids = Array.from({ length: 100 }, (_, index) => `${parent}:${index}`);
      const { jobs } = await server.batch.send(new DescribeJobsCommand({ jobs: ids }));
      assert.deepEqual(jobs?.map((job) => job.jobId).toSorted(), ids.toSorted());
      await assert.rejects(
        server.batch.send(new DescribeJobsCommand({ jobs: [...ids, parent] })),
        refused(400, /^Maximum number of jobs supported is 100$/),
      );
      assert.equal((await server.whenEnded(parent)).status, 'SUCCEEDED');
    });
  });

  describe('pages', () => {
    test('of jobs: every one once, whatever the size of a page', async () => {
      const name = await server.register('paged', { command: ['true'] });
      const parent = await server.whenEnded(
        await server.submit(name, { arrayProperties: { size: 25 } }),
      );
      for (const pageSize of [1, 7, 25, 100]) {
        const seen: (string | undefined)[] = [];
        for await (const page of paginateListJobs(
          { client: server.batch, pageSize },
          { arrayJobId: parent.jobId, jobStatus: 'SUCCEEDED' },
        )) {
          seen.push(...(page.jobSummaryList ?? []).map((job) => job.jobId));
        }
        assert.deepEqual(
          seen,
          Array.from({ length: 25 }, (_, index) => `${parent.jobId}:${index}`),
        );
      }
    });

    test('of definitions: a token goes on also when something was registered and removed between', async () => {
      const names = ['page-a', 'page-b', 'page-c'];
      for (const name of names) await server.register(name, {});
      const seen: string[] = [];
      for await (const page of paginateDescribeJobDefinitions(
        { client: server.batch, pageSize: 1 },
        { status: 'ACTIVE' },
      )) {
        const name = page.jobDefinitions?.[0]?.jobDefinitionName ?? '';
        seen.push(name);
        if (name === 'page-a')
          await server.batch.send(
            new DeregisterJobDefinitionCommand({ jobDefinition: 'page-a:1' }),
          );
        if (name === 'page-b') await server.register('page-b-and-a-half', {});
      }
      assert.deepEqual(
        seen.filter((name) => name.startsWith('page-')),
        ['page-a', 'page-b', 'page-b-and-a-half', 'page-c'],
      );
    });

    test('a token that was not given is refused', async () => {
      for (const send of [
        () => server.batch.send(new ListJobsCommand({ jobQueue: 'test', nextToken: 'no-token' })),
        () => server.batch.send(new DescribeJobQueuesCommand({ nextToken: 'no-token' })),
        () => server.batch.send(new DescribeJobDefinitionsCommand({ nextToken: 'no-token' })),
        () => server.batch.send(new DescribeComputeEnvironmentsCommand({ nextToken: 'no-token' })),
      ]) {
        await assert.rejects(send(), refused(400, /nextToken/));
      }
    });
  });

  describe('errors', () => {
    const submission = { jobName: 'a', jobQueue: 'test', jobDefinition: 'no-such-definition' };
    const errors: readonly (readonly [
      what: string,
      send: () => Promise<unknown>,
      status: number,
      message: RegExp,
    ])[] = [
      [
        'an unknown definition',
        () => server.batch.send(new SubmitJobCommand(submission)),
        404,
        /no-such-definition/,
      ],
      [
        'an unknown queue',
        () => server.batch.send(new SubmitJobCommand({ ...submission, jobQueue: 'nobody' })),
        404,
        /does not exist/,
      ],
      [
        'an environment that is not there',
        () =>
          server.batch.send(
            new UpdateComputeEnvironmentCommand({
              computeEnvironment: 'nobody',
              state: 'DISABLED',
            }),
          ),
        404,
        /does not exist/,
      ],
      [
        'a name of blanks',
        () => server.batch.send(new SubmitJobCommand({ ...submission, jobName: 'a b' })),
        400,
        /jobName/,
      ],
      [
        'an array of one',
        () =>
          server.batch.send(new SubmitJobCommand({ ...submission, arrayProperties: { size: 1 } })),
        400,
        /arrayProperties\.size/,
      ],
      [
        'a body over 30 KiB',
        () =>
          server.batch.send(
            new SubmitJobCommand({ ...submission, parameters: { a: 'x'.repeat(31_000) } }),
          ),
        413,
        /30720/,
      ],
      [
        'two filters',
        () =>
          server.batch.send(
            new ListJobsCommand({
              jobQueue: 'test',
              filters: [
                { name: 'JOB_NAME', values: ['a'] },
                { name: 'JOB_NAME', values: ['b'] },
              ],
            }),
          ),
        400,
        /filter/,
      ],
    ];
    for (const [what, send, status, message] of errors) {
      test(`${what}: ClientException, ${status}`, () =>
        assert.rejects(send(), refused(status, message)));
    }
  });

  describe('CloudWatch Logs', () => {
    const own = { logGroupName: '/own', logStreamName: 'stream' };

    test("groups and streams of one's own", async () => {
      await server.logs.send(new CreateLogGroupCommand({ logGroupName: '/own' }));
      await assert.rejects(
        server.logs.send(new CreateLogGroupCommand({ logGroupName: '/own' })),
        ResourceAlreadyExistsException,
      );
      await server.logs.send(new CreateLogStreamCommand(own));
      await assert.rejects(
        server.logs.send(new CreateLogStreamCommand(own)),
        ResourceAlreadyExistsException,
      );
      await server.logs.send(
        new PutRetentionPolicyCommand({ logGroupName: '/own', retentionInDays: 30 }),
      );
      const { logGroups } = await server.logs.send(
        new DescribeLogGroupsCommand({ logGroupNamePrefix: '/own' }),
      );
      assert.deepEqual(
        logGroups?.map((group) => [group.logGroupName, group.retentionInDays]),
        [['/own', 30]],
      );
    });

    test('events are put, read in both directions and searched', async () => {
      const startMs = Date.now() - 10_000;
      const messages = Array.from(
        { length: 10 },
        (_, index) => `event ${index} ${index % 2 === 0 ? 'even' : 'odd'}`,
      );
      await server.logs.send(
        new PutLogEventsCommand({
          ...own,
          logEvents: messages.map((message, index) => ({ message, timestamp: startMs + index })),
        }),
      );
      const texts = (events: { message?: string | undefined }[] = []): (string | undefined)[] =>
        events.map((event) => event.message);

      const head = await server.logs.send(
        new GetLogEventsCommand({ ...own, startFromHead: true, limit: 4 }),
      );
      assert.deepEqual(texts(head.events), messages.slice(0, 4));
      const next = await server.logs.send(
        new GetLogEventsCommand({ ...own, nextToken: head.nextForwardToken, limit: 4 }),
      );
      assert.deepEqual(texts(next.events), messages.slice(4, 8));
      const tail = await server.logs.send(new GetLogEventsCommand({ ...own, limit: 3 }));
      assert.deepEqual(texts(tail.events), messages.slice(7));
      const earlier = await server.logs.send(
        new GetLogEventsCommand({ ...own, nextToken: tail.nextBackwardToken, limit: 3 }),
      );
      assert.deepEqual(texts(earlier.events), messages.slice(4, 7));
      const between = await server.logs.send(
        new GetLogEventsCommand({
          ...own,
          startFromHead: true,
          startTime: startMs + 2,
          endTime: startMs + 5,
        }),
      );
      assert.deepEqual(texts(between.events), messages.slice(2, 5));

      const found = await server.logs.send(
        new FilterLogEventsCommand({ logGroupName: '/own', filterPattern: 'odd' }),
      );
      assert.deepEqual(
        texts(found.events),
        messages.filter((message) => message.endsWith('odd')),
      );
      assert.equal(found.nextToken, undefined);
      assert.equal(new Set(found.events?.map((event) => event.eventId)).size, 5);
    });

    test('the streams of jobs are listed by prefix, with their times', async () => {
      const job = await server.run('listed', shell('echo first; echo last'));
      const { logStreams } = await server.logs.send(
        new DescribeLogStreamsCommand({
          logGroupName: '/aws/batch/job',
          logStreamNamePrefix: 'listed/default/',
        }),
      );
      assert.equal(logStreams?.length, 1);
      const [stream] = logStreams ?? [];
      assert.equal(stream?.logStreamName, job.container?.logStreamName);
      const events = await server.events(job);
      assert.deepEqual(
        [stream?.firstEventTimestamp, stream?.lastEventTimestamp],
        [events[0]?.timestamp, events[1]?.timestamp],
      );
      assert.match(
        stream?.arn ?? '',
        /^arn:aws:logs:us-east-1:000000000000:log-group:\/aws\/batch\/job:log-stream:listed\/default\//,
      );
    });

    test('what is not there is ResourceNotFoundException, as Nextflow expects', async () => {
      await assert.rejects(
        server.logs.send(
          new GetLogEventsCommand({ logGroupName: '/aws/batch/job', logStreamName: 'nobody' }),
        ),
        ResourceNotFoundException,
      );
      await assert.rejects(
        server.logs.send(new FilterLogEventsCommand({ logGroupName: '/nobody' })),
        ResourceNotFoundException,
      );
      await assert.rejects(
        server.logs.send(new DeleteLogGroupCommand({ logGroupName: '/nobody' })),
        ResourceNotFoundException,
      );
      await server.logs.send(new DeleteLogGroupCommand({ logGroupName: '/own' }));
      await assert.rejects(
        server.logs.send(new GetLogEventsCommand(own)),
        ResourceNotFoundException,
      );
    });
  });
});

function refused(status: number, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ClientException, String(error));
    assert.equal(error.$metadata.httpStatusCode, status);
    assert.match(error.message, message);
    return true;
  };
}

/** As JSON has it. */
const withoutUndefined = (value: object): object => JSON.parse(JSON.stringify(value)) as object;

// The AWS CLI, as Debian ships it, does what the user guide's chapters on jobs, job definitions,
// job queues and compute environments do, on the engine that a user of this machine gets. It does
// each operation once, in each way of saying it (a file, words, pages); what is made, waited for
// and read beside that goes through the SDK, for each command takes the CLI a second. The tests
// build on each other, in the guide's order.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  Batch,
  type JobDefinition,
  type ListJobsCommandInput,
  type SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import { AwsCli } from './aws-cli.ts';
import { colors, exampleDefinitions, printColorJob, rainbow } from './guide.ts';
import { requirement } from './requirement.ts';
import { computeResources, TestServer, usersEngine } from './server.ts';
import { until } from './until.ts';

describe('the AWS CLI', { skip: requirement('awscli').skip }, () => {
  let server: TestServer;
  let batch: Batch;
  let aws: AwsCli;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'longshore-awscli-'));
    server = await TestServer.start(usersEngine());
    batch = new Batch(server.clientOptions());
    aws = new AwsCli(server);
  });
  after(async () => {
    batch.destroy();
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  /** The value of `--cli-input-json`. */
  function file(name: string, content: unknown): string {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(content));
    return `file://${path}`;
  }

  const environmentsNow = async (...computeEnvironments: string[]) =>
    (await batch.describeComputeEnvironments({ computeEnvironments })).computeEnvironments ?? [];

  const submit = async (input: Omit<SubmitJobCommandInput, 'jobQueue'>): Promise<string> =>
    (await batch.submitJob({ jobQueue: 'first-run-job-queue', ...input })).jobId as string;

  /** Names of the queue's jobs. */
  const inQueue = async (more: ListJobsCommandInput): Promise<string[]> => {
    const { jobSummaryList } = await batch.listJobs({ jobQueue: 'first-run-job-queue', ...more });
    return (jobSummaryList ?? []).map(({ jobName = '' }) => jobName).toSorted();
  };

  describe('compute environments and queues', () => {
    test('a managed environment is created from a file and becomes VALID', async () => {
      const input = {
        computeEnvironmentName: 'first-run-compute-environment',
        type: 'MANAGED',
        state: 'ENABLED',
        computeResources,
        tags: { team: 'docks' },
      };
      const made =
        await aws.json`batch create-compute-environment --cli-input-json ${file('ce.json', input)}`;
      assert.equal(made.computeEnvironmentName, 'first-run-compute-environment');
      assert.match(
        made.computeEnvironmentArn,
        /^arn:aws:batch:us-east-1:000000000000:compute-environment\/first-run-compute-environment$/,
      );
      await until(
        'the environment to be VALID',
        async () => (await environmentsNow('first-run-compute-environment'))[0]?.status === 'VALID',
      );
      const { computeEnvironments } =
        await aws.json`batch describe-compute-environments --compute-environments first-run-compute-environment`;
      const [environment] = computeEnvironments;
      assert.equal(environment.status, 'VALID');
      assert.equal(environment.state, 'ENABLED');
      assert.equal(environment.computeResources.maxvCpus, 256);
      assert.deepEqual(environment.computeResources.instanceTypes, ['optimal']);
      assert.deepEqual(environment.tags, { team: 'docks' });
    });

    test("an unmanaged environment tells the ARN of its ECS cluster by the guide's query", async () => {
      await batch.createComputeEnvironment({
        computeEnvironmentName: 'unmanagedCE',
        type: 'UNMANAGED',
        serviceRole: 'arn:aws:iam::000000000000:role/service-role/AWSBatchServiceRole',
      });
      const arns =
        await aws.json`batch describe-compute-environments --compute-environments unmanagedCE --query computeEnvironments[].ecsClusterArn`;
      assert.equal(arns.length, 1);
      assert.match(arns[0], /^arn:aws:ecs:us-east-1:000000000000:cluster\/.*unmanagedCE/);
    });

    test('a queue is created and updated', async () => {
      const order = 'order=1,computeEnvironment=first-run-compute-environment';
      const made =
        await aws.json`batch create-job-queue --job-queue-name first-run-job-queue --state ENABLED --priority 1 --compute-environment-order ${order}`;
      assert.match(made.jobQueueArn, /:job-queue\/first-run-job-queue$/);
      await aws.json`batch update-job-queue --job-queue first-run-job-queue --priority 10`;
      const { jobQueues } =
        await aws.json`batch describe-job-queues --job-queues ${made.jobQueueArn}`;
      const { jobQueueName, state, status, priority, computeEnvironmentOrder } = jobQueues[0];
      assert.deepEqual(
        { jobQueueName, state, status, priority },
        { jobQueueName: 'first-run-job-queue', state: 'ENABLED', status: 'VALID', priority: 10 },
      );
      assert.deepEqual(computeEnvironmentOrder, [
        {
          order: 1,
          computeEnvironment:
            'arn:aws:batch:us-east-1:000000000000:compute-environment/first-run-compute-environment',
        },
      ]);
    });

    test('the skeletons of the guide are printed', async () => {
      const [queue, environment, definition] = await Promise.all([
        aws.json`batch create-job-queue --generate-cli-skeleton`,
        aws.json`batch create-compute-environment --generate-cli-skeleton`,
        aws.json`batch register-job-definition --generate-cli-skeleton`,
      ]);
      assert.ok(
        'jobQueueName' in queue &&
          'computeResources' in environment &&
          'containerProperties' in definition,
      );
    });
  });

  describe('job definitions', () => {
    for (const definition of exampleDefinitions) {
      const name = definition.jobDefinitionName;
      test(`the guide’s ${name} is registered and described as it was sent`, async () => {
        const made = await batch.registerJobDefinition(definition);
        assert.equal(made.revision, 1);
        const { jobDefinitions = [] } = await batch.describeJobDefinitions({
          jobDefinitionName: name,
          status: 'ACTIVE',
        });
        assert.equal(jobDefinitions.length, 1);
        const { jobDefinitionArn, type, status, parameters, containerProperties } =
          jobDefinitions[0] as JobDefinition;
        assert.equal(jobDefinitionArn, made.jobDefinitionArn);
        const sent: { type: string; parameters?: object; containerProperties: object } = definition;
        assert.deepEqual(
          {
            type,
            status,
            parameters,
            containerProperties: withoutEmptyLists(containerProperties ?? {}),
          },
          {
            type: sent.type,
            status: 'ACTIVE',
            parameters: sent.parameters ?? {},
            containerProperties: sent.containerProperties,
          },
        );
      });
    }

    test('registering a name again makes the next revision, and a deregistered one is INACTIVE', async () => {
      const again =
        await aws.json`batch register-job-definition --cli-input-json ${file('fetch_and_run.json', exampleDefinitions[0])}`;
      assert.equal(again.revision, 2);
      await aws.json`batch deregister-job-definition --job-definition fetch_and_run:2`;
      const { jobDefinitions } =
        await aws.json`batch describe-job-definitions --job-definitions ${again.jobDefinitionArn}`;
      assert.equal(jobDefinitions[0].status, 'INACTIVE');
      const active = await batch.describeJobDefinitions({
        jobDefinitionName: 'fetch_and_run',
        status: 'ACTIVE',
      });
      assert.deepEqual(
        active.jobDefinitions?.map(({ revision }) => revision),
        [1],
      );
    });
  });

  describe('jobs', () => {
    let arrayId: string;
    let echoArn: string;

    test('parameters take the place of Ref:: in the command, and the log has the line', async () => {
      const properties = `image=${server.image},command=echo,Ref::inputfile,to,Ref::codec,vcpus=1,memory=32`;
      ({ jobDefinitionArn: echoArn } =
        await aws.json`batch register-job-definition --job-definition-name Echo --type container --parameters codec=mp4 --container-properties ${properties}`);
      const { jobId, jobName, jobArn } =
        await aws.json`batch submit-job --job-name convert --job-queue first-run-job-queue --job-definition Echo --parameters inputfile=a.mov`;
      assert.equal(jobName, 'convert');
      assert.match(jobArn, new RegExp(`^arn:aws:batch:us-east-1:000000000000:job/${jobId}$`));
      await server.whenEnded(jobId);
      const [ended] = (await aws.json`batch describe-jobs --jobs ${jobId}`).jobs;
      assert.equal(ended.status, 'SUCCEEDED', ended.statusReason);
      assert.deepEqual(ended.container.command, ['echo', 'a.mov', 'to', 'mp4']);
      assert.equal(ended.container.exitCode, 0);
      assert.equal(ended.statusReason, 'Essential container in task exited');
      assert.match(ended.container.logStreamName, /^Echo\/default\/[0-9a-f-]+$/);
      assert.equal(ended.attempts.length, 1);
      assert.ok(ended.createdAt <= ended.startedAt && ended.startedAt <= ended.stoppedAt);
      const { events } =
        await aws.json`logs get-log-events --log-group-name /aws/batch/job --log-stream-name ${ended.container.logStreamName} --start-from-head`;
      assert.deepEqual(
        events.map((event: { message: string }) => event.message),
        ['a.mov to mp4'],
      );
    });

    test('an array of seven prints the rainbow', async () => {
      const script = `set -- ${colors.join(' ')}; shift $AWS_BATCH_JOB_ARRAY_INDEX; echo My favorite color of the rainbow is $1.`;
      await server.register('print-color', {
        command: ['sh', '-c', script],
        resourceRequirements: undefined,
        vcpus: 1,
        memory: 250,
      });
      ({ jobId: arrayId } =
        await aws.json`batch submit-job --cli-input-json ${file('print-color-job-def.json', printColorJob)}`);
      const parent = await server.whenEnded(arrayId);
      assert.equal(parent.status, 'SUCCEEDED');
      assert.equal(parent.arrayProperties?.size, 7);
      assert.equal(parent.arrayProperties?.statusSummary?.['SUCCEEDED'], 7);

      const { jobSummaryList } =
        await aws.json`batch list-jobs --array-job-id ${arrayId} --job-status SUCCEEDED`;
      assert.deepEqual(
        jobSummaryList.map((child: { jobId: string }) => child.jobId).toSorted(),
        colors.map((_, index) => `${arrayId}:${index}`),
      );
      const failed = await batch.listJobs({ arrayJobId: arrayId, jobStatus: 'FAILED' });
      assert.deepEqual(failed.jobSummaryList, []);

      const { jobs = [] } = await batch.describeJobs({ jobs: [`${arrayId}:0`, `${arrayId}:6`] });
      assert.deepEqual(
        jobs.map((child) => child.arrayProperties?.index),
        [0, 6],
      );
      assert.deepEqual(await Promise.all(jobs.map((child) => server.lines(child))), [
        [rainbow[0]],
        [rainbow[6]],
      ]);
    });

    test('`logs tail` shows the output of all jobs', async () => {
      const tailed = await aws.text`logs tail /aws/batch/job --since 1h --format short`;
      for (const line of [...rainbow, 'a.mov to mp4'])
        assert.ok(tailed.includes(line), `${line} in ${tailed}`);
    });

    test('`logs tail --follow` shows the output of a job while it runs', async () => {
      await server.register('talks', {
        command: ['sh', '-c', 'echo I am awake; exec sleep 300'],
        linuxParameters: { initProcessEnabled: true },
      });
      const jobId = await submit({ jobName: 'talks', jobDefinition: 'talks' });
      const tail = aws.spawn`logs tail /aws/batch/job --follow --log-stream-name-prefix talks/ --format short`;
      let seen = '';
      tail.stdout?.setEncoding('utf8').on('data', (text: string) => (seen += text));
      tail.stderr?.setEncoding('utf8').on('data', (text: string) => (seen += text));
      try {
        await until(
          () => `the line to be tailed; seen: ${seen}`,
          () => seen.includes('I am awake'),
        );
        assert.equal((await server.job(jobId)).status, 'RUNNING');
      } finally {
        tail.kill('SIGKILL');
      }
      await batch.terminateJob({ jobId, reason: 'It has been seen.' });
      const ended = await server.whenEnded(jobId);
      assert.equal(ended.status, 'FAILED');
      assert.equal(ended.statusReason, 'It has been seen.');
      assert.equal(ended.isTerminated, true);
      assert.equal(ended.container?.reason, undefined);
      assert.notEqual(ended.container?.exitCode, 0);
    });

    test('overrides, timeout, retry strategy and tags of a submission are kept and used', async () => {
      const overrides = {
        command: [
          'sh',
          '-c',
          'echo $GREETING $AWS_BATCH_JQ_NAME $AWS_BATCH_CE_NAME $AWS_BATCH_JOB_ATTEMPT',
        ],
        environment: [{ name: 'GREETING', value: 'ahoy' }],
      };
      const { jobId } =
        await aws.json`batch submit-job --job-name overridden --job-queue first-run-job-queue --job-definition Echo:1
        --container-overrides ${JSON.stringify(overrides)} --timeout attemptDurationSeconds=3600 --retry-strategy attempts=2 --tags ship=tug`;
      const ended = await server.whenEnded(jobId);
      assert.equal(ended.status, 'SUCCEEDED', ended.statusReason);
      assert.deepEqual(ended.timeout, { attemptDurationSeconds: 3600 });
      assert.equal(ended.retryStrategy?.attempts, 2);
      assert.deepEqual(ended.tags, { ship: 'tug' });
      assert.deepEqual(await server.lines(ended), [
        'ahoy first-run-job-queue first-run-compute-environment 1',
      ]);
    });

    test('a job that ends with an error is FAILED with its exit code and no container reason', async () => {
      const jobId = await submit({
        jobName: 'failing',
        jobDefinition: 'Echo',
        containerOverrides: { command: ['sh', '-c', 'exit 3'] },
      });
      const ended = await server.whenEnded(jobId);
      assert.deepEqual(
        [ended.status, ended.container?.exitCode, ended.container?.reason, ended.statusReason],
        ['FAILED', 3, undefined, 'Essential container in task exited'],
      );
      assert.equal(ended.attempts?.[0]?.container?.exitCode, 3);
    });

    const filters: readonly (readonly [
      name: string,
      value: () => string,
      jobNames: readonly string[],
    ])[] = [
      ['JOB_NAME', () => 'CONVERT', ['convert']],
      ['JOB_NAME', () => 'Over*', ['overridden']],
      ['JOB_DEFINITION', () => 'Echo', ['convert', 'failing', 'overridden']],
      ['JOB_DEFINITION', () => 'print*', ['print-color']],
      ['JOB_DEFINITION', () => echoArn, ['convert', 'failing', 'overridden']],
      ['AFTER_CREATED_AT', () => '0', ['convert', 'failing', 'overridden', 'print-color', 'talks']],
      ['BEFORE_CREATED_AT', () => '1000', []],
    ];
    for (const [name, value, jobNames] of filters) {
      test(`the filter ${name} finds ${jobNames.join(', ') || 'nothing'}`, async () => {
        assert.deepEqual(await inQueue({ filters: [{ name, values: [value()] }] }), jobNames);
      });
    }

    test('list-jobs --filters', async () => {
      const { jobSummaryList } =
        await aws.json`batch list-jobs --job-queue first-run-job-queue --filters name=JOB_NAME,values=Over*`;
      assert.deepEqual(
        jobSummaryList.map((one: { jobName: string }) => one.jobName),
        ['overridden'],
      );
    });

    test('list-jobs by status, and RUNNING where none is said', async () => {
      assert.deepEqual(await inQueue({ jobStatus: 'FAILED' }), ['failing', 'talks']);
      assert.deepEqual(await inQueue({ jobStatus: 'SUCCEEDED' }), [
        'convert',
        'overridden',
        'print-color',
      ]);
      for (const jobStatus of ['SUBMITTED', 'PENDING', 'RUNNABLE', 'STARTING', 'RUNNING'] as const)
        assert.deepEqual(await inQueue({ jobStatus }), [], jobStatus);
      assert.deepEqual(await inQueue({}), []);
      assert.deepEqual(await aws.json`batch list-jobs --job-queue first-run-job-queue`, {
        jobSummaryList: [],
      });
    });

    test('pages: --max-items goes on from its token, --page-size answers all', async () => {
      const { jobSummaryList = [] } = await batch.listJobs({
        jobQueue: 'first-run-job-queue',
        jobStatus: 'SUCCEEDED',
      });
      const all = jobSummaryList.map(({ jobId }) => jobId);
      const ids = (answer: { jobSummaryList: { jobId: string }[] }): string[] =>
        answer.jobSummaryList.map(({ jobId }) => jobId);
      const first =
        await aws.json`batch list-jobs --job-queue first-run-job-queue --job-status SUCCEEDED --max-items 2`;
      assert.deepEqual(ids(first), all.slice(0, 2));
      const rest =
        await aws.json`batch list-jobs --job-queue first-run-job-queue --job-status SUCCEEDED --starting-token ${first.NextToken}`;
      assert.deepEqual(ids(rest), all.slice(2));
      const paged =
        await aws.json`batch list-jobs --job-queue first-run-job-queue --job-status SUCCEEDED --page-size 1`;
      assert.deepEqual(ids(paged), all);
      const definitions = await aws.json`batch describe-job-definitions --page-size 2`;
      assert.equal(definitions.jobDefinitions.length, 7);
    });
  });

  describe('jobs that wait', () => {
    before(async () => {
      await batch.createComputeEnvironment({
        computeEnvironmentName: 'idle',
        type: 'MANAGED',
        computeResources,
      });
      await batch.updateComputeEnvironment({ computeEnvironment: 'idle', state: 'DISABLED' });
      await batch.createJobQueue({
        jobQueueName: 'idle',
        priority: 1,
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'idle' }],
      });
    });

    const submitWaiting = async (): Promise<string> =>
      (
        await batch.submitJob({
          jobName: 'waits',
          jobQueue: 'idle',
          jobDefinition: 'Echo',
          parameters: { inputfile: 'a', codec: 'b' },
        })
      ).jobId as string;

    for (const command of ['cancel', 'terminate']) {
      test(`${command}-job ends it with the reason that was given`, async () => {
        const jobId = await submitWaiting();
        assert.equal((await server.job(jobId)).status, 'RUNNABLE');
        assert.equal(
          await aws.text`batch ${command}-job --job-id ${jobId} --reason ${'No longer wanted.'}`,
          '',
        );
        const ended = await server.job(jobId);
        assert.deepEqual(
          [ended.status, ended.statusReason, ended.attempts],
          ['FAILED', 'No longer wanted.', []],
        );
        assert.ok((ended.stoppedAt ?? -1) >= (ended.createdAt ?? 0));
      });
    }

    test('cancelling an unknown job succeeds', async () => {
      await batch.cancelJob({ jobId: '00000000-0000-4000-8000-000000000000', reason: 'none' });
    });

    test('a deleted queue ends its jobs and is gone; so is its environment', async () => {
      const jobId = await submitWaiting();
      await assert.rejects(
        batch.deleteComputeEnvironment({ computeEnvironment: 'idle' }),
        /Cannot delete, found existing JobQueue relationship/,
      );
      await batch.updateJobQueue({ jobQueue: 'idle', state: 'DISABLED' });
      await batch.deleteJobQueue({ jobQueue: 'idle' });
      await until(
        'the queue to be gone',
        async () =>
          (await batch.describeJobQueues({ jobQueues: ['idle'] })).jobQueues?.length === 0,
      );
      assert.equal((await server.job(jobId)).status, 'FAILED');
      await batch.deleteComputeEnvironment({ computeEnvironment: 'idle' });
      await until(
        'the environment to be gone',
        async () => (await environmentsNow('idle')).length === 0,
      );
    });
  });

  test('tags of a resource are added, listed and removed', async () => {
    const { jobQueues } = await batch.describeJobQueues({ jobQueues: ['first-run-job-queue'] });
    const resourceArn = jobQueues?.[0]?.jobQueueArn ?? '';
    await aws.text`batch tag-resource --resource-arn ${resourceArn} --tags cost=low,team=docks`;
    assert.deepEqual(await aws.json`batch list-tags-for-resource --resource-arn ${resourceArn}`, {
      tags: { cost: 'low', team: 'docks' },
    });
    await aws.text`batch untag-resource --resource-arn ${resourceArn} --tag-keys cost`;
    const { tags } = await batch.listTagsForResource({ resourceArn });
    assert.deepEqual(tags, { team: 'docks' });
  });

  test('unknown names and ids are described as an empty list', async () => {
    const [{ jobs }, { jobQueues }, { computeEnvironments }, { jobDefinitions }] =
      await Promise.all([
        batch.describeJobs({ jobs: ['00000000-0000-4000-8000-000000000000'] }),
        batch.describeJobQueues({ jobQueues: ['nobody'] }),
        batch.describeComputeEnvironments({ computeEnvironments: ['nobody'] }),
        batch.describeJobDefinitions({ jobDefinitionName: 'nobody' }),
      ]);
    assert.deepEqual([jobs, jobQueues, computeEnvironments, jobDefinitions], [[], [], [], []]);
  });

  describe('errors of the service', () => {
    const rendered: readonly (readonly [what: string, command: string, text: RegExp])[] = [
      [
        'an unknown queue',
        'batch submit-job --job-name a --job-queue nobody --job-definition Echo',
        /An error occurred \(ClientException\) when calling the SubmitJob operation: .*nobody.* does not exist/,
      ],
      [
        'a stream that is not there',
        'logs get-log-events --log-group-name /aws/batch/job --log-stream-name nobody',
        /\(ResourceNotFoundException\) when calling the GetLogEvents operation/,
      ],
    ];
    for (const [what, command, text] of rendered) {
      test(`${what}: the CLI says so`, async () => {
        const { code, stderr } = await aws.run([command]);
        assert.equal(code, 254);
        assert.match(stderr, text);
      });
    }

    const submitted = { jobName: 'a', jobDefinition: 'Echo' };
    const thrown: readonly (readonly [
      what: string,
      call: () => Promise<unknown>,
      message: RegExp,
    ])[] = [
      ['an unknown definition', () => submit({ ...submitted, jobDefinition: 'nobody' }), /./],
      [
        'a name taken',
        () =>
          batch.createJobQueue({
            jobQueueName: 'first-run-job-queue',
            priority: 1,
            computeEnvironmentOrder: [
              { order: 1, computeEnvironment: 'first-run-compute-environment' },
            ],
          }),
        /^Object already exists/,
      ],
      ['an array too small', () => submit({ ...submitted, arrayProperties: { size: 1 } }), /./],
      [
        'a multi-node job that is not there',
        () => batch.listJobs({ multiNodeJobId: 'a' }),
        /^Job a does not exist/,
      ],
      [
        'what is not built',
        () =>
          batch.registerJobDefinition({
            jobDefinitionName: 'a',
            type: 'container',
            eksProperties: { podProperties: { hostNetwork: true } },
          }),
        /^eksProperties.podProperties.containers must be provided/,
      ],
    ];
    for (const [what, call, message] of thrown) {
      test(what, async () => {
        await assert.rejects(call(), { name: 'ClientException', message });
      });
    }
  });

  test('at last queue and environment are disabled and deleted', async () => {
    await batch.updateJobQueue({ jobQueue: 'first-run-job-queue', state: 'DISABLED' });
    await aws.text`batch delete-job-queue --job-queue first-run-job-queue`;
    await until(
      'the queue to be gone',
      async () => (await batch.describeJobQueues({})).jobQueues?.length === 0,
    );
    await aws.text`batch update-compute-environment --compute-environment first-run-compute-environment --state DISABLED`;
    await aws.text`batch delete-compute-environment --compute-environment first-run-compute-environment`;
    await until('the environment to be gone', async () =>
      (await environmentsNow()).every(
        ({ computeEnvironmentName }) => computeEnvironmentName === 'unmanagedCE',
      ),
    );
  });
});

/** AWS adds empty lists, and clients take them for nothing. */
function withoutEmptyLists(properties: object): object {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => !Array.isArray(value) || value.length > 0),
  );
}

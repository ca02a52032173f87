// Quota shares through the SDK: their life as resources, over a restart, and jobs that name them,
// borrow and are preempted.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CreateJobQueueCommand,
  CreateQuotaShareCommand,
  CreateSchedulingPolicyCommand,
  DeleteJobQueueCommand,
  DeleteQuotaShareCommand,
  DescribeQuotaShareCommand,
  DescribeSchedulingPoliciesCommand,
  GetJobQueueSnapshotCommand,
  ListJobsCommand,
  ListTagsForResourceCommand,
  paginateListQuotaShares,
  SubmitJobCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateJobQueueCommand,
  UpdateQuotaShareCommand,
  UpdateSchedulingPolicyCommand,
  type CreateQuotaShareCommandInput,
  type JobStatus,
  type SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import { TestServer } from './server.ts';
import { until } from './until.ts';

let server: TestServer;
let forever: string;
before(async () => {
  server = await TestServer.start('process', ['--capacity', 'vcpus=4,memory=4096']);
  await server.prepare();
  forever = await server.register('forever', { command: ['sleep', '1000000'] });
});
after(() => server[Symbol.asyncDispose]());

const at = 'arn:aws:batch:us-east-1:000000000000';

/** A queue on the test's environment, of its own policy. */
async function quotaQueue(jobQueueName: string): Promise<string> {
  const { arn } = await server.batch.send(
    new CreateSchedulingPolicyCommand({
      name: jobQueueName,
      quotaSharePolicy: { idleResourceAssignmentStrategy: 'FIFO' },
    }),
  );
  await server.batch.send(
    new CreateJobQueueCommand({
      jobQueueName,
      priority: 1,
      schedulingPolicyArn: arn,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'test' }],
    }),
  );
  return arn as string;
}

async function quotaShare(
  jobQueue: string,
  quotaShareName: string,
  vcpus: number,
  more: Partial<CreateQuotaShareCommandInput> = {},
): Promise<string> {
  const { quotaShareArn } = await server.batch.send(
    new CreateQuotaShareCommand({
      quotaShareName,
      jobQueue,
      capacityLimits: [{ capacityUnit: 'VCPU', maxCapacity: vcpus }],
      resourceSharingConfiguration: { strategy: 'RESERVE' },
      preemptionConfiguration: { inSharePreemption: 'DISABLED' },
      ...more,
    }),
  );
  return quotaShareArn as string;
}

const describe = (quotaShareArn: string) =>
  server.batch.send(new DescribeQuotaShareCommand({ quotaShareArn }));
const update = (quotaShareArn: string, more: object) =>
  server.batch.send(new UpdateQuotaShareCommand({ quotaShareArn, ...more }));
const list = async (jobQueue: string, jobStatus: JobStatus, share: string): Promise<string[]> => {
  const { jobSummaryList = [] } = await server.batch.send(
    new ListJobsCommand({
      jobQueue,
      jobStatus,
      filters: [{ name: 'SHARE_IDENTIFIER', values: [share] }],
    }),
  );
  return jobSummaryList.map(({ jobId }) => jobId as string);
};

test('a quota share through its life, over a restart', async () => {
  const policy = await quotaQueue('life');
  const arn = await quotaShare('life', 'team_a-1', 3, {
    resourceSharingConfiguration: { strategy: 'LEND_AND_BORROW', borrowLimit: 50 },
    tags: { team: 'blue' },
  });
  assert.equal(arn, `${at}:job-queue/life/quota-share/team_a-1`);
  await server.batch.send(new TagResourceCommand({ resourceArn: arn, tags: { more: '1' } }));
  await server.batch.send(new UntagResourceCommand({ resourceArn: arn, tagKeys: ['team'] }));
  await update(arn, { preemptionConfiguration: { inSharePreemption: 'ENABLED' } });
  for (const name of ['c', 'b']) await quotaShare('life', name, 1);

  await server.restart();
  const { $metadata: _metadata, ...shown } = await describe(arn);
  assert.deepEqual(shown, {
    quotaShareName: 'team_a-1',
    quotaShareArn: arn,
    jobQueueArn: `${at}:job-queue/life`,
    capacityLimits: [{ capacityUnit: 'VCPU', maxCapacity: 3 }],
    resourceSharingConfiguration: { strategy: 'LEND_AND_BORROW', borrowLimit: 50 },
    preemptionConfiguration: { inSharePreemption: 'ENABLED' },
    state: 'ENABLED',
    status: 'VALID',
    tags: { more: '1' },
  });
  assert.deepEqual(
    (await server.batch.send(new ListTagsForResourceCommand({ resourceArn: arn }))).tags,
    { more: '1' },
  );
  const names: (string | undefined)[][] = [];
  for await (const { quotaShares = [] } of paginateListQuotaShares(
    { client: server.batch, pageSize: 2 },
    { jobQueue: 'life' },
  ))
    names.push(quotaShares.map(({ quotaShareName }) => quotaShareName));
  assert.deepEqual(names, [['b', 'c'], ['team_a-1']]);
  const { schedulingPolicies } = await server.batch.send(
    new DescribeSchedulingPoliciesCommand({ arns: [policy] }),
  );
  assert.deepEqual(schedulingPolicies?.[0]?.quotaSharePolicy, {
    idleResourceAssignmentStrategy: 'FIFO',
  });
  await assert.rejects(
    server.batch.send(
      new UpdateSchedulingPolicyCommand({
        arn: policy,
        fairsharePolicy: { shareDecaySeconds: 600 },
      }),
    ),
    { name: 'ClientException', message: /cannot be changed to a fairsharePolicy/ },
  );

  await server.batch.send(new UpdateJobQueueCommand({ jobQueue: 'life', state: 'DISABLED' }));
  await server.batch.send(new DeleteJobQueueCommand({ jobQueue: 'life' }));
  await until('the queue and its shares are gone', () =>
    describe(arn).then(
      () => false,
      (error: Error) => /does not exist/.test(error.message),
    ),
  );
});

test('jobs name their share, and the snapshot shows what each share holds', async () => {
  await quotaQueue('named');
  const submit = (shareIdentifier?: string) =>
    server.submit(forever, { jobQueue: 'named', shareIdentifier });
  const a = await quotaShare('named', 'team-a', 2);
  await quotaShare('named', 'team-b', 1, {
    capacityLimits: [
      { capacityUnit: 'VCPU', maxCapacity: 1 },
      { capacityUnit: 'MEMORY', maxCapacity: 64 },
    ],
  });
  await update(a, {
    capacityLimits: [
      { capacityUnit: 'VCPU', maxCapacity: 2 },
      { capacityUnit: 'MEMORY', maxCapacity: 64 },
    ],
  });
  await assert.rejects(submit(), /shareIdentifier must be specified/);
  await assert.rejects(submit('team-c'), /Quota share team-c .*does not exist/);
  const ofA: string[] = [];
  for (let count = 0; count < 3; count++) ofA.push(await submit('team-a'));
  const [ofB] = [await submit('team-b')];
  await until('three jobs run', async () => {
    const running = [
      ...(await list('named', 'RUNNING', 'team-a')),
      ...(await list('named', 'RUNNING', 'team-b')),
    ];
    return running.length === 3;
  });
  assert.deepEqual(await list('named', 'RUNNING', 'team-b'), [ofB]);
  assert.deepEqual(await list('named', 'RUNNABLE', 'team-a'), [ofA[2]]);

  const { frontOfQueue, frontOfQuotaShares, queueUtilization } = await server.batch.send(
    new GetJobQueueSnapshotCommand({ jobQueue: 'named' }),
  );
  const arnOf = (id: string | undefined): string => `${at}:job/${id}`;
  assert.deepEqual(
    frontOfQueue?.jobs?.map(({ jobArn }) => jobArn),
    [arnOf(ofA[2])],
  );
  assert.deepEqual(Object.keys(frontOfQuotaShares?.quotaShares ?? {}), ['team-a']);
  const [front] = frontOfQuotaShares?.quotaShares?.['team-a'] ?? [];
  assert.equal(front?.jobArn, arnOf(ofA[2]));
  assert.ok(
    (front?.earliestTimeAtPosition ?? 0) > 0 && (frontOfQuotaShares?.lastUpdatedAt ?? 0) > 0,
  );
  const usage = (vcpus: number) => [
    { capacityUnit: 'VCPU', quantity: vcpus },
    { capacityUnit: 'MEMORY', quantity: vcpus * 32 },
  ];
  assert.deepEqual(queueUtilization?.totalCapacityUsage, usage(3));
  assert.equal(queueUtilization?.fairshareUtilization, undefined);
  assert.deepEqual(queueUtilization?.quotaShareUtilization?.topCapacityUtilization, [
    { quotaShareName: 'team-a', capacityUsage: usage(2) },
    { quotaShareName: 'team-b', capacityUsage: usage(1) },
  ]);

  await update(a, { state: 'DISABLED' });
  await assert.rejects(submit('team-a'), /Quota share team-a is DISABLED/);
  assert.equal((await list('named', 'RUNNING', 'team-a')).length, 2, 'those that run go on');

  await server.batch.send(new DeleteQuotaShareCommand({ quotaShareArn: a }));
  await until('the share goes with its jobs', () =>
    describe(a).then(
      ({ status }) => {
        assert.equal(status, 'DELETING');
        return false;
      },
      (error: Error) => /does not exist/.test(error.message),
    ),
  );
  for (const id of ofA) {
    const { status, statusReason } = await server.whenEnded(id);
    assert.deepEqual(
      [status, statusReason],
      ['FAILED', 'Terminated: the quota share is being deleted'],
    );
  }
  assert.equal((await server.job(ofB)).status, 'RUNNING');
});

test('what was borrowed is taken back, and a job waits again as often as its tag says', async () => {
  // The jobs of before hold room of the same machine.
  await server.batch.send(new UpdateJobQueueCommand({ jobQueue: 'named', state: 'DISABLED' }));
  await server.batch.send(new DeleteJobQueueCommand({ jobQueue: 'named' }));
  await quotaQueue('lent');
  await quotaShare('lent', 'owner', 2, { resourceSharingConfiguration: { strategy: 'LEND' } });
  await quotaShare('lent', 'borrower', 1, {
    resourceSharingConfiguration: { strategy: 'LEND_AND_BORROW', borrowLimit: 200 },
  });
  const submit = (shareIdentifier: string, more: object = {}) =>
    server.submit(forever, { jobQueue: 'lent', shareIdentifier, ...more });
  const runs = (id: string) =>
    until(`${id} to run`, async () => (await server.job(id)).status === 'RUNNING');
  const own = await submit('borrower', { schedulingPriorityOverride: 9 });
  await runs(own);
  const once = await submit('borrower', { tags: { 'longshore:preemption-retries': '0' } });
  const always = await submit('borrower');
  for (const id of [once, always]) await runs(id);

  for (const id of [await submit('owner'), await submit('owner')]) await runs(id);
  const ended = await server.whenEnded(once);
  const taken = 'Preempted: borrowed capacity was taken back by quota share owner';
  assert.deepEqual([ended.status, ended.statusReason], ['FAILED', taken]);
  await until('the other waits again', async () => {
    const { status, attempts } = await server.job(always);
    return status === 'RUNNABLE' && attempts?.[0]?.statusReason === taken;
  });
  assert.match((await server.job(always)).statusReason ?? '', /^waiting to borrow for quota share/);
  assert.equal((await server.job(own)).status, 'RUNNING', 'what is its own stays');
});

/** A submission with a member that the SDK knows of service jobs alone, and would drop. */
function byHand(input: SubmitJobCommandInput, preemptionConfiguration: object): SubmitJobCommand {
  const command = new SubmitJobCommand(input);
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { body: string; headers: Record<string, string> };
      request.body = JSON.stringify({ ...JSON.parse(request.body), preemptionConfiguration });
      request.headers['content-length'] = String(Buffer.byteLength(request.body));
      return next(args);
    },
    { step: 'build', priority: 'low' },
  );
  return command;
}

test('preemptionConfiguration says of a container job, too, how often it waits again', async () => {
  await server.batch.send(new UpdateJobQueueCommand({ jobQueue: 'lent', state: 'DISABLED' }));
  await server.batch.send(new DeleteJobQueueCommand({ jobQueue: 'lent' }));
  await quotaQueue('by-hand');
  await quotaShare('by-hand', 'owner', 1, { resourceSharingConfiguration: { strategy: 'LEND' } });
  await quotaShare('by-hand', 'borrower', 1, {
    resourceSharingConfiguration: { strategy: 'LEND_AND_BORROW', borrowLimit: 100 },
  });
  const input = { jobName: 'by-hand', jobDefinition: forever, jobQueue: 'by-hand' };
  const of = (shareIdentifier: string, more: object = {}) => ({
    ...input,
    shareIdentifier,
    ...more,
  });
  const runs = (id: string) => server.whenStatus(id, 'RUNNING');
  await runs(await server.submit(forever, of('borrower', { schedulingPriorityOverride: 9 })));
  // It goes before the tag.
  const tagged = of('borrower', { tags: { 'longshore:preemption-retries': '5' } });
  const { jobId: once = '' } = await server.batch.send(
    byHand(tagged, { preemptionRetriesBeforeTermination: 0 }),
  );
  await runs(once);
  await runs(await server.submit(forever, of('owner')));
  assert.deepEqual(
    [(await server.whenEnded(once)).statusReason],
    ['Preempted: borrowed capacity was taken back by quota share owner'],
  );

  const refused: readonly (readonly [SubmitJobCommandInput, unknown, RegExp])[] = [
    [of('owner'), -1, /preemptionConfiguration\.preemptionRetriesBeforeTermination/],
    [of('owner'), 'many', /preemptionRetriesBeforeTermination/],
    [{ ...input, jobQueue: 'test' }, 1, /job queue test has no quota shares/],
  ];
  for (const [asked, preemptionRetriesBeforeTermination, message] of refused)
    await assert.rejects(server.batch.send(byHand(asked, { preemptionRetriesBeforeTermination })), {
      message,
    });
});

// Why jobs wait, and who goes next, through the SDK on the fake engine.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CancelJobCommand,
  CreateJobQueueCommand,
  GetJobQueueSnapshotCommand,
  TerminateJobCommand,
  UpdateComputeEnvironmentCommand,
} from '@aws-sdk/client-batch';
import {
  AllocateAddressCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteRouteCommand,
  DescribeInstancesCommand,
  EC2Client,
  ModifySubnetAttributeCommand,
} from '@aws-sdk/client-ec2';
import type { Explanation, LongshoreError } from '../src/api/explanation.ts';
import { account, region, TestServer } from './server.ts';
import { until } from './until.ts';

let server: TestServer;
before(async () => {
  server = await TestServer.start('fake');
  await server.prepare('test', { maxvCpus: 2 });
  await server.register('ok', { image: 'fake', command: ['true'] });
  await server.register('slow', { image: 'fake', command: ['sleep', '3600'] });
  await server.register('wide', {
    image: 'fake',
    command: ['true'],
    resourceRequirements: [
      { type: 'VCPU', value: '2' },
      { type: 'MEMORY', value: '32' },
    ],
  });
  await server.register('large', {
    image: 'fake',
    command: ['true'],
    resourceRequirements: [
      { type: 'VCPU', value: '8' },
      { type: 'MEMORY', value: '32' },
    ],
  });
});
after(() => server[Symbol.asyncDispose]());

const snapshot = async () =>
  server.batch.send(new GetJobQueueSnapshotCommand({ jobQueue: 'test' }));
const ids = async () =>
  ((await snapshot()).frontOfQueue?.jobs ?? []).map(({ jobArn }) =>
    jobArn?.replace(/^.*:job\//, ''),
  );

test('the snapshot of an empty queue is empty, and that of an unknown one is refused', async () => {
  const { frontOfQueue, frontOfQuotaShares, queueUtilization } = await snapshot();
  assert.deepEqual([frontOfQueue?.jobs, frontOfQuotaShares], [[], undefined]);
  assert.deepEqual(queueUtilization?.totalCapacityUsage, [{ capacityUnit: 'VCPU', quantity: 0 }]);
  assert((frontOfQueue?.lastUpdatedAt ?? 0) > 1_700_000_000_000);
  await assert.rejects(server.batch.send(new GetJobQueueSnapshotCommand({ jobQueue: 'none' })), {
    name: 'ClientException',
    message: 'Job queue none does not exist',
  });
});

const full =
  'waiting for compute environment test: its instances have 2 vCPUs of a maximum of 2, and no room for the job';

test('the snapshot lists the first hundred that wait in the order in which they are tried', async () => {
  const running = await server.submit('slow');
  await server.whenStatus(running, 'RUNNING');
  const wide = await server.submit('wide');
  const large = await server.submit('large');
  const array = await server.submit('wide', { arrayProperties: { size: 150 } });
  const { frontOfQueue, queueUtilization } = await snapshot();
  assert.deepEqual(queueUtilization?.totalCapacityUsage, [{ capacityUnit: 'VCPU', quantity: 1 }]);
  assert.deepEqual(await ids(), [
    wide,
    large,
    ...Array.from({ length: 98 }, (_, index) => `${array}:${index}`),
  ]);
  assert.equal(frontOfQueue?.jobs?.[0]?.earliestTimeAtPosition, (await server.job(wide)).createdAt);

  await until(
    'the plan has looked at it',
    async () => (await server.job(wide)).statusReason === full,
  );
  assert.match(
    (await server.job(large)).statusReason ?? '',
    /^MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - /,
  );

  const set = (state: 'ENABLED' | 'DISABLED') =>
    server.batch.send(new UpdateComputeEnvironmentCommand({ computeEnvironment: 'test', state }));
  await set('DISABLED');
  assert.match(
    (await server.job(`${array}:3`)).statusReason ?? '',
    /^waiting for (a )?compute environment/,
  );
  await set('ENABLED');
});

test('the snapshot of another queue says nothing of this one', async () => {
  await server.batch.send(
    new CreateJobQueueCommand({
      jobQueueName: 'other',
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'test' }],
    }),
  );
  const { frontOfQueue, queueUtilization } = await server.batch.send(
    new GetJobQueueSnapshotCommand({ jobQueue: 'other' }),
  );
  assert.deepEqual(
    [frontOfQueue?.jobs, queueUtilization?.totalCapacityUsage],
    [[], [{ capacityUnit: 'VCPU', quantity: 0 }]],
  );
});

// ---- explain ----

const explain = async (
  jobId: string,
  credential = account,
): Promise<{ status: number; body: Explanation & LongshoreError }> => {
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}/20260101/${region}/batch/aws4_request, SignedHeaders=host, Signature=0`;
  const answer = await fetch(
    `${server.url}/_longshore/jobs/${encodeURIComponent(jobId)}/explanation`,
    { headers: { authorization } },
  );
  return { status: answer.status, body: (await answer.json()) as Explanation & LongshoreError };
};

test('a job is explained: what it waits for, where it stands, and what would help', async () => {
  await server.batch.send(
    new CreateJobQueueCommand({
      jobQueueName: 'urgent',
      priority: 9,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'test' }],
    }),
  );
  const urgent = await server.submit('wide', { jobQueue: 'urgent' });
  const first = await server.submit('wide');
  const body = await until('the plan has looked at it again', async () => {
    const explained = await explain(first);
    return explained.body.reason === full ? explained.body : undefined;
  });
  assert.equal(body.status, 'RUNNABLE');
  assert.deepEqual(body.remedies, [
    'raise maxvCpus of compute environment test to 4 or more: aws batch update-compute-environment --compute-environment test --compute-resources maxvCpus=4',
    'or wait until jobs that run have ended',
  ]);
  const { frontOfQueue } = await snapshot();
  assert.equal(frontOfQueue?.jobs?.length, 100);
  assert.deepEqual(
    [body.place?.ahead, body.place?.stuck],
    [151, 1],
    'a job and an array of 150, beside a large one that never starts',
  );
  assert.deepEqual(body.place?.aheadInOtherQueues, [{ jobQueue: 'urgent', priority: 9, jobs: 1 }]);

  const dependent = await server.submit('ok', {
    jobName: 'after',
    dependsOn: [{ jobId: first }, { jobId: urgent }],
  });
  const { body: waiting } = await explain(dependent);
  assert.equal(waiting.reason, `waiting for ${first}, ${urgent}`);
  assert.deepEqual(
    waiting.dependencies.map(({ jobId, jobName, status, isMet }) => [
      jobId,
      jobName,
      status,
      isMet,
    ]),
    [
      [first, 'wide', 'RUNNABLE', false],
      [urgent, 'wide', 'RUNNABLE', false],
    ],
  );
  assert.equal(waiting.place, undefined);

  for (const id of [dependent, first, urgent])
    await server.batch.send(new CancelJobCommand({ jobId: id, reason: 'enough' }));
  const { body: ended } = await explain(dependent);
  assert.deepEqual(
    [ended.status, ended.reason, ended.notRetried],
    ['FAILED', 'enough', 'it was cancelled, and is not retried then'],
  );
});

test('a job that runs is explained by its host', async () => {
  await server.prepare('seen');
  const id = await server.submit('slow', { jobQueue: 'seen' });
  await server.whenStatus(id, 'RUNNING');
  const { body } = await explain(id);
  assert.match(body.host?.name ?? '', /^instance i-[0-9a-f]{17} \([a-z0-9.-]+\)$/);
  assert.equal(body.host?.computeEnvironment, 'seen');
  await server.batch.send(new TerminateJobCommand({ jobId: id, reason: 'enough' }));
  await server.whenEnded(id);
  assert.equal((await explain(id)).body.host, undefined);
});

test('a job that failed is explained by its attempts and the rule that decided', async () => {
  await server.batch.send(
    new UpdateComputeEnvironmentCommand({
      computeEnvironment: 'test',
      computeResources: { maxvCpus: 3 },
    }),
  );
  await server.batch.send(
    new CreateJobQueueCommand({
      jobQueueName: 'first',
      priority: 10,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'test' }],
    }),
  );
  await server.register('bad', { image: 'fake', command: ['false'] });
  const id = await server.submit('bad', {
    jobQueue: 'first',
    retryStrategy: { attempts: 3, evaluateOnExit: [{ onExitCode: '1', action: 'EXIT' }] },
  });
  await server.whenEnded(id);
  const { body } = await explain(id);
  assert.deepEqual(
    [body.status, body.reason, body.notRetried],
    ['FAILED', 'Essential container in task exited', 'its retryStrategy says EXIT on onExitCode 1'],
  );
  assert.deepEqual(
    body.attempts.map(({ exitCode, decidedBy }) => [exitCode, decidedBy]),
    [[1, 'EXIT on onExitCode 1']],
  );
  assert.equal(body.log?.group, '/aws/batch/job');
});

test('explanations are of the account that asks, and what is wrong is refused', async () => {
  const id = await server.submit('ok');
  assert.equal((await explain(id)).status, 200);
  const foreign = await explain(id, '111111111111');
  assert.deepEqual(
    [foreign.status, foreign.body.code, foreign.body.message],
    [404, 'ClientException', `Job ${id} does not exist`],
  );
  assert.equal((await explain('no such job')).status, 400);
  assert.equal((await explain(`${id}:0`)).status, 404);
  assert.equal(
    (await fetch(`${server.url}/_longshore/jobs/${id}/explanation`, { method: 'POST' })).status,
    405,
  );
  assert.equal((await fetch(`${server.url}/_longshore/jobs/%ff/explanation`)).status, 400);
});

// ---- networks ----

test('jobs wait while their subnets have no way out, nothing is launched there, and a route lets them go on', async () => {
  let ec2 = new EC2Client(server.clientOptions());
  const VpcId = (await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId;
  const subnet = async (CidrBlock: string) =>
    (await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock }))).Subnet?.SubnetId as string;
  const table = async (SubnetId: string) => {
    const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId }));
    await ec2.send(
      new AssociateRouteTableCommand({ SubnetId, RouteTableId: RouteTable?.RouteTableId }),
    );
    return RouteTable?.RouteTableId;
  };
  const way = { DestinationCidrBlock: '0.0.0.0/0' };
  const [open, hidden] = [await subnet('10.0.1.0/24'), await subnet('10.0.2.0/24')];
  const GatewayId = (await ec2.send(new CreateInternetGatewayCommand({}))).InternetGateway
    ?.InternetGatewayId;
  await ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId: GatewayId }));
  await server.prepare('open', { subnets: [open], minvCpus: 1 });
  await server.prepare('hidden', {
    type: 'FARGATE',
    subnets: [hidden],
    minvCpus: undefined,
    instanceTypes: undefined,
    instanceRole: undefined,
    allocationStrategy: undefined,
  });
  await server.register(
    'small',
    {
      image: 'fake',
      command: ['true'],
      executionRoleArn: 'arn:aws:iam::000000000000:role/x',
      resourceRequirements: [
        { type: 'VCPU', value: '0.25' },
        { type: 'MEMORY', value: '512' },
      ],
    },
    { platformCapabilities: ['FARGATE'] },
  );
  const [job, task] = [
    await server.submit('ok', { jobQueue: 'open' }),
    await server.submit('small', { jobQueue: 'hidden' }),
  ];
  const reason = async (id: string) => (await server.job(id)).statusReason;
  const noRoute = (name: string, id: string) =>
    `waiting for compute environment ${name}: no internet access from its subnets (${id}: no route to an internet gateway or a NAT gateway)`;
  await until(
    'both know why',
    async () =>
      (await reason(job)) === noRoute('open', open) &&
      (await reason(task)) === noRoute('hidden', hidden),
  );
  assert.match((await explain(job)).body.remedies[0] ?? '', /aws ec2 create-route/);

  const RouteTableId = await table(open);
  await ec2.send(new CreateRouteCommand({ ...way, RouteTableId, GatewayId }));
  assert.match(
    (await reason(job)) ?? '',
    /a route to an internet gateway, and instances have no public address/,
  );
  assert.equal(
    (
      await ec2.send(
        new DescribeInstancesCommand({ Filters: [{ Name: 'subnet-id', Values: [open] }] }),
      )
    ).Reservations?.length,
    0,
    'not even for minvCpus',
  );
  // What is written down of networks outlives the server.
  ec2.destroy();
  await server.restart();
  ec2 = new EC2Client(server.clientOptions());
  assert.match((await reason(job)) ?? '', /no internet access/);
  await ec2.send(
    new ModifySubnetAttributeCommand({ SubnetId: open, MapPublicIpOnLaunch: { Value: true } }),
  );
  await server.whenStatus(job, 'SUCCEEDED');

  const AllocationId = (await ec2.send(new AllocateAddressCommand({}))).AllocationId;
  const NatGatewayId = (
    await ec2.send(new CreateNatGatewayCommand({ SubnetId: open, AllocationId }))
  ).NatGateway?.NatGatewayId;
  await ec2.send(
    new CreateRouteCommand({ ...way, RouteTableId: await table(hidden), NatGatewayId }),
  );
  await server.whenStatus(task, 'SUCCEEDED');
  await ec2.send(new DeleteRouteCommand({ ...way, RouteTableId }));
  assert.equal(
    await reason(await server.submit('small', { jobQueue: 'hidden' })),
    noRoute('hidden', hidden),
    'the NAT gateway itself leads nowhere any more',
  );
  ec2.destroy();
});

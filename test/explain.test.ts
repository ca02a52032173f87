// `longshore explain` on jobs that are stuck or have failed, for each reason there is: what it says
// is true, and what it advises helps. Through the SDK, the own operation and the command line; on
// the fake engine, and on processes where something must run.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import {
  CreateComputeEnvironmentCommand,
  CreateConsumableResourceCommand,
  CreateJobQueueCommand,
  CreateSchedulingPolicyCommand,
  DescribeComputeEnvironmentsCommand,
  RegisterJobDefinitionCommand,
  TerminateJobCommand,
  UpdateComputeEnvironmentCommand,
  UpdateConsumableResourceCommand,
  type ComputeResource,
  type CreateComputeEnvironmentCommandInput,
} from '@aws-sdk/client-batch';
import type { Explanation } from '../src/api/explanation.ts';
import { account, computeResources, region, TestServer } from './server.ts';
import { until } from './until.ts';

async function explain(server: TestServer, jobId: string): Promise<Explanation> {
  const authorization = `AWS4-HMAC-SHA256 Credential=${account}/20260101/${region}/batch/aws4_request, SignedHeaders=host, Signature=0`;
  const answer = await fetch(
    `${server.url}/_longshore/jobs/${encodeURIComponent(jobId)}/explanation`,
    { headers: { authorization } },
  );
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()) as Explanation;
}

/** Once its reason is this one: the plan may have to look first. */
const explained = (server: TestServer, jobId: string, reason: RegExp): Promise<Explanation> => {
  let seen = '';
  return until(
    () => `job ${jobId} to say ${reason.source}; it says ${seen}`,
    async () => {
      const explanation = await explain(server, jobId);
      seen = explanation.reason ?? '';
      return reason.test(seen) ? explanation : undefined;
    },
  );
};

async function cli(server: TestServer, ...words: string[]): Promise<string> {
  return (
    await promisify(execFile)('node', ['bin/longshore.js', ...words, '--endpoint', server.url], {
      env: server.environment,
    })
  ).stdout;
}

/** Asks for so much. */
const asks = (vcpu: number, memory: number, gpu = 0) => ({
  image: 'fake',
  command: ['sleep', '3600'],
  resourceRequirements: [
    { type: 'VCPU' as const, value: String(vcpu) },
    { type: 'MEMORY' as const, value: String(memory) },
    ...(gpu > 0 ? [{ type: 'GPU' as const, value: String(gpu) }] : []),
  ],
});

const cluster = async (
  server: TestServer,
  name: string,
  resources: Partial<ComputeResource>,
  more: Partial<CreateComputeEnvironmentCommandInput> = {},
) =>
  server.batch.send(
    new CreateComputeEnvironmentCommand({
      computeEnvironmentName: name,
      type: 'MANAGED',
      computeResources: { ...computeResources, ...resources },
      ...more,
    }),
  );
const queue = async (
  server: TestServer,
  name: string,
  environments: readonly string[],
  more: object = {},
) => {
  for (const environment of environments) {
    await until(
      `environment ${environment} to have settled`,
      async () =>
        !['CREATING', 'UPDATING'].includes(
          (
            await server.batch.send(
              new DescribeComputeEnvironmentsCommand({ computeEnvironments: [environment] }),
            )
          ).computeEnvironments?.[0]?.status ?? '',
        ),
    );
  }
  return server.batch.send(
    new CreateJobQueueCommand({
      jobQueueName: name,
      priority: 1,
      computeEnvironmentOrder: environments.map((computeEnvironment, order) => ({
        order,
        computeEnvironment,
      })),
      ...more,
    }),
  );
};

const updatable = { allocationStrategy: 'BEST_FIT_PROGRESSIVE' } as const;

describe('jobs that wait', () => {
  let server: TestServer;
  let directory: string;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'longshore-explain-'));
    const market = join(directory, 'market');
    writeFileSync(market, 'm5.large: 0 instances\n');
    server = await TestServer.start('fake', [
      '--market',
      market,
      '--capacity',
      'vcpus=16,memory=65536',
    ]);
    await server.register('small', asks(1, 64));
    await server.register('large-memory', asks(1, 8192));
    await server.register('wide', asks(8, 64));
    await server.register('gpu', asks(1, 64, 1));
    await server.register('huge', asks(1, 90_000_000));
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  });

  const place = async (
    name: string,
    resources: Partial<ComputeResource>,
    more: Partial<CreateComputeEnvironmentCommandInput> = {},
  ): Promise<void> => {
    await cluster(server, name, resources, more);
    await queue(server, name, [name]);
  };
  const stuck = async (
    definition: string,
    jobQueue: string,
    reason: RegExp,
    more: object = {},
  ): Promise<Explanation> =>
    explained(server, await server.submit(definition, { jobQueue, ...more }), reason);

  test('more memory than any instance type has: a type that would do, and how to add it', async () => {
    await place('ce1', { instanceTypes: ['c5.large', 'c5.xlarge'], ...updatable });
    const { remedies } = await stuck(
      'large-memory',
      'ce1',
      /^MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - the job asks for 8192 MiB and no instance type of compute environment ce1 has more than \d+ MiB for jobs$/,
    );
    assert.equal(
      remedies[0],
      'add an instance type with more memory, such as c5.2xlarge, to compute environment ce1: aws batch update-compute-environment --compute-environment ce1 --compute-resources instanceTypes=c5.large,c5.xlarge,c5.2xlarge',
    );
    assert.ok(
      remedies.every((remedy) => !/register/.test(remedy)),
      remedies.join('\n'),
    );
    assert.match(remedies.at(-1) ?? '', /^submit it again with \d+ MiB or less$/);
  });

  test('the advice helps: after it the job runs', async () => {
    const { jobId, remedies } = await stuck(
      'large-memory',
      'ce1',
      /no instance type of compute environment ce1/,
    );
    const types = /instanceTypes=([\w.,-]+)$/.exec(remedies[0] ?? '')?.[1]?.split(',') ?? [];
    await server.batch.send(
      new UpdateComputeEnvironmentCommand({
        computeEnvironment: 'ce1',
        computeResources: { instanceTypes: types },
      }),
    );
    await server.whenStatus(jobId, 'RUNNING');
    await server.batch.send(new TerminateJobCommand({ jobId, reason: 'enough' }));
  });

  test('where the types cannot be changed it says so and tells of another environment', async () => {
    await place('fixed', { instanceTypes: ['c5.large'] });
    const { remedies } = await stuck('large-memory', 'fixed', /no instance type/);
    assert.match(
      remedies[0] ?? '',
      /^make a compute environment with an instance type with more memory, such as c5\.2xlarge \(those of fixed cannot be changed: its allocation strategy is BEST_FIT\), and add it to queue fixed: aws batch update-job-queue --job-queue fixed --compute-environment-order order=0,computeEnvironment=arn:aws:batch:\S+\/fixed order=1,computeEnvironment=NAME$/,
    );
  });

  test('more memory than any type of all: only less would help', async () => {
    const { remedies } = await stuck('huge', 'ce1', /no instance type/);
    assert.equal(remedies.length, 1);
    assert.match(remedies[0] ?? '', /^submit it again with \d+ MiB or less$/);
  });

  test('GPUs: a type that has one, and what this machine lacks', async () => {
    const { remedies } = await stuck(
      'gpu',
      'ce1',
      /the job asks for 1 GPU and no instance type of compute environment ce1 has more than 0$/,
    );
    assert.match(
      remedies[0] ?? '',
      /^add an instance type with GPUs, such as (g|p)\d[\w.]+, to compute environment ce1: aws batch update-compute-environment .*instanceTypes=c5\.large,c5\.xlarge,/,
    );
    assert.match(
      remedies[1] ?? '',
      /^this machine has no GPUs for jobs as well: where it has them, start the server with --capacity gpus=1$/,
    );
    assert.equal(remedies[2], 'submit it again without GPUs');
    await place('gpus', { instanceTypes: ['p3.2xlarge'], ...updatable });
    const here = await stuck(
      'gpu',
      'gpus',
      /^MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - the job asks for 1 GPU and/,
    );
    assert.deepEqual(here.remedies, [
      'this machine has no GPUs for jobs: where it has them, start the server with --capacity gpus=1',
      'submit it again without GPUs',
    ]);
  });

  test('maxvCpus 0 is raised, and nobody is told to ask for 0 vCPU', async () => {
    await place('zero', { instanceTypes: ['c5.xlarge'], maxvCpus: 0 });
    const { remedies } = await stuck(
      'small',
      'zero',
      /^MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE/,
    );
    assert.deepEqual(remedies, [
      'raise maxvCpus of compute environment zero to 4 or more: aws batch update-compute-environment --compute-environment zero --compute-resources maxvCpus=4',
    ]);
    await place('fargate0', {
      type: 'FARGATE',
      maxvCpus: 0,
      minvCpus: undefined,
      instanceTypes: undefined,
      instanceRole: undefined,
    });
    await server.batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName: 'task',
        type: 'container',
        platformCapabilities: ['FARGATE'],
        containerProperties: {
          image: 'fake',
          command: ['true'],
          executionRoleArn: 'arn:aws:iam::000000000000:role/x',
          resourceRequirements: [
            { type: 'VCPU', value: '0.25' },
            { type: 'MEMORY', value: '512' },
          ],
        },
      }),
    );
    assert.match(
      (await stuck('task', 'fargate0', /MAX_RESOURCE/)).remedies.join('; '),
      /^raise maxvCpus of compute environment fargate0 to 1 or more: [^;]*maxvCpus=1$/,
    );
  });

  test('too many vCPUs: numbers on both sides and the command', async () => {
    await place('four', { instanceTypes: ['c5.xlarge', 'c5.4xlarge'], maxvCpus: 4, ...updatable });
    const { reason, remedies } = await stuck('wide', 'four', /MAX_RESOURCE/);
    assert.match(
      reason ?? '',
      /the job asks for 8 vCPU and the largest maxvCpus of this queue's compute environments is 4$/,
    );
    assert.deepEqual(remedies, [
      'raise maxvCpus of compute environment four to 8 or more: aws batch update-compute-environment --compute-environment four --compute-resources maxvCpus=8',
      'submit it again with 4 vCPU or fewer',
    ]);
  });

  test('a full environment says by whom, and jobs that can never start are not counted as ahead', async () => {
    await place('tight', { instanceTypes: ['c5.large'], maxvCpus: 2 });
    const holder = await server.submit('small', {
      jobQueue: 'tight',
      jobName: 'holder',
      containerOverrides: { resourceRequirements: [{ type: 'VCPU', value: '2' }] },
    });
    await server.whenStatus(holder, 'RUNNING');
    await server.submit('wide', { jobQueue: 'tight' });
    const {
      place: at,
      holders,
      remedies,
      jobId,
    } = await stuck(
      'small',
      'tight',
      /its instances have 2 vCPUs of a maximum of 2, and no room for the job$/,
    );
    assert.deepEqual([at?.ahead, at?.stuck], [0, 1]);
    assert.deepEqual(holders, {
      of: 'compute environment tight',
      jobs: [{ jobId: holder, jobName: 'holder', running: 1, vcpus: 2, memoryMib: 64, gpus: 0 }],
    });
    assert.equal(
      remedies[0],
      'raise maxvCpus of compute environment tight to 4 or more: aws batch update-compute-environment --compute-environment tight --compute-resources maxvCpus=4',
    );
    const text = await cli(server, 'explain', jobId);
    assert.match(
      text,
      /first in queue tight for \d.* \(1 before it does not count: it cannot start\)/,
    );
    assert.match(
      text,
      new RegExp(
        `compute environment tight is in use by:\n    holder \\(${holder}\\): 2 vCPU, 64 MiB`,
      ),
    );
  });

  test('a full machine says by whom, arrays as one, and never names jobs of other accounts', async () => {
    await using machine = await TestServer.start('fake', ['--capacity', 'vcpus=2,memory=4096']);
    await machine.prepare('test', { instanceTypes: ['c5.4xlarge'] });
    await machine.register('small', asks(1, 64));
    const array = await machine.submit('small', { jobName: 'sweep', arrayProperties: { size: 2 } });
    await machine.whenStatus(`${array}:1`, 'RUNNING');
    const { holders } = await explained(
      machine,
      await machine.submit('small'),
      /^waiting for this machine: 2 of 2 cores in use$/,
    );
    assert.deepEqual(holders, {
      of: 'this machine',
      jobs: [{ jobId: array, jobName: 'sweep', running: 2, vcpus: 2, memoryMib: 128, gpus: 0 }],
    });
  });

  test('a Spot price has its number', async () => {
    await place('spot', {
      type: 'SPOT',
      bidPercentage: 20,
      instanceTypes: ['c5.large'],
      allocationStrategy: 'SPOT_CAPACITY_OPTIMIZED',
    });
    const { remedies } = await stuck(
      'small',
      'spot',
      /^CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - .*: Spot costs 30 % of on-demand here \(--market\), and bidPercentage is 20$/,
    );
    assert.equal(
      remedies[0],
      'raise bidPercentage of compute environment spot to 30 or more: aws batch update-compute-environment --compute-environment spot --compute-resources bidPercentage=30',
    );
  });

  test('an empty pool is named', async () => {
    await place('pool', { instanceTypes: ['m5.large'], ...updatable });
    const { remedies } = await stuck(
      'small',
      'pool',
      /^CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - no instance of a type of compute environment pool that holds the job is available: --market has 0 of m5\.large, and all of them are taken$/,
    );
    assert.match(
      remedies[0] ?? '',
      /^add an instance type .*, such as (?!m5\.large,)[\w.-]+, to compute environment pool/,
    );
  });

  test('an INVALID environment: the role, and the command', async () => {
    // One of another account is taken on trust.
    await place(
      'ce44',
      { instanceTypes: ['c5.large'] },
      { serviceRole: 'arn:aws:iam::111111111111:role/good' },
    );
    await server.batch.send(
      new UpdateComputeEnvironmentCommand({
        computeEnvironment: 'ce44',
        serviceRole: 'arn:aws:iam::12:role/broken',
      }),
    );
    const { remedies } = await stuck(
      'small',
      'ce44',
      /^waiting for compute environment ce44: it is INVALID$/,
    );
    assert.deepEqual(remedies, [
      'name a service role that AWS Batch may assume, in place of arn:aws:iam::12:role/broken: aws batch update-compute-environment --compute-environment ce44 --service-role ROLE',
    ]);
    await server.batch.send(
      new UpdateComputeEnvironmentCommand({
        computeEnvironment: 'ce44',
        serviceRole: 'AbsentRole',
      }),
    );
    const own = await stuck('small', 'ce44', /it is INVALID$/);
    assert.match(
      own.remedies.join('\n'),
      /in place of arn:aws:iam::000000000000:role\/AbsentRole: .*\nor create role AbsentRole so that batch\.amazonaws\.com may assume it \(aws iam create-role\), and have it looked at again: aws batch update-compute-environment --compute-environment ce44 --state ENABLED$/,
    );
  });

  test('a disabled environment among several: what each of them lacks', async () => {
    await cluster(server, 'low', { instanceTypes: ['c5.large'], maxvCpus: 2 });
    await cluster(server, 'off1', { instanceTypes: ['c5.4xlarge'] });
    await cluster(server, 'off2', { instanceTypes: ['c5.4xlarge'] });
    await queue(server, 'several', ['low', 'off1', 'off2']);
    for (const computeEnvironment of ['off1', 'off2'])
      await server.batch.send(
        new UpdateComputeEnvironmentCommand({ computeEnvironment, state: 'DISABLED' }),
      );
    const { jobId, environments, remedies } = await stuck(
      'wide',
      'several',
      /^waiting for compute environment off1: it is DISABLED$/,
    );
    assert.deepEqual(environments, [
      {
        computeEnvironments: ['low'],
        of: 3,
        reason: 'the job asks for 8 vCPU and its maxvCpus is 2',
      },
      { computeEnvironments: ['off1', 'off2'], of: 3, reason: 'it is DISABLED' },
    ]);
    assert.deepEqual(remedies, [
      'enable compute environment off1: aws batch update-compute-environment --compute-environment off1 --state ENABLED',
    ]);
    assert.match(await cli(server, 'explain', jobId), /2 of 3 \(off1, off2\): it is DISABLED/);
  });

  test('a share that may use no more is told in plain words', async () => {
    const { arn } = await server.batch.send(
      new CreateSchedulingPolicyCommand({
        name: 'fair',
        fairsharePolicy: {
          computeReservation: 50,
          shareDistribution: [{ shareIdentifier: 'a' }, { shareIdentifier: 'b' }],
        },
      }),
    );
    await cluster(server, 'shared', { instanceTypes: ['c5.xlarge'], maxvCpus: 4 });
    await queue(server, 'shared', ['shared'], { schedulingPolicyArn: arn });
    const share = { shareIdentifier: 'a', schedulingPriorityOverride: 1 };
    const two = {
      containerOverrides: { resourceRequirements: [{ type: 'VCPU' as const, value: '2' }] },
    };
    const holder = await server.submit('small', { jobQueue: 'shared', ...share, ...two });
    await server.whenStatus(holder, 'RUNNING');
    const { holders } = await stuck(
      'small',
      'shared',
      /^waiting for the other shares: 2 vCPUs of this queue are in use, and computeReservation leaves 2 of 4 to the 1 share that is active; the rest is kept free for shares that use nothing yet$/,
      share,
    );
    assert.deepEqual(
      [holders?.of, holders?.jobs.map(({ jobId }) => jobId)],
      ['queue shared', [holder]],
    );
  });

  test('UNMANAGED: the command that registers a host', async () => {
    await server.batch.send(
      new CreateComputeEnvironmentCommand({
        computeEnvironmentName: 'own',
        type: 'UNMANAGED',
        serviceRole: 'AWSBatchServiceRole',
      }),
    );
    await queue(server, 'own', ['own']);
    const { remedies } = await stuck(
      'small',
      'own',
      /none is registered with UNMANAGED compute environment own$/,
    );
    assert.deepEqual(remedies, [
      'register a host with compute environment own: longshore instance register --cluster own --docker-host ssh://USER@HOST',
    ]);
  });

  test('consumables: exactly what is missing is added', async () => {
    await server.batch.send(
      new CreateConsumableResourceCommand({
        consumableResourceName: 'tokens',
        totalQuantity: 4,
        resourceType: 'REPLENISHABLE',
      }),
    );
    const uses = (quantity: number) => ({
      jobQueue: 'ce1',
      consumableResourcePropertiesOverride: {
        consumableResourceList: [{ consumableResource: 'tokens', quantity }],
      },
    });
    const holder = await server.submit('small', uses(3));
    await server.whenStatus(holder, 'RUNNING');
    const { remedies, holders, jobId } = await stuck(
      'small',
      'ce1',
      /^waiting for consumable resource tokens: 3 of 4 in use, the job asks for 2$/,
      uses(2),
    );
    assert.deepEqual(holders, {
      of: 'consumable resource tokens',
      jobs: [
        {
          jobId: holder,
          jobName: 'small',
          running: 1,
          vcpus: 1,
          memoryMib: 64,
          gpus: 0,
          quantity: 3,
        },
      ],
    });
    const quantity = Number(/--operation ADD --quantity (\d+)$/.exec(remedies.join('\n'))?.[1]);
    assert.equal(quantity, 1);
    await server.batch.send(
      new UpdateConsumableResourceCommand({
        consumableResource: 'tokens',
        operation: 'ADD',
        quantity,
      }),
    );
    await server.whenStatus(jobId, 'RUNNING');
  });

  test(
    'ARM types are the machine’s architecture here, and it is said',
    { skip: process.arch === 'x64' ? false : 'this machine is none that it is about' },
    async () => {
      await place('arm', { instanceTypes: ['a1.large'], maxvCpus: 0 });
      const note =
        'Instance types of compute environment arm are arm64, and this machine is x86_64: jobs run there as x86_64 and need images for it.';
      assert.deepEqual((await stuck('small', 'arm', /MAX_RESOURCE/)).notes, [note]);
      const { computeEnvironments } = await server.batch.send(
        new DescribeComputeEnvironmentsCommand({ computeEnvironments: ['arm'] }),
      );
      assert.equal(computeEnvironments?.[0]?.statusReason, `ComputeEnvironment Healthy. ${note}`);
    },
  );

  test('the limit of instances has its number', async () => {
    await using limited = await TestServer.start('fake', ['--instance-limit', '1']);
    await limited.prepare('test', { instanceTypes: ['c5.large'] });
    await limited.register('two', asks(2, 64));
    await limited.whenStatus(await limited.submit('two'), 'RUNNING');
    const { remedies } = await explained(
      limited,
      await limited.submit('two'),
      /^CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - --instance-limit 1 is reached: 1 instance runs$/,
    );
    assert.equal(remedies[0], 'start the server with a larger --instance-limit than 1');
  });

  test('nodes: a type that holds the largest of them, and the limit', async () => {
    await place('nodes', { instanceTypes: ['c5.large'], ...updatable });
    const nodes = async (name: string, memory: number): Promise<string> => {
      const { revision } = await server.batch.send(
        new RegisterJobDefinitionCommand({
          jobDefinitionName: name,
          type: 'multinode',
          nodeProperties: {
            mainNode: 0,
            numNodes: 2,
            nodeRangeProperties: [{ targetNodes: '0:', container: asks(1, memory) }],
          },
        }),
      );
      return `${name}:${revision}`;
    };
    const { remedies } = await stuck(
      await nodes('mnp', 8192),
      'nodes',
      /^MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - no instance type of compute environment nodes holds the largest of the job's nodes/,
    );
    assert.match(
      remedies[0] ?? '',
      /^add an instance type with room for it, such as c5\.2xlarge, to compute environment nodes: aws batch update-compute-environment/,
    );
    await place('spot-nodes', {
      type: 'SPOT',
      instanceTypes: ['c5.large'],
      allocationStrategy: 'SPOT_CAPACITY_OPTIMIZED',
    });
    assert.match(
      (await stuck(await nodes('mnp', 64), 'spot-nodes', /do not run on Spot Instances/))
        .remedies[0] ?? '',
      /^add an On-Demand \(EC2\) compute environment to queue spot-nodes: aws batch update-job-queue/,
    );
  });

  test('a dependency that waits says why it waits, down to the root', async () => {
    const root = await server.submit('wide', { jobQueue: 'four', jobName: 'root' });
    const middle = await server.submit('small', {
      jobQueue: 'four',
      jobName: 'middle',
      dependsOn: [{ jobId: root }],
    });
    const top = await server.submit('small', {
      jobQueue: 'four',
      jobName: 'top',
      dependsOn: [{ jobId: middle }],
    });
    const { dependencies } = await explain(server, top);
    assert.deepEqual(
      [dependencies[0]?.jobId, dependencies[0]?.status, dependencies[0]?.reason],
      [middle, 'PENDING', `waiting for ${root}`],
    );
    assert.deepEqual(
      [dependencies[0]?.dependencies?.[0]?.jobName, dependencies[0]?.dependencies?.[0]?.status],
      ['root', 'RUNNABLE'],
    );
    assert.match(
      dependencies[0]?.dependencies?.[0]?.reason ?? '',
      /^MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE/,
    );
    assert.match(
      await cli(server, 'explain', top),
      new RegExp(
        `depends on:\n    middle \\(${middle}\\) PENDING: this job waits for it; waiting for ${root}\n      root \\(${root}\\) RUNNABLE: MISCONFIGURATION`,
      ),
    );
  });

  test('a chain of a hundred jobs and a SEQUENTIAL array are bounded and reach the root or say how many are left', async () => {
    let last = await server.submit('wide', { jobQueue: 'four' });
    for (let at = 0; at < 100; at++)
      last = await server.submit('small', { jobQueue: 'four', dependsOn: [{ jobId: last }] });
    const depthOf = (dependencies: Explanation['dependencies']): number =>
      dependencies.length === 0
        ? 0
        : 1 + Math.max(...dependencies.map((one) => depthOf(one.dependencies ?? [])));
    assert.equal(depthOf((await explain(server, last)).dependencies), 32);
    assert.ok((await cli(server, 'explain', last)).split('\n').length < 25);

    const wide = await server.submit('wide', {
      jobQueue: 'four',
      arrayProperties: { size: 9000 },
      dependsOn: [{ type: 'SEQUENTIAL' }],
    });
    const { dependencies } = await explain(server, `${wide}:8999`);
    assert.deepEqual(
      [
        dependencies[0]?.jobId,
        dependencies[0]?.dependencies?.map(({ jobId, status }) => [jobId, status]),
      ],
      [`${wide}:8998`, [[`${wide}:0`, 'RUNNABLE']]],
    );
  });
});

describe('jobs that ended', () => {
  let server: TestServer;
  before(async () => {
    server = await TestServer.start('process');
    await server.prepare('test', {
      type: 'FARGATE',
      minvCpus: undefined,
      instanceTypes: undefined,
      instanceRole: undefined,
    });
    await server.register(
      'sh',
      {
        image: 'none',
        command: ['sh', '-c', 'exit 3'],
        executionRoleArn: 'arn:aws:iam::000000000000:role/x',
        resourceRequirements: [
          { type: 'VCPU', value: '0.25' },
          { type: 'MEMORY', value: '512' },
        ],
      },
      { platformCapabilities: ['FARGATE'] },
    );
  });
  after(() => server[Symbol.asyncDispose]());

  const sh = (script: string, more: object = {}) =>
    server.submit('sh', { containerOverrides: { command: ['sh', '-c', script] }, ...more });

  test('a failed dependency: the job at the root, its exit code, and where to look', async () => {
    const root = await sh('sleep 1; exit 3', { jobName: 'root' });
    const middle = await sh('true', { jobName: 'middle', dependsOn: [{ jobId: root }] });
    const top = await sh('true', { jobName: 'top', dependsOn: [{ jobId: middle }] });
    await server.whenEnded(top);
    const { reason, dependencies, rootCause, remedies } = await explain(server, top);
    assert.equal(reason, 'Dependent Job failed');
    assert.deepEqual(rootCause, {
      jobId: root,
      jobName: 'root',
      reason: 'Essential container in task exited',
      exitCode: 3,
    });
    assert.deepEqual(
      dependencies.map(({ jobId, status, dependencies: below }) => [
        jobId,
        status,
        below?.map((one) => [one.jobId, one.exitCode]),
      ]),
      [[middle, 'FAILED', [[root, 3]]]],
    );
    assert.deepEqual(remedies, [
      `look at its output: longshore logs ${root}`,
      'have it tried again by itself: retryStrategy with attempts=3',
    ]);
    const text = await cli(server, 'explain', top);
    assert.match(
      text,
      new RegExp(
        `root cause: root \\(${root}\\) FAILED: exit code 3; Essential container in task exited\n`,
      ),
    );
  });

  test('a failed array: causes together, with the first child of each; and what depends on it', async () => {
    const array = await sh(
      'case $AWS_BATCH_JOB_ARRAY_INDEX in 2) exit 5;; 4) exit 0;; *) exit 1;; esac',
      { jobName: 'sweep', arrayProperties: { size: 7 } },
    );
    const next = await sh('true', { dependsOn: [{ jobId: array }] });
    await server.whenEnded(array);
    const { failures, otherFailures, remedies } = await explain(server, array);
    assert.deepEqual(failures, [
      { count: 5, reason: 'exit code 1', exitCode: 1, first: `${array}:0` },
      { count: 1, reason: 'exit code 5', exitCode: 5, first: `${array}:2` },
    ]);
    assert.equal(otherFailures, 0);
    assert.deepEqual(remedies.slice(0, 2), [
      `list the children that failed: longshore jobs --array ${array} --status FAILED`,
      `look at its output: longshore logs ${array}:0`,
    ]);
    assert.match(
      await cli(server, 'explain', array),
      new RegExp(
        `why children failed:\n    5 x exit code 1; first: ${array}:0\n    1 x exit code 5; first: ${array}:2\n`,
      ),
    );
    await server.whenEnded(next);
    assert.deepEqual((await explain(server, next)).rootCause, {
      jobId: `${array}:0`,
      jobName: 'sweep',
      reason: 'Essential container in task exited',
      exitCode: 1,
    });
  });

  test('children that never ran count with why', async () => {
    const gate = await sh('sleep 1; exit 1');
    const array = await sh('true', { arrayProperties: { size: 40 }, dependsOn: [{ jobId: gate }] });
    await server.whenEnded(array);
    const { failures, rootCause } = await explain(server, array);
    assert.deepEqual(
      [failures, rootCause?.jobId],
      [[{ count: 40, reason: 'Dependent Job failed', first: `${array}:0` }], gate],
    );
    assert.equal((await explain(server, `${array}:7`)).rootCause?.jobId, gate);
  });

  test('exit codes, commands that are not there and timeouts have their own advice', async () => {
    const missing = await server.submit('sh', {
      containerOverrides: { command: ['/no/such/program'] },
    });
    const unknown = await sh('no-such-command');
    await server.whenEnded(missing);
    await server.whenEnded(unknown);
    assert.match(
      (await explain(server, unknown)).remedies.join('\n'),
      /longshore logs .*\nexit code 127: the command was not found in the image/,
    );
    assert.ok((await explain(server, missing)).remedies.length > 0);
  });
});

describe('jobs that failed or are being stopped, on the fake engine', () => {
  let server: TestServer;
  before(async () => {
    server = await TestServer.start('fake', ['--timeout-min-seconds', '1']);
    await server.prepare('test', { instanceTypes: ['c5.4xlarge'] });
    await server.register('job', {
      image: 'registry.example/absent:1',
      command: ['sleep', '3600'],
    });
  });
  after(() => server[Symbol.asyncDispose]());

  const fake = (environment: Record<string, string>, more: object = {}) =>
    server.submit('job', {
      containerOverrides: {
        command: ['true'],
        environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
      },
      ...more,
    });
  const failed = async (id: string): Promise<Explanation> => {
    await server.whenEnded(id);
    return explain(server, id);
  };

  test('out of memory: more than it had', async () => {
    const id = await fake({ FAKE_OOM: 'true' });
    assert.deepEqual((await failed(id)).remedies, [
      'ask for more than 32 MiB of memory: resourceRequirements of type MEMORY, or longshore submit --memory',
      `look at its output: longshore logs ${id}`,
    ]);
    const array = await fake({ FAKE_OOM: 'true' }, { arrayProperties: { size: 3 } });
    const { failures, remedies } = await failed(array);
    assert.deepEqual(failures, [
      { count: 3, reason: 'OutOfMemoryError', exitCode: 137, first: `${array}:0` },
    ]);
    assert.match(remedies.join('\n'), /ask for more than 32 MiB/);
  });

  test('an image that is not there: how one comes there', async () => {
    const { remedies } = await failed(
      await fake({
        FAKE_START_FAILURE:
          'CannotPullContainerError: Error response from daemon: pull access denied',
      }),
    );
    assert.match(remedies[0] ?? '', /docker image inspect registry\.example\/absent:1$/);
    assert.match(
      remedies[1] ?? '',
      /docker pull registry\.example\/absent:1; where no registry is reached, docker load or docker import a file, and docker tag it/,
    );
  });

  test('a container that could not start, and an image of another architecture', async () => {
    assert.match(
      (
        await failed(
          await fake({
            FAKE_START_FAILURE:
              'CannotStartContainerError: exec: "nope": executable file not found in $PATH',
          }),
        )
      ).remedies.join('\n'),
      /look at what the engine says/,
    );
    assert.match(
      (
        await failed(
          await fake({
            FAKE_START_FAILURE: 'CannotStartContainerError: exec /bin/sh: exec format error',
          }),
        )
      ).remedies.join('\n'),
      /is for another architecture than the machine/,
    );
  });

  test('a timeout, a cancellation and a termination', async () => {
    const late = await server.submit('job', { timeout: { attemptDurationSeconds: 1 } });
    assert.match(
      (await failed(late)).remedies[0] ?? '',
      /^allow it more time than 1 seconds: attemptDurationSeconds/,
    );
    const ended = await server.submit('job');
    await server.whenStatus(ended, 'RUNNING');
    await server.batch.send(new TerminateJobCommand({ jobId: ended, reason: 'enough' }));
    assert.deepEqual((await failed(ended)).remedies, [
      'it was terminated: submit it again if it is still wanted',
    ]);
  });

  test('a job that is being stopped says so, by whom, since when, and when it is killed', async () => {
    const id = await server.submit('job', {
      containerOverrides: { environment: [{ name: 'FAKE_IGNORE_STOP', value: 'true' }] },
    });
    await server.whenStatus(id, 'RUNNING');
    await server.batch.send(new TerminateJobCommand({ jobId: id, reason: 'took too long' }));
    const { status, stopping } = await explain(server, id);
    assert.deepEqual(
      [status, stopping?.by, stopping?.reason, (stopping?.killedAt ?? 0) - (stopping?.since ?? 0)],
      ['RUNNING', 'terminate', 'took too long', 30_000],
    );
    assert.match(
      await cli(server, 'explain', id),
      /is being stopped: it was terminated .* ago \(took too long\); it is killed in \d+ s if it has not ended by itself/,
    );
  });

  test('ten thousand children are counted while others are served', async () => {
    await server.batch.send(
      new UpdateComputeEnvironmentCommand({
        computeEnvironment: 'test',
        computeResources: { maxvCpus: 4096 },
      }),
    );
    const array = await fake({ FAKE_EXIT_CODE: '1' }, { arrayProperties: { size: 10_000 } });
    await server.whenEnded(array);
    let slowest = 0;
    let done = false;
    const probe = (async () => {
      while (!done) {
        const from = performance.now();
        await fetch(`${server.url}/_longshore/health`);
        slowest = Math.max(slowest, performance.now() - from);
      }
    })();
    const from = performance.now();
    const { failures } = await explain(server, array);
    const took = performance.now() - from;
    done = true;
    await probe;
    assert.deepEqual(failures, [
      { count: 10_000, reason: 'exit code 1', exitCode: 1, first: `${array}:0` },
    ]);
    console.log(
      `# explained 10,000 failed children in ${Math.round(took)} ms; the slowest other answer meanwhile took ${Math.round(slowest)} ms`,
    );
  });
});

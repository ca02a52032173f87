// Multi-node parallel jobs in every Batch operation that knows them: what definitions and
// submissions may say, what the job is then held to, and how the job and its nodes are shown to
// clients.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  ContainerProperties,
  ListJobsCommandInput,
  NodeOverrides,
  NodeProperties,
  NodeRangeProperty,
  RegisterJobDefinitionCommandInput,
  SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import { arn, attemptId, hostId, jobId, nodeId } from '../../../base/ids.ts';
import { isArrayParent, type Job, type JobDetailRecord } from '../../../core/job/job.ts';
import { createComputeEnvironment } from '../compute-environment/create-compute-environment.ts';
import { createConsumableResource } from '../consumable-resource/create-consumable-resource.ts';
import { createJobQueue } from '../job-queue/create-job-queue.ts';
import { describeJobDefinitions } from '../job-definition/describe-job-definitions.ts';
import { cancelJob } from './cancel-job.ts';
import { describeJobs } from './describe-jobs.ts';
import { commitOf } from '../../../../test/house/commit.ts';
import { comparable, ec2Resources } from '../../../../test/house/batch-requests.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { listJobsByConsumableResource } from '../consumable-resource/list-jobs-by-consumable-resource.ts';
import { listJobs } from './list-jobs.ts';
import { registerJobDefinition } from '../job-definition/register-job-definition.ts';
import { submitJob } from './submit-job.ts';
import { terminateJob } from './terminate-job.ts';
import { terminateJobs } from './terminate-jobs.ts';

const container = (more: ContainerProperties = {}): ContainerProperties => ({
  image: 'busybox',
  command: ['echo', 'Ref::word'],
  vcpus: 1,
  memory: 64,
  ...more,
});
const range = (targetNodes: string, more: Partial<NodeRangeProperty> = {}): NodeRangeProperty => ({
  targetNodes,
  container: container(),
  ...more,
});
const nodes = (...nodeRangeProperties: NodeRangeProperty[]): NodeProperties => ({
  numNodes: 4,
  mainNode: 0,
  nodeRangeProperties,
});
const definition = (
  nodeProperties: NodeProperties | undefined,
  more: Partial<RegisterJobDefinitionCommandInput> = {},
): RegisterJobDefinitionCommandInput => ({
  jobDefinitionName: 'm',
  type: 'multinode',
  nodeProperties,
  ...more,
});
const list = (consumableResource: string, quantity: number) => ({
  consumableResourceList: [{ consumableResource, quantity }],
});

// ---- definitions ----

const defined: [string, RegisterJobDefinitionCommandInput][] = [
  ['one range', definition(nodes(range('0:3')))],
  [
    'a thousand nodes, the last of them the main one',
    definition({ ...nodes(range(':')), numNodes: 1000, mainNode: 999 }),
  ],
  [
    'five ranges, nested',
    definition(nodes(range('0'), range('1:'), range('2:3'), range(':'), range('3'))),
  ],
  [
    'one instance type, in the new form and the old',
    definition(
      nodes(
        range('0', { instanceTypes: ['c5.large'] }),
        range('1:', { container: container({ instanceType: 'c5.large' }) }),
      ),
    ),
  ],
  ['EC2 said aloud', definition(nodes(range(':')), { platformCapabilities: ['EC2'] })],
  [
    'empty members that say nothing',
    definition(
      nodes(
        range(':', {
          instanceTypes: [],
          consumableResourceProperties: { consumableResourceList: [] },
        }),
      ),
      { consumableResourceProperties: { consumableResourceList: [] } },
    ),
  ],
];

for (const [title, input] of defined) {
  test(`RegisterJobDefinition takes ${title}, and it comes back verbatim (Terraform compares)`, async () => {
    const rig = await Rig.bare();
    await rig.call(registerJobDefinition, input);
    const [stored] =
      (await rig.call(describeJobDefinitions, { jobDefinitionName: 'm' })).jobDefinitions ?? [];
    assert.deepEqual(comparable(stored?.nodeProperties), comparable(input.nodeProperties));
    for (const { container: inRange, instanceTypes } of stored?.nodeProperties
      ?.nodeRangeProperties ?? [])
      assert.deepEqual([inRange?.secrets, Array.isArray(instanceTypes)], [[], true]);
    assert.equal(stored?.type, 'multinode');
    assert.ok(stored !== undefined && !('containerProperties' in stored));
  });
}

test('variables without a value are dropped in every range', async () => {
  const rig = await Rig.bare();
  await rig.call(
    registerJobDefinition,
    definition(
      nodes(
        range(':', {
          container: container({
            environment: [
              { name: 'A', value: '' },
              { name: 'B', value: 'b' },
            ],
          }),
        }),
      ),
    ),
  );
  const [stored] =
    (await rig.call(describeJobDefinitions, { jobDefinitionName: 'm' })).jobDefinitions ?? [];
  assert.deepEqual(stored?.nodeProperties?.nodeRangeProperties?.[0]?.container?.environment, [
    { name: 'B', value: 'b' },
  ]);
});

const undefinable: [string, RegisterJobDefinitionCommandInput, RegExp][] = [
  ['no node properties', definition(undefined), /nodeProperties must be provided/],
  [
    'a container beside them',
    definition(nodes(range(':')), { containerProperties: container() }),
    /containerProperties is only for a job definition of type container/,
  ],
  [
    'node properties of a single-node job',
    definition(nodes(range(':')), { type: 'container', containerProperties: container() }),
    /nodeProperties is only for a job definition of type multinode/,
  ],
  [
    'Fargate',
    definition(nodes(range(':')), { platformCapabilities: ['FARGATE'] }),
    /not supported on Fargate/,
  ],
  [
    'managed instances',
    definition(nodes(range(':')), { platformCapabilities: ['MANAGED_INSTANCES'] }),
    /not supported on managed instances/,
  ],
  [
    'consumable resources of the whole',
    definition(nodes(range(':')), { consumableResourceProperties: list('r', 1) }),
    /given for each node range/,
  ],
  [
    'no nodes',
    definition({ ...nodes(range(':')), numNodes: 0 }),
    /numNodes must be a whole number from 1 to 1000/,
  ],
  [
    '1001 nodes',
    definition({ ...nodes(range(':')), numNodes: 1001 }),
    /numNodes must be a whole number from 1 to 1000/,
  ],
  [
    'a main node that is none',
    definition({ ...nodes(range(':')), mainNode: 4 }),
    /mainNode must be less than the number of nodes/,
  ],
  ['no ranges', definition(nodes()), /nodeRangeProperties must have 1 to 5 entries/],
  [
    'six ranges',
    definition(nodes(...['0', '1', '2', '3', ':', '1:2'].map((text) => range(text)))),
    /nodeRangeProperties must have 1 to 5 entries/,
  ],
  [
    'a range in words',
    definition(nodes(range('all'))),
    /nodeRangeProperties\[0\].targetNodes must be a range/,
  ],
  ['an empty range', definition(nodes(range(''))), /targetNodes must be a range/],
  ['a node in no range', definition(nodes(range('0'), range('2:'))), /node 1 is in none/],
  [
    'ranges of which none is inside the other',
    definition(nodes(range('0:2'), range('1:'))),
    /0:2 and 1: overlap/,
  ],
  [
    'a range without a container',
    definition(nodes(range(':', { container: undefined }))),
    /\[0\].container must be provided/,
  ],
  [
    'a range with a task without containers',
    definition(
      nodes(
        range(':', {
          container: undefined,
          ecsProperties: { taskProperties: [{ containers: [] }] },
        }),
      ),
    ),
    /\[0\].ecsProperties.taskProperties\[0\].containers must have 1 to 10 entries/,
  ],
  [
    'a range on EKS with a container',
    definition(nodes(range(':', { eksProperties: { podProperties: {} } }))),
    /\[0\] must have only one of container, ecsProperties and eksProperties/,
  ],
  [
    'a container that a single job may not have either',
    definition(
      nodes(
        range('0'),
        range('1:', {
          container: container({ environment: [{ name: 'AWS_BATCH_X', value: '1' }] }),
        }),
      ),
    ),
    /nodeRangeProperties\[1\].container.environment: 'AWS_BATCH_X'/,
  ],
  [
    'a container without memory',
    definition(nodes(range(':', { container: container({ memory: undefined }) }))),
    /memory must be given/,
  ],
  [
    'what Fargate alone has',
    definition(
      nodes(range(':', { container: container({ ephemeralStorage: { sizeInGiB: 21 } }) })),
    ),
    /ephemeralStorage is only for jobs on Fargate/,
  ],
  [
    'two instance types of a range',
    definition(nodes(range(':', { instanceTypes: ['c5.large', 'm5.large'] }))),
    /instanceTypes must have 0 to 1 entries/,
  ],
  [
    'two instance types of a job',
    definition(
      nodes(
        range('0', { instanceTypes: ['c5.large'] }),
        range('1:', { instanceTypes: ['m5.large'] }),
      ),
    ),
    /same instance type; they have c5.large, m5.large/,
  ],
  [
    'an instance type that is none',
    definition(nodes(range(':', { instanceTypes: ['C5 large'] }))),
    /instanceTypes must be an EC2 instance type/,
  ],
  [
    'a consumable resource without a name',
    definition(
      nodes(range(':', { consumableResourceProperties: { consumableResourceList: [{}] } })),
    ),
    /\[0\].consumableResourceProperties.consumableResourceList\[0\].consumableResource must be provided/,
  ],
];

for (const [title, input, message] of undefinable) {
  test(`RegisterJobDefinition refuses ${title}`, async () => {
    await assert.rejects((await Rig.bare()).call(registerJobDefinition, input), {
      name: 'ClientException',
      status: 400,
      message,
    });
  });
}

// ---- submissions ----

async function rigWithQueue(
  nodeProperties: NodeProperties = nodes(
    range('0'),
    range('1:', { container: container({ memory: 128 }) }),
  ),
): Promise<Rig> {
  const rig = await Rig.bare();
  await rig.call(createComputeEnvironment, {
    computeEnvironmentName: 'ce',
    type: 'MANAGED',
    computeResources: ec2Resources,
  });
  await rig.call(createJobQueue, {
    jobQueueName: 'q',
    priority: 1,
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'ce' }],
  });
  await rig.call(createConsumableResource, { consumableResourceName: 'r', totalQuantity: 10 });
  await rig.call(registerJobDefinition, definition(nodeProperties, { parameters: { word: 'hi' } }));
  return rig;
}

const job = (
  nodeOverrides?: NodeOverrides,
  more: Partial<SubmitJobCommandInput> = {},
): SubmitJobCommandInput => ({
  jobName: 'job',
  jobQueue: 'q',
  jobDefinition: 'm',
  nodeOverrides,
  ...more,
});

async function submitted(
  rig: Rig,
  input: SubmitJobCommandInput,
): Promise<{ detail: JobDetailRecord; job: Job }> {
  const { jobId: id } = await rig.call(submitJob, input);
  const found = rig.control.world.jobs.get(jobId(id ?? ''));
  const detail = rig.store.reader.jobDetail(jobId(id ?? ''));
  assert.ok(found !== undefined && !isArrayParent(found) && detail !== undefined);
  return { detail, job: found };
}

test('a submission is held to the terms of each of its groups of nodes, and as a whole to those of its main node', async () => {
  const rig = await rigWithQueue({
    numNodes: 6,
    mainNode: 4,
    nodeRangeProperties: [
      range(':', { consumableResourceProperties: list('r', 1) }),
      range('2:4', {
        container: container({ memory: 128, logConfiguration: { logDriver: 'json-file' } }),
        instanceTypes: ['c5.large'],
      }),
    ],
  });
  const { job: found, detail } = await submitted(
    rig,
    job(undefined, { retryStrategy: { attempts: 2 }, timeout: { attemptDurationSeconds: 60 } }),
  );
  const { arn: resource } =
    rig.control.world.consumableResources.find(found.scope, 'r') ?? assert.fail();
  const outer = {
    needs: { milliVcpu: 1000, memoryMib: 64, gpus: 0 },
    log: { group: '/aws/batch/job', prefix: 'm' },
    share: undefined,
    consumables: [{ arn: resource, quantity: 1 }],
  };
  const inner = {
    needs: { milliVcpu: 1000, memoryMib: 128, gpus: 0 },
    log: undefined,
    share: undefined,
    consumables: undefined,
  };
  assert.deepEqual(found.terms, {
    ...inner,
    retry: { attempts: 2, rules: [] },
    timeoutSeconds: 60,
    nodes: {
      numNodes: 6,
      mainNode: 4,
      instanceType: 'c5.large',
      groups: [
        { from: 0, to: 1, terms: outer },
        { from: 2, to: 4, terms: inner },
        { from: 5, to: 5, terms: outer },
      ],
    },
  });
  assert.equal(
    found.terms.nodes?.groups[0]?.terms,
    found.terms.nodes?.groups[2]?.terms,
    'nodes of one range share their terms',
  );
  assert.deepEqual(detail.consumables, [{ arn: resource, quantity: 3 }], 'of all nodes together');
  assert.equal(detail.container?.memory, 128);
  const again = await submitted(
    rig,
    job(undefined, { retryStrategy: { attempts: 2 }, timeout: { attemptDurationSeconds: 60 } }),
  );
  assert.equal(again.job.terms, found.terms, 'jobs that came with the same share their terms');
  const fewer = await submitted(
    rig,
    job(
      { numNodes: 5 },
      { retryStrategy: { attempts: 2 }, timeout: { attemptDurationSeconds: 60 } },
    ),
  );
  assert.deepEqual(
    fewer.job.terms.nodes?.groups.map(({ from, to }) => [from, to]),
    [
      [0, 1],
      [2, 4],
    ],
  );
});

test('overrides and parameters change what the nodes run, and the number of them', async () => {
  const rig = await rigWithQueue();
  const { detail } = await submitted(
    rig,
    job(
      {
        numNodes: 1000,
        nodePropertyOverrides: [
          {
            targetNodes: '1:',
            containerOverrides: { command: ['sh', 'Ref::word'], memory: 256 },
            consumableResourcePropertiesOverride: list('r', 2),
          },
        ],
      },
      { parameters: { word: 'there' } },
    ),
  );
  assert.deepEqual(detail.nodeProperties, {
    numNodes: 1000,
    mainNode: 0,
    nodeRangeProperties: [
      range('0', { container: container({ command: ['echo', 'there'] }) }),
      range('1:', {
        container: container({ command: ['sh', 'there'], memory: 256 }),
        consumableResourceProperties: list('r', 2),
      }),
    ],
  });
  assert.deepEqual(
    detail.consumables?.map(({ quantity }) => quantity),
    [2 * 999],
  );
});

test('overrides that say nothing are none, of whichever kind', async () => {
  const rig = await rigWithQueue();
  await submitted(
    rig,
    job(undefined, {
      containerOverrides: { environment: [] },
      consumableResourcePropertiesOverride: { consumableResourceList: [] },
    }),
  );
  await rig.call(registerJobDefinition, {
    jobDefinitionName: 'single',
    type: 'container',
    containerProperties: container(),
  });
  const { detail } = await submitted(
    rig,
    job({ nodePropertyOverrides: [] }, { jobDefinition: 'single', parameters: { word: 'there' } }),
  );
  assert.equal(detail.nodeProperties, undefined);
});

const unsubmittable: [string, SubmitJobCommandInput, RegExp, NodeProperties?][] = [
  [
    'an array',
    job(undefined, { arrayProperties: { size: 2 } }),
    /This option is not available for multi-node parallel jobs/,
  ],
  [
    'container overrides of the whole',
    job(undefined, { containerOverrides: { memory: 128 } }),
    /containerOverrides cannot be used with a multi-node parallel job/,
  ],
  [
    'consumable resources of the whole',
    job(undefined, { consumableResourcePropertiesOverride: list('r', 1) }),
    /consumableResourcePropertiesOverride cannot be used with a multi-node parallel job/,
  ],
  [
    'a range that the definition has not',
    job({ nodePropertyOverrides: [{ targetNodes: '0:0' }] }),
    /^NodeOverride targets should match job definition. Non matching targets - 0:0$/,
  ],
  [
    'a range twice',
    job({ nodePropertyOverrides: [{ targetNodes: '0' }, { targetNodes: '0' }] }),
    /holds 0 twice/,
  ],
  [
    'another number of nodes than a closed range has',
    job({ numNodes: 2 }),
    /at least 1 target node without a range_end/,
    nodes(range('0:3')),
  ],
  [
    'fewer nodes than a range begins with',
    job({ numNodes: 1 }),
    /lower boundary of node range 1: must be less than the number of nodes, which is 1/,
  ],
  [
    'fewer nodes than the main one',
    job({ numNodes: 3 }),
    /mainNode must be less than the number of nodes, which is 3/,
    { ...nodes(range(':')), mainNode: 3 },
  ],
  [
    'so many nodes that ranges overlap',
    job({ numNodes: 9 }),
    /0:3 and 2: overlap/,
    nodes(range('0:3'), range('2:')),
  ],
  [
    '1001 nodes',
    job({ numNodes: 1001 }),
    /nodeOverrides.numNodes must be a whole number from 1 to 1000/,
  ],
  [
    'another instance type for some',
    job({ nodePropertyOverrides: [{ targetNodes: '0', instanceTypes: ['m5.large'] }] }),
    /same instance type; they have m5.large, c5.large/,
    nodes(range('0'), range('1:', { instanceTypes: ['c5.large'] })),
  ],
  [
    'two instance types in one override',
    job({
      nodePropertyOverrides: [
        {
          targetNodes: '0',
          instanceTypes: ['m5.large'],
          containerOverrides: { instanceType: 'c5.large' },
        },
      ],
    }),
    /instanceTypes asks for m5.large, and the container's instanceType for c5.large/,
  ],
  [
    'a reserved variable',
    job({
      nodePropertyOverrides: [
        {
          targetNodes: '0',
          containerOverrides: { environment: [{ name: 'AWS_BATCH_X', value: '1' }] },
        },
      ],
    }),
    /nodePropertyOverrides\[0\].containerOverrides.environment: 'AWS_BATCH_X'/,
  ],
  [
    'half a vCPU',
    job({
      nodePropertyOverrides: [
        {
          targetNodes: '0',
          containerOverrides: { resourceRequirements: [{ type: 'VCPU', value: '0.5' }] },
        },
      ],
    }),
    /VCPU must be a whole number/,
  ],
  [
    'overrides of a task for a range with a container',
    job({
      nodePropertyOverrides: [
        {
          targetNodes: '0',
          ecsPropertiesOverride: { taskProperties: [{ containers: [{ name: 'a' }] }] },
        },
      ],
    }),
    /ecsPropertiesOverride should not be set for jobs with containerProperties/,
  ],
  [
    'overrides of a pod for a range with a container',
    job({
      nodePropertyOverrides: [
        {
          targetNodes: '0',
          eksPropertiesOverride: { podProperties: { containers: [{ image: 'busybox' }] } },
        },
      ],
    }),
    /eksPropertiesOverride should not be set for jobs with containerProperties/,
  ],
  [
    'a consumable resource that nobody made',
    job({
      nodePropertyOverrides: [
        { targetNodes: '0', consumableResourcePropertiesOverride: list('x', 1) },
      ],
    }),
    /Consumable resource x does not exist/,
  ],
];

for (const [title, input, message, nodeProperties] of unsubmittable) {
  test(`SubmitJob of a multi-node parallel job refuses ${title}`, async () => {
    const rig = await rigWithQueue(nodeProperties);
    await assert.rejects(rig.call(submitJob, input), { name: 'ClientException', message });
    assert.equal(rig.control.world.jobs.size, 0);
  });
}

test('a queue whose environments have more than five security groups, or are on Fargate, does not take it', async () => {
  const rig = await rigWithQueue();
  await rig.call(createComputeEnvironment, {
    computeEnvironmentName: 'six',
    type: 'MANAGED',
    computeResources: {
      ...ec2Resources,
      instanceTypes: ['optimal'],
      subnets: ['subnet-1'],
      securityGroupIds: [1, 2, 3, 4, 5, 6].map((each) => `sg-${each}`),
    },
  });
  await rig.call(createJobQueue, {
    jobQueueName: 'six',
    priority: 1,
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'six' }],
  });
  await assert.rejects(rig.call(submitJob, job(undefined, { jobQueue: 'six' })), {
    message: /at most 5 security groups; six of job queue six has 6/,
  });
  await rig.call(createComputeEnvironment, {
    computeEnvironmentName: 'fce',
    type: 'MANAGED',
    computeResources: {
      type: 'FARGATE',
      maxvCpus: 4,
      subnets: ['subnet-1'],
      securityGroupIds: ['sg-1'],
    },
  });
  await rig.call(createJobQueue, {
    jobQueueName: 'fq',
    priority: 1,
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'fce' }],
  });
  await assert.rejects(rig.call(submitJob, job(undefined, { jobQueue: 'fq' })), {
    message: /m:1 is for EC2, and job queue fq has FARGATE/,
  });
});

// ---- as clients see them ----

const task = '1'.repeat(32);
const placed = {
  attemptId: attemptId(task),
  number: 1,
  hostId: hostId('2'.repeat(32)),
  computeEnvironmentArn: arn('arn:aws:batch:eu-west-1:123456789012:compute-environment/ce'),
  cluster: 'c',
  log: { group: 'g', stream: `m/default/${task}` },
  address: '10.0.0.2',
  placedAtMs: 1,
  startedAtMs: 2,
} as const;
const attempt = { ...placed, state: 'running' } as const;

/** A job of four nodes, of which two are under way, at the second attempt. */
async function shown() {
  const rig = await rigWithQueue(
    nodes(
      range('0', {
        container: container({
          logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': 'g' } },
        }),
        consumableResourceProperties: list('r', 1),
      }),
      range('1:'),
    ),
  );
  const { detail, job: waiting } = await submitted(rig, job());
  const running: Job = {
    ...waiting,
    status: 'RUNNING',
    attempt,
    attempts: [{ ...placed, state: 'ended', stoppedAtMs: 3, exitCode: 1 }],
  };
  const { id } = waiting;
  const node: Job = {
    ...running,
    id: nodeId(id, 2),
    attempt: { ...attempt, attemptId: attemptId('3'.repeat(32)) },
  };
  rig.store.commit(
    commitOf({ jobs: [running], children: [{ parentId: id, index: 2, job: node }] }),
  );
  return { rig: rig.restart(), detail, id };
}

const describe = async (rig: Rig, asked: string) =>
  (await rig.call(describeJobs, { jobs: [asked] })).jobs?.[0] ?? assert.fail();

test('DescribeJobs of the job shows no container (Metaflow decides by that), and the log of every range (Airflow reads it)', async () => {
  const { rig, detail, id } = await shown();
  const found = await describe(rig, id);
  assert.ok(!('container' in found) && !('nodeDetails' in found));
  assert.equal(found.nodeProperties?.numNodes, 4);
  assert.deepEqual(
    found.nodeProperties?.nodeRangeProperties?.map((each) => each.container?.logConfiguration),
    [
      { logDriver: 'awslogs', options: { 'awslogs-group': 'g' }, secretOptions: [] },
      { logDriver: 'awslogs', options: { 'awslogs-group': '/aws/batch/job' }, secretOptions: [] },
    ],
  );
  assert.deepEqual(found.nodeProperties?.nodeRangeProperties?.[0]?.container?.command, [
    'echo',
    'hi',
  ]);
  assert.equal(found.attempts?.[0]?.container?.logStreamName, `m/default/${task}`);
  assert.deepEqual(found.attempts?.[0]?.container?.networkInterfaces, [
    { privateIpv4Address: '10.0.0.2' },
  ]);
  assert.equal(found.jobArn, detail.arn);
  assert.equal(found.status, 'RUNNING');
});

test('DescribeJobs of a node shows what it runs and where', async () => {
  const { rig, detail, id } = await shown();
  const [main, other] = [await describe(rig, `${id}#0`), await describe(rig, `${id}#2`)];
  assert.deepEqual(
    [main.nodeDetails, other.nodeDetails],
    [
      { nodeIndex: 0, isMainNode: true },
      { nodeIndex: 2, isMainNode: false },
    ],
  );
  assert.deepEqual([other.jobId, other.jobArn], [`${id}#2`, `${detail.arn}#2`]);
  assert.ok(!('nodeProperties' in other));
  assert.deepEqual(
    [main, other].map((each) => each.container?.logConfiguration?.options?.['awslogs-group']),
    ['g', '/aws/batch/job'],
  );
  assert.deepEqual(other.container?.networkInterfaces, [{ privateIpv4Address: '10.0.0.2' }]);
  assert.equal(other.container?.logStreamName, `m/default/${task}`);
  assert.match(other.container?.taskArn ?? '', /task\/c\/3{32}$/);
  assert.match(other.container?.containerInstanceArn ?? '', /container-instance\/c\/2{32}$/);
});

test('DescribeJobs and ListJobs of its nodes show that the job was cancelled, or terminated', async () => {
  const { rig, id } = await shown();
  const said = async () => {
    const described = await Promise.all([0, 1, 2].map((node) => describe(rig, `${id}#${node}`)));
    const { jobSummaryList = [] } = await rig.call(listJobs, { multiNodeJobId: id });
    return [...described, ...jobSummaryList].map(({ isCancelled = false, isTerminated = false }) =>
      [isCancelled, isTerminated].join(' '),
    );
  };
  assert.deepEqual(new Set(await said()), new Set(['false false']));
  await rig.call(cancelJob, { jobId: id, reason: 'not needed' });
  assert.deepEqual(new Set(await said()), new Set(['true false']));
  await rig.call(terminateJob, { jobId: id, reason: 'now' });
  assert.deepEqual(new Set(await said()), new Set(['true true']));
});

test('ListJobs lists the nodes of a job, and how many a job has', async () => {
  const { rig, id } = await shown();
  const listed = async (input: ListJobsCommandInput) =>
    (await rig.call(listJobs, input)).jobSummaryList?.map((each) => each.nodeProperties);
  assert.deepEqual(await listed({ jobQueue: 'q' }), [{ numNodes: 4 }]);
  assert.deepEqual(await listed({ multiNodeJobId: id }), [
    { isMainNode: true, numNodes: 4, nodeIndex: 0 },
    { isMainNode: false, numNodes: 4, nodeIndex: 2 },
  ]);
  await assert.rejects(rig.call(listJobs, { multiNodeJobId: `${id}#2` }), {
    status: 400,
    message: /is not a multi-node parallel job/,
  });
  await assert.rejects(rig.call(listJobs, { arrayJobId: id }), {
    status: 400,
    message: /is not an array job/,
  });
  await assert.rejects(rig.call(listJobs, { multiNodeJobId: 'x' }), {
    status: 404,
    message: /Job x does not exist/,
  });
});

test('among the jobs of a consumable resource it shows what its nodes consume together', async () => {
  const { rig } = await shown();
  const { jobs } = await rig.call(listJobsByConsumableResource, { consumableResource: 'r' });
  assert.equal(jobs?.[0]?.quantity, 1);
  assert.deepEqual(
    jobs?.[0]?.consumableResourceProperties?.consumableResourceList?.map(
      ({ quantity }) => quantity,
    ),
    [1],
  );
});

test('a node cannot be stopped alone', async () => {
  const id = '00000000-0000-7000-8000-00000000000a';
  const rig = await Rig.bare();
  const message = `Node 2 of job ${id} cannot be stopped alone: cancel or terminate job ${id}.`;
  await assert.rejects(rig.call(terminateJob, { jobId: `${id}#2`, reason: 'a' }), {
    name: 'ClientException',
    status: 400,
    message,
  });
  assert.deepEqual(await rig.call(terminateJobs, { jobs: [id, `${id}#2`], reason: 'a' }), {
    successful: [id],
    errors: [{ job: `${id}#2`, code: 'ClientException', message }],
  });
});

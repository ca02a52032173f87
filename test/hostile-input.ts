// Hostile requests in bulk, for every operation that the SDK knows: values of its schemas that mean
// something to the service, values that mean harm, and good requests with a few members spoiled,
// which pass the first checks and reach further.

import { NormalizedSchema } from '@smithy/core/schema';
import fc from 'fast-check';
import type { OperationSchema } from '../src/wire/schema.ts';
import { computeResources } from './server.ts';

/** A job's id that the sender replaces by a real one. */
export const someJob = '<job>';

const arns = [
  'compute-environment/test',
  'job-queue/test',
  'job-definition/test:1',
  'job-definition/test',
  `job/${someJob}`,
  `job/${someJob}:0`,
].flatMap((resource) =>
  ['us-east-1:000000000000', 'us-east-1:999999999999', 'eu-west-1:000000000000', '', ':'].map(
    (place) => `arn:aws:batch:${place}:${resource}`,
  ),
);

/** What stands where a string is wanted. */
const text: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'test',
      'test:1',
      'test:0',
      'test:01',
      'test:-1',
      'test:99999999999999999999',
      'test:1:1',
      'second',
      someJob,
      `${someJob}:0`,
      `${someJob}:00`,
      `${someJob}:3`,
      '/aws/batch/job',
      'stream',
      'true',
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'EC2',
      'SPOT',
      'FARGATE',
      'MANAGED',
      'UNMANAGED',
      'ENABLED',
      'DISABLED',
      'enabled',
      'container',
      'multinode',
      'VCPU',
      'MEMORY',
      'GPU',
      'RETRY',
      'EXIT',
      'RUNNING',
      'SUCCEEDED',
      'SEQUENTIAL',
      'N_TO_N',
      'optimal',
      'awslogs',
      'JOB_NAME',
      'BEFORE_CREATED_AT',
      'LastEventTime',
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      '\0',
      '\n',
      '\u007f',
      '\u202e',
      '\ud800',
      'é',
      '👩‍👩‍👧',
      '../../etc/passwd',
      '/',
      '.',
      '..',
      '%',
      '%00',
      '%2e%2e',
      "'; DROP TABLE job; --",
      '"',
      '\\',
      '$(reboot)',
      '{}',
      '[]',
      'null',
      '*',
      'a*',
      '**',
      '(',
      '[a-',
      '%x%',
      '{ $.a = 1 }',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'constructor',
      '__proto__',
      'prototype',
      'toString',
      'hasOwnProperty',
      'valueOf',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '0',
      '1',
      '-1',
      '0.25',
      '-0',
      '1e3',
      '1e309',
      'NaN',
      'Infinity',
      '9'.repeat(30),
      '0x10',
      '１',
    ),
  },
  { weight: 3, arbitrary: fc.constantFrom(...arns) },
  // Tokens as this server makes them, and as it does not.
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'WzBd',
      'WzFd',
      'Wy0xXQ',
      'WzEuNV0',
      'W10',
      'bnVsbA',
      'WyJ0ZXN0IiwxXQ',
      'WyJ0ZXN0IiwiMSJd',
      'f/0',
      'b/0',
      'f/-1',
      'f/99999999999999999999',
      'f/x',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'x'.repeat(129),
      'x'.repeat(10_000),
      '👾'.repeat(3_000),
      'Ref::'.repeat(1_000),
    ),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
);

const number: fc.Arbitrary<number> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 12 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      -1,
      60,
      128,
      10_000,
      10_001,
      2 ** 31 - 1,
      -(2 ** 31),
      2 ** 31,
      2 ** 32,
      2 ** 53 - 1,
      2 ** 53,
      -(2 ** 53),
      8.64e15,
      8.64e15 + 1,
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(0.5, -0.5, 1.000_000_1, 1e21, 1e308, -1e308, 5e-324) },
);

/** Anything at all. */
const junk: fc.Arbitrary<unknown> = fc.oneof(
  text,
  number,
  fc.boolean(),
  fc.constantFrom<unknown>(null, [], {}, [null], [[]], { a: {} }),
  fc.jsonValue({ maxDepth: 2 }),
  fc.constant(
    JSON.parse(
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    ) as unknown,
  ),
);

function valuesOf(schema: NormalizedSchema, depth = 0): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 30, arbitrary: typedValuesOf(schema, depth) },
    { weight: 1, arbitrary: junk },
  );
}

function typedValuesOf(schema: NormalizedSchema, depth: number): fc.Arbitrary<unknown> {
  if (schema.isStructSchema()) {
    const members: Record<string, fc.Arbitrary<unknown>> = {};
    for (const [name, member] of schema.structIterator())
      if (depth < 5) members[name] = valuesOf(member, depth + 1);
    const required = requiredOf(schema).filter((name) => name in members);
    // Most requests have what is required and few other members, so that their checks go far.
    return fc
      .tuple(
        fc.record(members, { requiredKeys: required }),
        fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
      )
      .map(([value, keep]) =>
        Object.fromEntries(
          Object.entries(value).filter(
            ([name], index) => required.includes(name) || keep[index % keep.length],
          ),
        ),
      );
  }
  if (schema.isListSchema())
    return fc.oneof(
      {
        weight: 9,
        arbitrary: fc.array(valuesOf(schema.getValueSchema(), depth + 1), { maxLength: 3 }),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(valuesOf(schema.getValueSchema(), depth + 1), fc.constantFrom(60, 101))
          .map(([value, count]) => Array.from({ length: count }, () => value)),
      },
    );
  if (schema.isMapSchema())
    return fc.dictionary(text, valuesOf(schema.getValueSchema(), depth + 1), {
      maxKeys: 3,
      noNullPrototype: true,
    });
  if (schema.isNumericSchema() || schema.isTimestampSchema()) return number;
  if (schema.isBooleanSchema()) return fc.boolean();
  return text;
}

function requiredOf(schema: NormalizedSchema): string[] {
  const tuple = schema.getSchema() as unknown as readonly unknown[];
  return ((tuple[4] as string[] | undefined) ?? []).slice(0, (tuple[6] as number | undefined) ?? 0);
}

const container = {
  image: 'busybox',
  command: ['echo', 'Ref::word'],
  vcpus: 1,
  memory: 16,
  environment: [{ name: 'A', value: 'b' }],
  ulimits: [{ name: 'nofile', softLimit: 1, hardLimit: 2 }],
  volumes: [{ name: 'v', host: { sourcePath: '/v' } }],
  mountPoints: [{ sourceVolume: 'v', containerPath: '/v' }],
  linuxParameters: { tmpfs: [{ containerPath: '/t', size: 1 }], maxSwap: 1 },
  logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': 'g' } },
};
const group = { logGroupName: '/aws/batch/job' };
const stream = { ...group, logStreamName: 'stream' };

/** Good requests, by operation. */
const good: Readonly<Record<string, object>> = {
  CreateComputeEnvironment: {
    computeEnvironmentName: 'third',
    type: 'MANAGED',
    state: 'ENABLED',
    computeResources,
    tags: { a: 'b' },
  },
  UpdateComputeEnvironment: {
    computeEnvironment: 'second',
    state: 'ENABLED',
    computeResources: { minvCpus: 0, maxvCpus: 64 },
  },
  DeleteComputeEnvironment: { computeEnvironment: 'second' },
  DescribeComputeEnvironments: { computeEnvironments: ['test'], maxResults: 10 },
  CreateJobQueue: {
    jobQueueName: 'third',
    priority: 1,
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'test' }],
    tags: { a: 'b' },
  },
  UpdateJobQueue: {
    jobQueue: 'second',
    priority: 2,
    state: 'ENABLED',
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'test' }],
  },
  DeleteJobQueue: { jobQueue: 'second' },
  DescribeJobQueues: { jobQueues: ['test'], maxResults: 10 },
  RegisterJobDefinition: {
    jobDefinitionName: 'second',
    type: 'container',
    containerProperties: container,
    parameters: { word: 'x' },
    retryStrategy: { attempts: 2, evaluateOnExit: [{ action: 'RETRY', onExitCode: '1*' }] },
    timeout: { attemptDurationSeconds: 60 },
    tags: { a: 'b' },
    propagateTags: true,
  },
  DeregisterJobDefinition: { jobDefinition: 'second:1' },
  DescribeJobDefinitions: { jobDefinitionName: 'test', status: 'ACTIVE', maxResults: 10 },
  SubmitJob: {
    jobName: 'job',
    jobQueue: 'test',
    jobDefinition: 'test',
    arrayProperties: { size: 3 },
    parameters: { word: 'x' },
    containerOverrides: {
      command: ['echo', 'x'],
      environment: [{ name: 'A', value: 'c' }],
      resourceRequirements: [{ type: 'VCPU', value: '1' }],
    },
    tags: { a: 'b' },
    propagateTags: true,
    timeout: { attemptDurationSeconds: 60 },
  },
  DescribeJobs: { jobs: [someJob, `${someJob}:0`] },
  ListJobs: {
    jobQueue: 'test',
    jobStatus: 'SUCCEEDED',
    maxResults: 10,
    filters: [{ name: 'JOB_NAME', values: ['job*'] }],
  },
  CancelJob: { jobId: someJob, reason: 'because' },
  TerminateJob: { jobId: someJob, reason: 'because' },
  CancelJobs: { jobs: [{ jobId: someJob, reason: 'because' }] },
  TerminateJobs: { jobs: [{ jobId: someJob, reason: 'because' }] },
  TagResource: { resourceArn: arns[0], tags: { a: 'b' } },
  UntagResource: { resourceArn: arns[0], tagKeys: ['a'] },
  ListTagsForResource: { resourceArn: arns[0] },
  CreateLogGroup: { logGroupName: 'g', tags: { a: 'b' } },
  CreateLogStream: { ...stream, logStreamName: 'other' },
  DeleteLogGroup: { logGroupName: 'g' },
  DeleteLogStream: stream,
  DescribeLogGroups: { logGroupNamePrefix: '/aws', limit: 10 },
  DescribeLogStreams: { ...group, logStreamNamePrefix: 's', limit: 10, descending: true },
  FilterLogEvents: {
    ...group,
    logStreamNames: ['stream'],
    startTime: 0,
    endTime: 4e12,
    filterPattern: 'a',
    limit: 10,
  },
  GetLogEvents: { ...stream, startTime: 0, endTime: 4e12, limit: 10, startFromHead: true },
  PutLogEvents: {
    ...stream,
    logEvents: [
      { timestamp: Date.now(), message: 'a' },
      { timestamp: Date.now(), message: 'b' },
    ],
  },
  PutRetentionPolicy: { ...group, retentionInDays: 7 },
  DeleteRetentionPolicy: group,
};

/** What is asked before each attack, whatever the answer, so that there is something to attack. */
export const groundwork: readonly (readonly [operation: string, input: object])[] = [
  [
    'CreateComputeEnvironment',
    { computeEnvironmentName: 'test', type: 'MANAGED', computeResources },
  ],
  ['UpdateComputeEnvironment', { computeEnvironment: 'test', state: 'ENABLED' }],
  [
    'CreateJobQueue',
    {
      jobQueueName: 'test',
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'test' }],
    },
  ],
  ['UpdateJobQueue', { jobQueue: 'test', state: 'ENABLED' }],
  [
    'RegisterJobDefinition',
    {
      jobDefinitionName: 'test',
      type: 'container',
      containerProperties: container,
      parameters: { word: 'x' },
    },
  ],
  [
    'RegisterJobDefinition',
    { jobDefinitionName: 'second', type: 'container', containerProperties: container },
  ],
  [
    'CreateComputeEnvironment',
    { computeEnvironmentName: 'second', type: 'MANAGED', computeResources, state: 'DISABLED' },
  ],
  ['UpdateComputeEnvironment', { computeEnvironment: 'second', state: 'DISABLED' }],
  [
    'CreateJobQueue',
    {
      jobQueueName: 'second',
      priority: 1,
      state: 'DISABLED',
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'test' }],
    },
  ],
  ['UpdateJobQueue', { jobQueue: 'second', state: 'DISABLED' }],
  ['CreateLogGroup', group],
  ['CreateLogStream', stream],
];

/** Which of a value's places is spoiled (counted as they come, modulo their number), and how. */
type Spoiling = {
  readonly place: number;
  readonly how: 'replace' | 'remove' | 'double' | 'add';
  readonly by: unknown;
};

const spoilings: fc.Arbitrary<Spoiling[]> = fc.array(
  fc.record({
    place: fc.nat(200),
    how: fc.constantFrom(
      'replace' as const,
      'replace' as const,
      'remove' as const,
      'double' as const,
      'add' as const,
    ),
    by: junk,
  }),
  { maxLength: 2 },
);

function spoil(input: unknown, some: readonly Spoiling[]): unknown {
  const value = structuredClone(input);
  for (const { place, how, by: given } of some) {
    const by = structuredClone(given);
    const places = [...placesOf(value)];
    const at = places[place % Math.max(1, places.length)];
    if (at === undefined) continue;
    const [holder, key] = at;
    if (how === 'replace') holder[key] = by;
    else if (how === 'remove') delete holder[key];
    else if (how === 'add')
      Object.defineProperty(holder, typeof by === 'string' ? by : 'more', {
        value: by,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    else if (Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)]));
  }
  return value;
}

type Holder = Record<string, unknown>;

function* placesOf(value: unknown): Generator<readonly [Holder, string]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield [value as Holder, key];
    yield* placesOf(inner);
  }
}

export const hasGoodRequest = (operation: string): boolean => operation in good;

/**
 * Inputs of an operation: what its schema allows and worse, and good ones of which a little is
 * spoiled. `template`: a good one; unless told, that of Batch or CloudWatch Logs.
 */
export function hostileInputs(
  operation: OperationSchema,
  template = good[operation.name],
): fc.Arbitrary<unknown> {
  const any = valuesOf(NormalizedSchema.of(operation.input));
  return template === undefined
    ? any
    : fc.oneof(
        { weight: 1, arbitrary: any },
        { weight: 2, arbitrary: spoilings.map((some) => spoil(template, some)) },
      );
}

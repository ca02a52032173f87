// Requests in bulk that the schemas allow, made of words that mean something to Batch: every one is
// answered or refused by an AwsError, in any order of operations, and the world keeps its laws.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as sdk from '@aws-sdk/client-batch';
import { NormalizedSchema } from '@smithy/core/schema';
import fc from 'fast-check';
import { checkWorld } from '../../core/world/invariant.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { notBuilt } from '../../wire/operation.ts';
import { compileResponse, operationsOf } from '../../wire/schema.ts';
import type { BatchOperation } from './deps.ts';
import { ec2Resources } from '../../../test/house/batch-requests.ts';
import { Rig } from '../../../test/house/rig.ts';
import { batchOperations } from './operations.ts';

const word = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('ce', 'q', 'd', 'd:1', 'd:2', 'x', '', '*', 'a*') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'EC2',
      'SPOT',
      'FARGATE',
      'MANAGED',
      'UNMANAGED',
      'ENABLED',
      'DISABLED',
      'container',
      'VCPU',
      'MEMORY',
      'GPU',
      'RETRY',
      'exit',
      'RUNNING',
      'SEQUENTIAL',
      'N_TO_N',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '0',
      '1',
      '0.25',
      '512',
      '1e3',
      '-1',
      '9'.repeat(30),
      'optimal',
      'm6g',
      'nofile',
      '/v',
      'awslogs',
      'JOB_NAME',
      'JOB_DEFINITION',
      'BEFORE_CREATED_AT',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[
        'compute-environment/ce',
        'job-queue/q',
        'job-definition/d:1',
        'job-definition/d',
        'job/x:0',
      ].map((resource) => `arn:aws:batch:eu-west-1:123456789012:${resource}`),
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);
const number = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 8 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 60, 128, 10_000, 2 ** 31 - 1, -(2 ** 31)) },
);

function valuesOf(schema: NormalizedSchema, depth = 0): fc.Arbitrary<unknown> {
  if (schema.isStructSchema()) {
    const members: Record<string, fc.Arbitrary<unknown>> = {};
    const required = requiredOf(schema);
    for (const [name, member] of schema.structIterator())
      if (depth < 4 || required.includes(name)) members[name] = valuesOf(member, depth + 1);
    return fc.record(members, { requiredKeys: required });
  }
  if (schema.isListSchema())
    return fc.array(valuesOf(schema.getValueSchema(), depth + 1), { maxLength: 3 });
  if (schema.isMapSchema())
    return fc.dictionary(word, valuesOf(schema.getValueSchema(), depth + 1), {
      maxKeys: 2,
      noNullPrototype: true,
    });
  if (schema.isNumericSchema()) return number;
  if (schema.isBooleanSchema()) return fc.boolean();
  return word;
}

type AnyOperation = BatchOperation<object, object>;

/** Fewer members at once, so that many a request passes its checks. */
const sparse = (input: unknown, keep: readonly boolean[], required: readonly string[]): object =>
  Object.fromEntries(
    Object.entries(input as object).filter(
      ([name], index) => required.includes(name) || keep[index % keep.length],
    ),
  );

/** The wire turns a request without these away. */
function requiredOf(schema: NormalizedSchema): string[] {
  const tuple = schema.getSchema() as unknown as readonly unknown[];
  return (tuple[4] as string[]).slice(0, (tuple[6] as number | undefined) ?? 0);
}

const calls = fc.oneof(
  ...[...operationsOf(sdk).values()]
    .filter(({ name }) => batchOperations[name] !== notBuilt)
    .map((operation) =>
      fc
        .record({
          name: fc.constant(operation.name),
          input: valuesOf(NormalizedSchema.of(operation.input)),
          keep: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
        })
        .map(({ name, input, keep }) => ({
          name,
          input: sparse(input, keep, requiredOf(NormalizedSchema.of(operation.input))),
          write: compileResponse(operation.output),
        })),
    ),
);

async function prepared(): Promise<Rig> {
  const rig = await Rig.bare();
  const call = (name: string, input: object): Promise<object> =>
    rig.call(batchOperations[name] as AnyOperation, input);
  await call('CreateComputeEnvironment', {
    computeEnvironmentName: 'ce',
    type: 'MANAGED',
    computeResources: ec2Resources,
  });
  await call('CreateJobQueue', {
    jobQueueName: 'q',
    priority: 1,
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'ce' }],
  });
  await call('RegisterJobDefinition', {
    jobDefinitionName: 'd',
    type: 'container',
    containerProperties: { image: 'busybox', vcpus: 1, memory: 64 },
  });
  await call('SubmitJob', {
    jobName: 'x',
    jobQueue: 'q',
    jobDefinition: 'd',
    arrayProperties: { size: 3 },
  });
  return rig;
}

test('whatever the schemas allow is answered or refused, and the world keeps its laws', async () => {
  let answered = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(calls, { minLength: 10, maxLength: 30 }), async (sequence) => {
      const rig = await prepared();
      for (const { name, input, write } of sequence) {
        try {
          JSON.parse(write(await rig.call(batchOperations[name] as AnyOperation, input)));
          answered++;
        } catch (error) {
          assert.ok(error instanceof AwsError, `${name}: ${String(error)}`);
          assert.ok(error.status >= 400 && error.status < 500 && error.message !== '');
          refused++;
        }
      }
      checkWorld(rig.control.world);
      assert.deepEqual(rig.fatal, []);
    }),
    { numRuns: 150 },
  );
  assert.ok(answered > 300 && refused > 300, `${answered} answered, ${refused} refused`);
});

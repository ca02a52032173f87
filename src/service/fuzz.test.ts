// Requests in bulk that the schemas allow, made of words that mean something to the service: every
// one is answered with what its schema can carry, or refused by an AwsError, in any order of
// operations.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as ec2 from '@aws-sdk/client-ec2';
import * as eventBridge from '@aws-sdk/client-eventbridge';
import * as iam from '@aws-sdk/client-iam';
import * as scheduler from '@aws-sdk/client-scheduler';
import * as sns from '@aws-sdk/client-sns';
import * as secretsManager from '@aws-sdk/client-secrets-manager';
import * as ssm from '@aws-sdk/client-ssm';
import { NormalizedSchema } from '@smithy/core/schema';
import fc from 'fast-check';
import { AwsError } from '../wire/aws-error.ts';
import type { Operation, OperationTable } from '../wire/operation.ts';
import {
  compileResponse,
  operationsOf,
  type SchemaModule,
  type SchemaRef,
} from '../wire/schema.ts';
import { compileXmlWriter } from '../wire/xml.ts';
import { Rig } from '../../test/house/rig.ts';
import { ec2Operations } from './ec2/operations.ts';
import { eventsOperations } from './events/operations.ts';
import { iamOperations } from './iam/operations.ts';
import { schedulerOperations } from './scheduler/operations.ts';
import { snsOperations } from './sns/operations.ts';
import { secretsManagerOperations } from './secretsmanager/operations.ts';
import { ssmOperations } from './ssm/operations.ts';

/** Ids ascend as they are made, so that small numbers hit what is there. */
const id = fc
  .tuple(
    fc.constantFrom(
      'vpc',
      'subnet',
      'sg',
      'sgr',
      'igw',
      'nat',
      'eipalloc',
      'rtb',
      'rtbassoc',
      'key',
      'pg',
      'lt',
      'ami',
    ),
    fc.integer({ min: 1, max: 24 }),
  )
  .map(([prefix, number]) => `${prefix}-0${number.toString(16).padStart(16, '0')}`);
const bytes = fc.string({ unit: 'binary', maxLength: 20 });
const ec2Word = fc.oneof(
  { weight: 5, arbitrary: id },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '10.0.0.0/16',
      '10.0.1.0/24',
      '172.31.64.0/20',
      '0.0.0.0/0',
      '::/0',
      '10.0.0.1',
      'tcp',
      '-1',
      'vpc',
      'default',
      'spread',
      'eu-west-1a',
      'vpc-id',
      'tag:a',
      '*',
      '$Latest',
      '1',
      '',
    ),
  },
  { weight: 1, arbitrary: bytes },
);
const iamWord = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom(
      'ecsInstanceRole',
      'AWSBatchServiceRole',
      'AWSServiceRoleForBatch',
      'r',
      '/',
      '{"Statement":[]}',
      '{',
      'arn:aws:iam::aws:policy/P',
      'spot.amazonaws.com',
      '__proto__',
      '',
    ),
  },
  { weight: 1, arbitrary: bytes },
);

const token = '0123456789abcdef0123456789abcdef';
const secretWord = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom(
      'db',
      'app/db',
      'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db',
      'AWSCURRENT',
      'AWSPREVIOUS',
      token,
      'name',
      '!db',
      'asc',
      '__proto__',
      '',
    ),
  },
  { weight: 1, arbitrary: bytes },
);
const parameterWord = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom(
      'p',
      'p:1',
      'p:live',
      '/a/b',
      '/',
      'arn:aws:ssm:eu-west-1:123456789012:parameter/p',
      'live',
      'String',
      'SecureString',
      'Parameter',
      'Name',
      'tag:a',
      'Standard',
      '^p',
      '__proto__',
      '',
    ),
  },
  { weight: 1, arbitrary: bytes },
);

const ownEvents = 'arn:aws:events:eu-west-1:123456789012';
const eventsWord = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom(
      'a',
      'default',
      '{"source":["a"]}',
      '{"a":[{"wildcard":"a*b"}]}',
      'rate(1 hour)',
      'cron(0 12 * * ? *)',
      `${ownEvents}:event-bus/default`,
      `${ownEvents}:event-bus/a`,
      `${ownEvents}:rule/a`,
      `${ownEvents}:rule/a/a`,
      `${ownEvents}:archive/a`,
      `${ownEvents}:connection/a/00000000-0000-7000-8000-000000000001`,
      `${ownEvents}:api-destination/a/1`,
      'arn:aws:sns:eu-west-1:123456789012:a',
      'arn:aws:batch:eu-west-1:123456789012:job-queue/a',
      'arn:aws:sqs:eu-west-1:123456789012:a',
      'ENABLED',
      'BASIC',
      'API_KEY',
      'OAUTH_CLIENT_CREDENTIALS',
      'POST',
      'https://example.com/a',
      '$.detail',
      '{"a":<a>}',
      'events:PutEvents',
      '123456789012',
      '*',
      '__proto__',
      '',
    ),
  },
  { weight: 1, arbitrary: bytes },
);

const topic = 'arn:aws:sns:eu-west-1:123456789012:a';
const snsWord = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom(
      'a',
      topic,
      `${topic}:00000000-0000-7000-8000-000000000002`,
      'arn:aws:sqs:eu-west-1:123456789012:a',
      'arn:aws:lambda:eu-west-1:123456789012:function:a',
      'http',
      'https',
      'sqs',
      'email',
      'email-json',
      'http://example.com/a',
      'https://user:word@example.com/a',
      'a@example.com',
      'Policy',
      'DisplayName',
      'DeliveryPolicy',
      'FilterPolicy',
      'FilterPolicyScope',
      'MessageBody',
      'RawMessageDelivery',
      'RedrivePolicy',
      'SignatureVersion',
      '{"a":["b",{"prefix":"c"}]}',
      '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:123456789012:a"}',
      '{"healthyRetryPolicy":{"numRetries":1,"minDelayTarget":1,"maxDelayTarget":1}}',
      '{"default":"a"}',
      '{"Statement":[]}',
      'json',
      'String',
      'String.Array',
      'Number',
      'Binary',
      'true',
      '2',
      'Publish',
      '123456789012',
      '__proto__',
      '',
    ),
  },
  { weight: 1, arbitrary: bytes },
);

const schedulerWord = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom(
      'a',
      'default',
      'rate(1 minutes)',
      'cron(0 12 * * ? *)',
      'at(2030-01-01T00:00:00)',
      'Europe/Berlin',
      'OFF',
      'FLEXIBLE',
      'ENABLED',
      'DELETE',
      'arn:aws:scheduler:::aws-sdk:batch:submitJob',
      'arn:aws:scheduler:::aws-sdk:sqs:sendMessage',
      'arn:aws:sqs:eu-west-1:123456789012:a',
      'arn:aws:events:eu-west-1:123456789012:event-bus/a',
      'arn:aws:iam::123456789012:role/a',
      'arn:aws:scheduler:eu-west-1:123456789012:schedule-group/a',
      'arn:aws:scheduler:eu-west-1:123456789012:schedule/a/a',
      '{"JobName":"a"}',
      '<aws.scheduler.scheduled-time>',
      '__proto__',
      '',
    ),
  },
  { weight: 1, arbitrary: bytes },
);

const requiredOf = (schema: NormalizedSchema): string[] => {
  const tuple = schema.getSchema() as unknown as readonly unknown[];
  return (tuple[4] as string[]).slice(0, (tuple[6] as number | undefined) ?? 0);
};

function valuesOf(
  schema: NormalizedSchema,
  word: fc.Arbitrary<string>,
  depth = 0,
): fc.Arbitrary<unknown> {
  if (schema.isStructSchema()) {
    const members = [...schema.structIterator()]
      .filter(([name]) => name !== 'DryRun' && depth < 4)
      .map(([name, member]) => [name, valuesOf(member, word, depth + 1)] as const);
    if (members.length === 0) return fc.constant({});
    // A few members at once, so that many a request passes its checks.
    const some = fc.subarray(
      members.map(([name]) => name),
      { maxLength: Math.min(members.length, 4) },
    );
    return fc
      .tuple(fc.record(Object.fromEntries(members)), some)
      .map(([all, kept]) =>
        Object.fromEntries(
          Object.entries(all).filter(
            ([name]) => kept.includes(name) || requiredOf(schema).includes(name),
          ),
        ),
      );
  }
  if (schema.isListSchema())
    return fc.array(valuesOf(schema.getValueSchema(), word, depth + 1), { maxLength: 2 });
  if (schema.isMapSchema())
    return fc.dictionary(word, valuesOf(schema.getValueSchema(), word, depth + 1), { maxKeys: 2 });
  if (schema.isBooleanSchema()) return fc.boolean();
  if (schema.isBlobSchema()) return fc.uint8Array({ maxLength: 40 });
  if (schema.isTimestampSchema()) return fc.constantFrom(new Date(0), new Date(1_000));
  if (schema.isNumericSchema())
    return fc.oneof(
      fc.integer({ min: -1, max: 30 }),
      fc.constantFrom(3600, 65_535, 2 ** 31 - 1, 1.5),
    );
  return word;
}

function answersAnything<Deps>(
  title: string,
  module: SchemaModule,
  table: OperationTable<Deps>,
  word: fc.Arbitrary<string>,
  compile: (output: SchemaRef) => (value: unknown) => string = compileXmlWriter,
): void {
  test(`${title}: whatever the schemas allow is answered or refused`, async () => {
    const operations = [...operationsOf(module).values()].filter(({ name }) =>
      Object.hasOwn(table, name),
    );
    const calls = fc.oneof(
      ...operations.map(({ name, input, output }) =>
        valuesOf(NormalizedSchema.of(input), word).map((value) => ({
          name,
          value: value as object,
          write: compile(output),
        })),
      ),
    );
    let answered = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(calls, { minLength: 20, maxLength: 40 }), async (sequence) => {
        const rig = new Rig();
        for (const { name, value, write } of sequence) {
          try {
            const operation = table[name] as Operation<Deps, object, unknown>;
            write(await rig.call(operation, value));
            answered++;
          } catch (error) {
            assert.ok(
              error instanceof AwsError,
              `${name} ${JSON.stringify(value)}: ${(error as Error).stack}`,
            );
            assert.ok(error.status >= 400 && error.status < 500 && error.message !== '');
            refused++;
          }
        }
      }),
      { numRuns: 80 },
    );
    assert.ok(answered > 100 && refused > 100, `${answered} answered, ${refused} refused`);
  });
}

answersAnything('EC2', ec2, ec2Operations, ec2Word);
answersAnything('IAM', iam, iamOperations, iamWord);
answersAnything(
  'Secrets Manager',
  secretsManager,
  secretsManagerOperations,
  secretWord,
  compileResponse,
);
answersAnything('EventBridge', eventBridge, eventsOperations, eventsWord, compileResponse);
answersAnything('SNS', sns, snsOperations, snsWord);
answersAnything('Scheduler', scheduler, schedulerOperations, schedulerWord, compileResponse);
answersAnything('Systems Manager', ssm, ssmOperations, parameterWord, compileResponse);

// The targets of rules, through the SDK's own client: each kind that is served as it is given back,
// and what is refused.

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { eventsCaller } from '../../../../test/house/events-caller.ts';
import { Rig } from '../../../../test/house/rig.ts';

let call: ReturnType<typeof eventsCaller>;
beforeEach(async () => {
  call = eventsCaller(await Rig.bare());
  await call('PutRule', { Name: 'r', EventPattern: '{"source":["a"]}' });
});

const arn = (service: string, resource: string): string =>
  `arn:aws:${service}:eu-west-1:123456789012:${resource}`;
const queue = arn('batch', 'job-queue/q');
const topic = arn('sns', 't');
const RoleArn = 'arn:aws:iam::123456789012:role/r';
const BatchParameters = { JobDefinition: 'd', JobName: 'j' };
const put = (...Targets: object[]) => call('PutTargets', { Rule: 'r', Targets });
const invalid = (message: string | RegExp) => ({ name: 'ValidationException', message });

describe('targets that are served', () => {
  const targets: Record<string, Record<string, unknown>> = {
    'a job queue': {
      Arn: queue,
      RoleArn,
      BatchParameters: {
        ...BatchParameters,
        ArrayProperties: { Size: 2 },
        RetryStrategy: { Attempts: 3 },
      },
      InputTransformer: {
        InputPathsMap: { S3KeyValue: '$.detail.requestParameters.key' },
        InputTemplate: '{"Parameters" : {"S3key": <S3KeyValue>, "event": <aws.events.event>}}',
      },
    },
    'a topic': { Arn: topic, Input: '{"a":1}' },
    'a log group': { Arn: arn('logs', 'log-group:/aws/events/g:*'), InputPath: '$.detail' },
    'a bus': { Arn: arn('events', 'event-bus/other') },
    'a bus in another region': { Arn: 'arn:aws:events:us-east-1:123456789012:event-bus/default' },
    'an API destination': {
      Arn: arn('events', 'api-destination/d/0a1b2c3d'),
      RoleArn,
      HttpParameters: {
        PathParameterValues: ['a'],
        HeaderParameters: { 'x-a': 'b' },
        QueryStringParameters: { c: '$.detail.c' },
      },
    },
    'a FIFO queue': {
      Arn: arn('sqs', 'q.fifo'),
      SqsParameters: { MessageGroupId: 'g' },
      RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
      DeadLetterConfig: { Arn: arn('sqs', 'dead') },
    },
    'a function of another account': { Arn: 'arn:aws:lambda:eu-west-1:999999999999:function:f:v' },
    'a state machine': { Arn: arn('states', 'stateMachine:s'), RoleArn },
    'a stream': {
      Arn: arn('kinesis', 'stream/s'),
      RoleArn,
      KinesisParameters: { PartitionKeyPath: '$.id' },
    },
  };
  for (const [title, target] of Object.entries(targets))
    it(`are shown as they were given: ${title}`, async () => {
      const Targets = [{ Id: 't', ...target }];
      assert.deepEqual(await put(...Targets), { FailedEntryCount: 0, FailedEntries: [] });
      assert.deepEqual(await call('ListTargetsByRule', { Rule: 'r' }), { Targets });
    });
});

describe('targets that are refused', () => {
  const notServed = /is not supported by Longshore/;
  const refused: readonly (readonly [object, string | RegExp])[] = [
    [{ Arn: 'x' }, 'Parameter x is not valid. Reason: Provided Arn is not in correct format.'],
    [{ Arn: 'arn:aws:sns:::t' }, /Provided Arn is not in correct format/],
    [{ Arn: 'arn:aws-cn:sns:eu-west-1:123456789012:t' }, /Provided Arn is not in correct format/],
    [{ Arn: arn('ecs', 'cluster/c') }, notServed],
    [{ Arn: arn('sagemaker', 'pipeline/p') }, notServed],
    [{ Arn: topic, EcsParameters: { TaskDefinitionArn: 'd' } }, notServed],
    [{ Arn: topic, RunCommandParameters: { RunCommandTargets: [] } }, notServed],
    [{ Arn: topic, RedshiftDataParameters: { Database: 'd' } }, notServed],
    [{ Arn: topic, SageMakerPipelineParameters: {} }, notServed],
    [{ Arn: topic, AppSyncParameters: {} }, notServed],
    [{ Arn: 'arn:aws:sns:us-east-1:123456789012:t' }, /not in the Region of the rule/],
    [{ Arn: 'arn:aws:logs:eu-west-1:999999999999:log-group:g' }, /not in the account of the rule/],
    [
      { Arn: 'arn:aws:events:eu-west-1:999999999999:event-bus/b', Input: '{}' },
      'Modifying the input for target t is not supported',
    ],
    [
      { Arn: arn('events', 'event-bus/b'), InputPath: '$.detail' },
      'Modifying the input for target t is not supported',
    ],
    [{ Arn: queue, BatchParameters }, `RoleArn is required for target ${queue}.`],
    [{ Arn: queue, RoleArn }, 'Parameter(s) BatchParameters must be specified for target: t.'],
    [{ Arn: topic, BatchParameters }, /BatchParameters is not supported for target: t/],
    [
      {
        Arn: queue,
        RoleArn,
        BatchParameters: { ...BatchParameters, ArrayProperties: { Size: 1 } },
      },
      /'targets\.1\.member\.batchParameters\.arrayProperties\.size' failed .* equal to 2$/,
    ],
    [
      {
        Arn: queue,
        RoleArn,
        BatchParameters: { ...BatchParameters, RetryStrategy: { Attempts: 0 } },
      },
      /retryStrategy\.attempts' failed/,
    ],
    [
      {
        Arn: arn('events', 'api-destination/d/0a1b2c3d'),
        RoleArn,
        HttpParameters: { HeaderParameters: { a: `${' '.repeat(500)}\u0001` } },
      },
      /httpParameters' failed/,
    ],
    [{ Arn: topic, HttpParameters: {} }, /HttpParameters is not supported for target/],
    [
      { Arn: topic, KinesisParameters: { PartitionKeyPath: '$.id' } },
      /KinesisParameters is not supported for target/,
    ],
    [{ Arn: arn('sqs', 'q.fifo') }, 'Parameter(s) SqsParameters must be specified for target: t.'],
    [
      { Arn: topic, Input: '{}', InputPath: '$' },
      'Only one of Input, InputPath, or InputTransformer must be provided for target t.',
    ],
    [{ Arn: topic, Input: '{' }, /^JSON syntax error in input for target t/],
    [{ Arn: topic, Input: `"${'x'.repeat(8_192)}"` }, /'targets\.1\.member\.input' failed/],
    [{ Arn: topic, InputPath: 'detail' }, /InputPath is not valid/],
    [
      { Arn: topic, InputTransformer: { InputPathsMap: { a: '$.a' }, InputTemplate: '"<b>"' } },
      'InputTemplate for target t contains invalid placeholder b.',
    ],
    [
      { Arn: topic, InputTransformer: { InputPathsMap: { awsx: '$.a' }, InputTemplate: '"a"' } },
      /begins with AWS/,
    ],
    [
      {
        Arn: topic,
        InputTransformer: {
          InputPathsMap: Object.fromEntries(
            Array.from({ length: 101 }, (_none, n) => [`k${n}`, '$']),
          ),
          InputTemplate: '"a"',
        },
      },
      /inputPathsMap' failed/,
    ],
    [{ Arn: topic, RetryPolicy: { MaximumRetryAttempts: 186 } }, /less than or equal to 185$/],
    [{ Arn: topic, RetryPolicy: { MaximumEventAgeInSeconds: 59 } }, /greater than or equal to 60$/],
    [
      { Arn: topic, RetryPolicy: { MaximumEventAgeInSeconds: 86_401 } },
      /less than or equal to 86400$/,
    ],
    [{ Arn: topic, DeadLetterConfig: { Arn: topic } }, /DeadLetterConfig\.Arn is not valid/],
    [
      { Arn: topic, DeadLetterConfig: { Arn: arn('sqs', 'q.fifo') } },
      /DeadLetterConfig\.Arn is not valid.*FIFO/,
    ],
    [
      { Arn: topic, Id: '!' },
      /'targets\.1\.member\.id' failed to satisfy constraint: .*\[\\\.\\-_A-Za-z0-9\]\+$/,
    ],
  ];
  for (const [target, message] of refused)
    it(JSON.stringify(target).slice(0, 120), async () => {
      await assert.rejects(
        put({ Id: 'other', Arn: topic }, { Id: 't', ...target }),
        invalid(
          typeof message === 'string'
            ? message
            : new RegExp(message.source.replace('targets\\.1', 'targets\\.2')),
        ),
      );
      assert.deepEqual(await call('ListTargetsByRule', { Rule: 'r' }), { Targets: [] });
    });
});

it('has five targets for a rule at the most, and puts one by its id', async () => {
  const targets = [1, 2, 3, 4, 5].map((n) => ({ Id: `t${n}`, Arn: topic }));
  await put(...targets);
  await assert.rejects(put({ Id: 't6', Arn: topic }), {
    name: 'LimitExceededException',
    message: 'The requested resource exceeds the maximum number allowed.',
  });
  await put({ Id: 't1', Arn: arn('sns', 'other') });
  const first = await call('ListTargetsByRule', { Rule: 'r', Limit: 3 });
  assert.deepEqual(first['Targets'], [
    { Id: 't1', Arn: arn('sns', 'other') },
    ...targets.slice(1, 3),
  ]);
  const { NextToken } = first;
  const rest = await call('ListTargetsByRule', { Rule: 'r', Limit: 3, NextToken });
  assert.deepEqual(rest, { Targets: targets.slice(3) });
  const none = { Rule: 'none', Targets: targets };
  await assert.rejects(call('PutTargets', none), {
    name: 'ResourceNotFoundException',
    message: 'Rule none does not exist on EventBus default.',
  });
  await assert.rejects(call('PutTargets', { ...none, Rule: '' }), invalid(/'rule' failed/));
});

it('removes targets, and says which were not there', async () => {
  await put({ Id: 'a', Arn: topic }, { Id: 'b', Arn: topic });
  assert.deepEqual(await call('RemoveTargets', { Rule: 'r', Ids: ['a', 'c'] }), {
    FailedEntryCount: 1,
    FailedEntries: [
      {
        TargetId: 'c',
        ErrorCode: 'ResourceNotFoundException',
        ErrorMessage: "Rule 'r' does not have a target with the Id 'c'.",
      },
    ],
  });
  const left = { Targets: [{ Id: 'b', Arn: topic }] };
  assert.deepEqual(await call('ListTargetsByRule', { Rule: 'r' }), left);
});

it('finds the rules that lead to a target', async () => {
  for (const Rule of ['s', 'u', 'v']) {
    await call('PutRule', { Name: Rule, EventPattern: '{"source":["a"]}' });
    await call('PutTargets', { Rule, Targets: [{ Id: 'a', Arn: topic }] });
  }
  const first = await call('ListRuleNamesByTarget', { TargetArn: topic, Limit: 2 });
  assert.deepEqual(first['RuleNames'], ['s', 'u']);
  const { NextToken } = first;
  const rest = await call('ListRuleNamesByTarget', { TargetArn: topic, NextToken });
  assert.deepEqual(rest, { RuleNames: ['v'] });
  assert.deepEqual(await call('ListRuleNamesByTarget', { TargetArn: queue }), { RuleNames: [] });
});

// What goes to resources elsewhere, by their ARNs, and what errors of theirs mean.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ElsewhereError } from '../../port/elsewhere.ts';
import { ScriptedElsewhere } from '../../../test/house/outside.ts';
import { sendElsewhere } from './elsewhere.ts';
import { failureOf } from './failure.ts';

const never = new AbortController().signal;
const arnOf = (rest: string): string => `arn:aws:${rest}`;
const message = { body: '{"a":1}', messageGroupId: 'g', partitionKey: 'p' };

async function inputOf(arn: string, place?: 'aws'): Promise<unknown> {
  const elsewhere = new ScriptedElsewhere();
  if (place !== undefined) elsewhere.place = place;
  assert.equal(await sendElsewhere(elsewhere, arn, message, never), undefined);
  const [call] = elsewhere.calls;
  return { [call?.operation ?? '']: JSON.parse(JSON.stringify(call?.input)) as unknown };
}

const bytes = { type: 'Buffer', data: [...Buffer.from(message.body)] };

describe('calls', () => {
  it('of SQS', async () => {
    const arn = arnOf('sqs:eu-west-1:123456789012:q.fifo');
    const rest = { MessageBody: message.body, MessageGroupId: 'g' };
    assert.deepEqual(await inputOf(arn), {
      SendMessage: { QueueUrl: 'http://127.0.0.1:9324/123456789012/q.fifo', ...rest },
    });
    assert.deepEqual(await inputOf(arn, 'aws'), {
      SendMessage: {
        QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/q.fifo',
        ...rest,
      },
    });
  });

  it('of Lambda', async () => {
    const arn = arnOf('lambda:eu-west-1:123456789012:function:f:live');
    assert.deepEqual(await inputOf(arn), {
      Invoke: { FunctionName: arn, InvocationType: 'Event', Payload: bytes },
    });
  });

  it('of Step Functions', async () => {
    const arn = arnOf('states:eu-west-1:123456789012:stateMachine:m');
    assert.deepEqual(await inputOf(arn), {
      StartExecution: { stateMachineArn: arn, input: message.body },
    });
  });

  it('of Kinesis', async () => {
    const arn = arnOf('kinesis:eu-west-1:123456789012:stream/s');
    const rest = { Data: bytes, PartitionKey: 'p' };
    assert.deepEqual(await inputOf(arn), { PutRecord: { StreamName: 's', ...rest } });
    assert.deepEqual(await inputOf(arn, 'aws'), { PutRecord: { StreamARN: arn, ...rest } });
  });

  it('of SNS', async () => {
    const arn = arnOf('sns:eu-west-1:123456789012:t.fifo');
    assert.deepEqual(await inputOf(arn), {
      Publish: { TopicArn: arn, Message: message.body, MessageGroupId: 'g' },
    });
  });

  it('of a service without a place', async () => {
    const elsewhere = new ScriptedElsewhere();
    elsewhere.place = undefined;
    const arn = arnOf('states:eu-west-1:123456789012:stateMachine:m');
    assert.deepEqual(await sendElsewhere(elsewhere, arn, message, never), {
      code: 'NO_RESOURCE',
      message: `${arn} cannot be reached: this server was started without --send-to stepfunctions=…`,
      isFinal: true,
    });
  });
});

describe('errors', () => {
  const rows: readonly (readonly [
    code: string,
    status: number | undefined,
    means: string,
    isFinal: boolean,
  ])[] = [
    ['AccessDeniedException', 403, 'NO_PERMISSIONS', true],
    ['AccessDenied', 400, 'NO_PERMISSIONS', true],
    ['UnrecognizedClientException', 400, 'NO_PERMISSIONS', true],
    ['ExpiredTokenException', 400, 'ERROR_FROM_TARGET', false],
    ['QueueDoesNotExist', 400, 'NO_RESOURCE', true],
    ['AWS.SimpleQueueService.NonExistentQueue', 400, 'NO_RESOURCE', true],
    ['ResourceNotFoundException', 404, 'NO_RESOURCE', true],
    ['StateMachineDoesNotExist', 400, 'NO_RESOURCE', true],
    ['ThrottlingException', 400, 'THROTTLING', false],
    ['TooManyRequestsException', 429, 'THROTTLING', false],
    ['ProvisionedThroughputExceededException', 400, 'THROTTLING', false],
    ['ServiceException', 500, 'ERROR_FROM_TARGET', false],
    ['InvalidParameterValue', 400, 'INVALID_PARAMETER', true],
    ['ECONNREFUSED', undefined, 'CONNECTION_FAILURE', false],
    ['TimeoutError', undefined, 'TIMEOUT', false],
    ['CredentialsProviderError', undefined, 'SDK_CLIENT_ERROR', false],
  ];
  for (const [code, status, means, isFinal] of rows)
    it(`${code} ${status ?? ''}`, () => {
      const failure = failureOf({ code, message: 'why', status });
      assert.deepEqual([failure.code, failure.isFinal], [means, isFinal]);
      assert.equal(failure.message, `${code}: why`);
    });

  it('what the client itself refuses', () => {
    const error: ElsewhereError = {
      code: 'Error',
      message: 'No value',
      status: undefined,
      isOfClient: true,
    };
    assert.deepEqual(failureOf(error), {
      code: 'SDK_CLIENT_ERROR',
      message: 'Error: No value',
      isFinal: true,
    });
  });
});

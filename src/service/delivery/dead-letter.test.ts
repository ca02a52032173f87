// Dead letters: what stands in them, and where they go: to the queue where SQS has a place, else,
// and where the queue does not take them, into a file.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Delivery, DeliveryFailure } from '../../port/delivery.ts';
import { scope } from '../../../test/house/caller.ts';
import { MemoryDeadLetters, ScriptedElsewhere } from '../../../test/house/outside.ts';
import {
  deadLetterAttributes,
  deadLetterLane,
  deadLetterOf,
  deadLetterSender,
} from './dead-letter.ts';

const queueArn = 'arn:aws:sqs:eu-west-1:123456789012:dead';
const targetArn = 'arn:aws:lambda:eu-west-1:123456789012:function:f';
const ruleArn = 'arn:aws:events:eu-west-1:123456789012:rule/r';
const given: Delivery = {
  scope,
  lane: { kind: 'rule-target', id: 'default/r/t' },
  sinceMs: 1_000,
  body: '{"id":"1"}',
  number: 7,
  attempts: 3,
};
const failure: DeliveryFailure = { code: 'NO_RESOURCE', message: 'gone\u0000', isFinal: true };
const never = new AbortController().signal;

function letter(): Delivery {
  const attributes = deadLetterAttributes({ ruleArn, targetArn }, given, failure, 'final');
  const made = deadLetterOf({ queueArn, message: given.body, attributes }, given);
  assert.deepEqual(made.lane, { kind: deadLetterLane, id: queueArn });
  return { ...made, number: 8, attempts: 0 };
}

function senderOf(elsewhere: ScriptedElsewhere) {
  const files = new MemoryDeadLetters();
  const sender = deadLetterSender({ elsewhere, files, clock: { now: () => 0 } });
  return { sender, files };
}

const attributes = {
  RULE_ARN: { DataType: 'String', StringValue: ruleArn },
  TARGET_ARN: { DataType: 'String', StringValue: targetArn },
  ERROR_CODE: { DataType: 'String', StringValue: 'NO_RESOURCE' },
  ERROR_MESSAGE: { DataType: 'String', StringValue: 'gone ' },
  RETRY_ATTEMPTS: { DataType: 'Number', StringValue: '3' },
};

describe('dead letters', () => {
  it('go to their queue with what AWS says beside them', async () => {
    const elsewhere = new ScriptedElsewhere();
    const { sender, files } = senderOf(elsewhere);
    assert.equal(await sender.send(letter(), never), undefined);
    assert.deepEqual(elsewhere.calls, [
      {
        service: 'sqs',
        region: 'eu-west-1',
        account: '123456789012',
        operation: 'SendMessage',
        input: {
          QueueUrl: 'http://127.0.0.1:9324/123456789012/dead',
          MessageBody: '{"id":"1"}',
          MessageGroupId: undefined,
          MessageAttributes: attributes,
        },
      },
    ]);
    assert.deepEqual(files.letters, []);
  });

  it('say which bound they came to, where they came to one', () => {
    const made = deadLetterAttributes({ targetArn }, given, failure, 'MaximumRetryAttempts');
    assert.equal(made['EXHAUSTED_RETRY_CONDITION']?.StringValue, 'MaximumRetryAttempts');
    assert.equal(made['RULE_ARN'], undefined);
  });

  for (const [where, script] of [
    ['SQS has no place', (elsewhere: ScriptedElsewhere) => (elsewhere.place = undefined)],
    [
      'the queue is not there',
      (elsewhere: ScriptedElsewhere) =>
        (elsewhere.onCall = () => ({ code: 'QueueDoesNotExist', message: '', status: 400 })),
    ],
  ] as const)
    it(`are kept in a file where ${where}`, async () => {
      const elsewhere = new ScriptedElsewhere();
      script(elsewhere);
      const { sender, files } = senderOf(elsewhere);
      assert.equal(await sender.send(letter(), never), undefined);
      assert.equal(files.letters.length, 1);
      assert.equal(files.letters[0]?.queueArn, queueArn);
      assert.deepEqual(JSON.parse(files.letters[0]?.line ?? ''), {
        queue: queueArn,
        time: '1970-01-01T00:00:00.000Z',
        message: '{"id":"1"}',
        attributes: Object.fromEntries(
          Object.entries(attributes).map(([name, { StringValue: value }]) => [name, value]),
        ),
      });
    });

  it('are tried again where SQS is away, and where no file can be written', async () => {
    const elsewhere = new ScriptedElsewhere();
    elsewhere.onCall = () => ({ code: 'ECONNREFUSED', message: '', status: undefined });
    const { sender, files } = senderOf(elsewhere);
    const away = await sender.send(letter(), never);
    assert.equal(away?.code, 'CONNECTION_FAILURE');
    assert.equal(away.isFinal, false);
    elsewhere.place = undefined;
    files.add = () => Promise.reject(new Error('the disk has no room for dead letters'));
    assert.deepEqual(await sender.send(letter(), never), {
      code: 'INTERNAL_ERROR',
      message: 'the disk has no room for dead letters',
      isFinal: false,
      retryAfterMs: undefined,
    });
  });
});

// EventBridge's operations, through the SDK's own client: whether a pattern matches an event, and
// what is no pattern and no event.

import assert from 'node:assert/strict';
import { it, test } from 'node:test';
import * as sdk from '@aws-sdk/client-eventbridge';
import { Rig } from '../../../test/house/rig.ts';
import { sdkClient } from '../../../test/house/sdk-client.ts';
import { operationsOf } from '../../wire/schema.ts';
import { eventsOperations } from './operations.ts';

const event = {
  id: '1',
  account: '123456789012',
  source: 'aws.batch',
  time: '2026-11-30T00:00:00Z',
  region: 'us-east-1',
  'detail-type': 'Batch Job State Change',
  detail: { status: 'FAILED', attempts: [{ container: { exitCode: 1 } }] },
};

async function asked(EventPattern: string, Event: string): Promise<unknown> {
  const rig = new Rig();
  const client = sdkClient(sdk, 'EventBridgeClient', rig.app.pipeline);
  const command = new sdk.TestEventPatternCommand({ EventPattern, Event });
  return (await rig.answered(client.send(command)))['Result'];
}

const tested = (pattern: object, given: object = event): Promise<unknown> =>
  asked(JSON.stringify(pattern), JSON.stringify(given));

test('the table holds operations of the SDK and nothing else', () => {
  const known = operationsOf(sdk);
  for (const name of Object.keys(eventsOperations)) assert.ok(known.has(name), name);
});

it('tells whether a pattern matches an event', async () => {
  const failed = { source: ['aws.batch'], detail: { status: ['FAILED'] } };
  assert.equal(await tested(failed), true);
  assert.equal(await tested({ ...failed, region: [{ 'anything-but': 'us-east-1' }] }), false);
  assert.equal(
    await tested({
      detail: { attempts: { container: { exitCode: [{ numeric: ['>', 0] }] } } },
      $or: [{ resources: [{ exists: true }] }, { 'detail-type': [{ prefix: 'Batch' }] }],
    }),
    true,
  );
});

it('refuses what is no pattern in the words of AWS', async () => {
  await assert.rejects(asked('{"source": "aws.batch"}', JSON.stringify(event)), {
    name: 'InvalidEventPatternException',
    message:
      'Event pattern is not valid. Reason: "source" must be an object or an array\n at [Source: (String)"{"source": "aws.batch"}"; line: 1, column: 13]',
  });
  await assert.rejects(tested({ a: ['x'.repeat(4_096)] }), {
    name: 'ValidationException',
    message: /'eventPattern' failed to satisfy constraint: .* less than or equal to 4096$/,
  });
});

it('refuses what is no event', async () => {
  const refused = { name: 'ValidationException', message: 'Parameter Event is not valid.' };
  const pattern = JSON.stringify({ source: ['aws.batch'] });
  for (const text of ['plain', '', '["x"]', 'null', '5', '{"testEvent":"value"}'])
    await assert.rejects(asked(pattern, text), refused, text);
  for (const name of ['id', 'account', 'source', 'time', 'region', 'detail-type'])
    await assert.rejects(tested({ source: ['x'] }, { ...event, [name]: undefined }), refused, name);
});

it('says of every other operation that it is not built', async () => {
  const rig = new Rig();
  const client = sdkClient(sdk, 'EventBridgeClient', rig.app.pipeline);
  await assert.rejects(rig.settled(client.send(new sdk.ListEndpointsCommand({}))), {
    name: 'UnknownOperationException',
  });
});

// What leave a schedule's role needs for a call elsewhere: for whatever the call is about, however
// the input names it, and never for less.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { account, scope } from '../../../../test/house/caller.ts';
import type { ElsewhereService } from '../../../port/elsewhere.ts';
import { actElsewhere, elsewhereCall } from './call-elsewhere.ts';

const arn = (service: string, resource: string, of = account): string =>
  `arn:aws:${service}:eu-west-1:${of}:${resource}`;
const other = '222222222222';
const [mine, victim] = [arn('states', 'stateMachine:mine'), arn('states', 'stateMachine:victim')];
const queue = (path: string) => ({ QueueUrl: `https://sqs.example.com${path}` });

const cases: readonly [
  service: ElsewhereService,
  action: string,
  input: Record<string, unknown>,
  allowed: string,
  on: readonly string[],
][] = [
  ['sqs', 'sendMessage', queue(`/${account}/q`), 'sqs:SendMessage', [arn('sqs', 'q')]],
  ['sqs', 'sendMessage', queue(`/${other}/q`), 'sqs:SendMessage', [arn('sqs', 'q', other)]],
  ['sqs', 'sendMessage', queue(`/${other}/v#/${account}/q`), 'sqs:SendMessage', ['*']],
  ['sqs', 'sendMessage', queue(`/${other}/v?/${account}/q`), 'sqs:SendMessage', ['*']],
  ['sqs', 'sendMessage', queue(`/${other}/v/../../${account}/q`), 'sqs:SendMessage', ['*']],
  ['sqs', 'sendMessage', { QueueUrl: 'q' }, 'sqs:SendMessage', ['*']],
  [
    'sqs',
    'startMessageMoveTask',
    { ...queue(`/${account}/q`), SourceArn: arn('sqs', 'victim') },
    'sqs:StartMessageMoveTask',
    ['*'],
  ],
  [
    'lambda',
    'invoke',
    { FunctionName: 'f' },
    'lambda:InvokeFunction',
    [arn('lambda', 'function:f')],
  ],
  [
    'lambda',
    'invoke',
    { FunctionName: `${other}:function:f`, Qualifier: 'live' },
    'lambda:InvokeFunction',
    [arn('lambda', 'function:f:live', other)],
  ],
  [
    'lambda',
    'deleteLayerVersion',
    { FunctionName: 'f', LayerName: 'victim' },
    'lambda:DeleteLayerVersion',
    ['*'],
  ],
  ['states', 'startExecution', { StateMachineArn: mine }, 'states:StartExecution', [mine]],
  ['states', 'startExecution', { stateMachineArn: mine }, 'states:StartExecution', [mine]],
  [
    'states',
    'startExecution',
    { StateMachineArn: mine, stateMachineArn: victim },
    'states:StartExecution',
    [victim],
  ],
  [
    'states',
    'stopExecution',
    { StateMachineArn: mine, ExecutionArn: 'e' },
    'states:StopExecution',
    ['e'],
  ],
  [
    'kinesis',
    'putRecord',
    { StreamARN: arn('kinesis', 'stream/mine'), StreamName: 'victim' },
    'kinesis:PutRecord',
    [arn('kinesis', 'stream/mine'), arn('kinesis', 'stream/victim')],
  ],
  [
    'sns',
    'publish',
    { TopicArn: arn('sns', 'mine'), TargetArn: arn('sns', 'victim') },
    'sns:Publish',
    [arn('sns', 'mine'), arn('sns', 'victim')],
  ],
  ['sns', 'publish', { PhoneNumber: '+1' }, 'sns:Publish', ['*']],
  [
    'sns',
    'publish',
    { TopicArn: arn('sns', 'mine'), PhoneNumber: '+1' },
    'sns:Publish',
    [arn('sns', 'mine'), '*'],
  ],
  [
    'sns',
    'deleteEndpoint',
    { TopicArn: arn('sns', 'mine'), EndpointArn: 'victim' },
    'sns:DeleteEndpoint',
    ['*'],
  ],
];

describe('leave for a call elsewhere', () => {
  for (const [service, action, input, allowed, on] of cases)
    it(`${allowed} ${JSON.stringify(input)}`, () => {
      const call = elsewhereCall(service, { service, action, input }, scope);
      assert.deepEqual(actElsewhere(call), { action: allowed, resources: on });
    });
});

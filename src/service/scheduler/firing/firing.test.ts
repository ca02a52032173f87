// Schedules from CreateSchedule to what their targets get: on time in their zones, by their roles,
// with what is told of each invocation, until they are done; and what becomes of what fails.

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { FilterLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import { account, scope } from '../../../../test/house/caller.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { schedulerCaller } from '../../../../test/house/scheduler-caller.ts';
import type { ServiceCaller } from '../../../port/own-services.ts';

const minute = 60_000;
const hour = 60 * minute;
/** The rig begins at 22:13:20. */
const RoleArn = `arn:aws:iam::${account}:role/r`;
const off = { FlexibleTimeWindow: { Mode: 'OFF' } };
const universal = (name: string): string => `arn:aws:scheduler:::aws-sdk:${name}`;
const queue = `arn:aws:sqs:eu-west-1:${account}:q`;

let rig: Rig;
let call: ReturnType<typeof schedulerCaller>;
beforeEach(async () => {
  rig = await Rig.open();
  call = schedulerCaller(rig);
});

const create = (Name: string, ScheduleExpression: string, target: object, more: object = {}) =>
  call('CreateSchedule', {
    Name,
    ScheduleExpression,
    ...off,
    Target: { RoleArn, ...target },
    ...more,
  });

interface Message {
  readonly MessageBody: string;
  readonly MessageAttributes?: Readonly<Record<string, { readonly StringValue: string }>>;
}

/** What queues have got. */
const messages = (): Message[] => rig.elsewhere.calls.map(({ input }) => input as Message);
const bodies = (): string[] => messages().map(({ MessageBody }) => MessageBody);

/** What a service answers to anybody. */
async function ask<Answer>(service: string, operation: string, input: object): Promise<Answer> {
  const as: ServiceCaller = { service: 'test', sourceArn: 'test', scope };
  const asked = { service, operation, region: 'eu-west-1', input };
  const answer = await rig.answered(rig.app.ownServices.call(asked, as));
  assert.ok('output' in answer, JSON.stringify(answer));
  return answer.output as Answer;
}

async function names(): Promise<string[]> {
  const { Schedules } = await call('ListSchedules');
  return (Schedules as { Name: string }[]).map(({ Name }) => Name);
}

describe('a schedule', () => {
  it('tells its target of the invocation what the keywords stand for', async () => {
    await create('s', 'at(2023-11-14T23:00:00)', {
      Arn: queue,
      Input:
        '<aws.scheduler.scheduled-time> <aws.scheduler.schedule-arn> <aws.scheduler.attempt-number> <aws.scheduler.execution-id> <aws.scheduler.other>',
    });
    await rig.clock.pass(hour);
    const [time, arn, attempt, execution = '', other] = bodies()[0]?.split(' ') ?? [];
    assert.deepEqual(
      [time, arn, attempt, other],
      [
        '2023-11-14T23:00:00Z',
        `arn:aws:scheduler:eu-west-1:${account}:schedule/default/s`,
        '1',
        '<aws.scheduler.other>',
      ],
    );
    assert.match(execution, /^[\da-f]{16}$/);
    assert.equal(bodies().length, 1);
  });

  it('sends a notification of its own where nothing is said', async () => {
    await create('s', 'at(2023-11-14T23:00:00)', { Arn: queue });
    await rig.clock.pass(hour);
    const { id, ...event } = JSON.parse(bodies()[0] ?? '') as Record<string, unknown>;
    assert.match(String(id), /^[\da-f-]{36}$/);
    assert.deepEqual(event, {
      version: '0',
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      account,
      time: '2023-11-14T23:00:00Z',
      region: 'eu-west-1',
      resources: [`arn:aws:scheduler:eu-west-1:${account}:schedule/default/s`],
      detail: '{}',
    });
  });

  it('fires by a rate at once, or from its start on, and no more after its end', async () => {
    const Input = '<aws.scheduler.scheduled-time>';
    const at = (ms: number) => new Date(rig.clock.now() + ms);
    await create('now', 'rate(10 minutes)', { Arn: queue, Input });
    await create(
      'later',
      'rate(10 minutes)',
      { Arn: queue, Input },
      {
        StartDate: at(5 * minute),
        EndDate: at(25 * minute),
      },
    );
    await rig.clock.pass(40 * minute);
    assert.deepEqual(
      bodies().map((text) => text.slice(14, 19)),
      ['13:20', '18:20', '23:20', '28:20', '33:20', '38:20', '43:20', '53:20'],
    );
  });

  it('fires from when it is enabled or changed, and not while it is disabled', async () => {
    const target = { Arn: queue, Input: '<aws.scheduler.scheduled-time>' };
    const put = (ScheduleExpression: string, State: string) =>
      call('UpdateSchedule', {
        Name: 's',
        ScheduleExpression,
        State,
        ...off,
        Target: { RoleArn, ...target },
      });
    await create('s', 'rate(10 minutes)', target, { State: 'DISABLED' });
    await rig.clock.pass(15 * minute);
    await put('rate(10 minutes)', 'ENABLED');
    await rig.clock.pass(5 * minute);
    // What is the same goes on as it was.
    await put('rate(10 minutes)', 'ENABLED');
    await rig.clock.pass(6 * minute);
    await put('rate(1 hour)', 'ENABLED');
    await put('rate(1 hour)', 'DISABLED');
    await rig.clock.pass(2 * hour);
    assert.deepEqual(
      bodies().map((text) => text.slice(11, 19)),
      ['22:28:20', '22:38:20', '22:39:20'],
    );
  });

  it('fires within its window, and at the same moment after a restart', async () => {
    const window = { FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 30 } };
    await create('s', 'cron(0 * * * ? *)', { Arn: queue }, window);
    const arrivals: number[] = [];
    rig.elsewhere.onCall = () => {
      arrivals.push((rig.clock.now() - Date.parse('2023-11-14T23:00:00Z')) / minute);
      return undefined;
    };
    await rig.clock.pass(3 * hour);
    assert.equal(arrivals.length, 3);
    assert.ok(arrivals.every((at, index) => at >= index * 60 && at < index * 60 + 30));
    assert.equal(new Set(arrivals.map((at) => at % 60)).size, 3);
  });
});

describe('a target', () => {
  it('is an operation of this server, called as the role', async () => {
    await create('s', 'at(2023-11-14T23:00:00)', {
      Arn: universal('batch:submitJob'),
      Input: JSON.stringify({
        JobName: 'nightly',
        JobQueue: 'q',
        JobDefinition: 'd',
        Tags: { attempt: '<aws.scheduler.attempt-number>' },
      }),
    });
    await rig.clock.pass(hour);
    const sent = rig.sent.flatMap((one) => (one.type === 'submit-job' ? [one.request] : []));
    assert.deepEqual(
      sent.map(({ jobName, tags }) => [jobName, tags]),
      [['nightly', { attempt: '1' }]],
    );
    assert.deepEqual(rig.fatal, []);
  });

  it('is called once, though the server is killed before it notes that it was', async () => {
    await create('s', 'at(2023-11-14T23:00:00)', {
      Arn: universal('batch:submitJob'),
      Input: '{"JobName":"n","JobQueue":"q","JobDefinition":"d"}',
    });
    const { commit } = rig.store;
    let isGone = false;
    rig.store.commit = (what) => {
      if (isGone) throw new Error('it is gone');
      const outcomes = commit.call(rig.store, what);
      isGone = rig.sent.some(({ type }) => type === 'submit-job');
      return outcomes;
    };
    await rig.clock.pass(hour);
    assert.ok(isGone);
    rig.store.commit = commit;
    const next = await rig.restart().up();
    await next.clock.pass(minute);
    assert.equal(next.control.world.jobs.size, 1);
    assert.deepEqual(next.store.reader.outbox.waitingLanes(), []);
  });

  it('is a bus, a log group, a topic or a function', async () => {
    await ask('logs', 'CreateLogGroup', { logGroupName: 'g' });
    await ask('logs', 'CreateLogStream', { logGroupName: 'g', logStreamName: 's' });
    await ask('events', 'PutRule', { Name: 'r', EventPattern: '{"source":["me"]}' });
    const Targets = [{ Id: 'q', Arn: queue, InputPath: '$.detail' }];
    await ask('events', 'PutTargets', { Rule: 'r', Targets });
    await ask('sns', 'CreateTopic', { Name: 't' });
    const topic = `arn:aws:sns:eu-west-1:${account}:t`;
    await ask('sns', 'Subscribe', { TopicArn: topic, Protocol: 'sqs', Endpoint: queue });
    const once = 'at(2023-11-14T23:00:00)';
    await create('bus', once, {
      Arn: `arn:aws:events:eu-west-1:${account}:event-bus/default`,
      EventBridgeParameters: { DetailType: 'd', Source: 'me' },
      Input: '{"n":<aws.scheduler.attempt-number>}',
    });
    await create('lines', once, {
      Arn: universal('cloudwatchlogs:putLogEvents'),
      Input: JSON.stringify({
        LogGroupName: 'g',
        LogStreamName: 's',
        LogEvents: [{ Timestamp: Date.parse('2023-11-14T23:00:00Z'), Message: 'it is time' }],
      }),
    });
    await create('topic', once, { Arn: topic, Input: 'news' });
    await create('function', once, {
      Arn: `arn:aws:lambda:eu-west-1:${account}:function:f`,
      Input: '{"a":1}',
    });
    await create('execution', once, {
      Arn: universal('sfn:startExecution'),
      Input: '{"StateMachineArn":"m","Input":"{}"}',
    });
    await rig.clock.pass(hour);
    const { events = [] } = await ask<FilterLogEventsResponse>('logs', 'FilterLogEvents', {
      logGroupName: 'g',
    });
    assert.deepEqual(
      events.map(({ message }) => message),
      ['it is time'],
    );
    const calls = rig.elsewhere.calls.map(({ service, operation, input }) => ({
      what: `${service}:${operation}`,
      input: input as Record<string, unknown>,
    }));
    const find = (what: string) => calls.filter((one) => one.what === what);
    assert.deepEqual(
      find('lambda:Invoke').map(({ input }) => String(input['Payload'])),
      ['{"a":1}'],
    );
    assert.deepEqual(
      find('states:StartExecution').map(({ input }) => input),
      [{ stateMachineArn: 'm', input: '{}' }],
    );
    const sent = find('sqs:SendMessage').map(({ input }) => String(input['MessageBody']));
    assert.ok(sent.includes('{"n":1}'), sent.join());
    // What becomes of a message is the topic's business.
    const added = rig.store.commits
      .flatMap(({ tableWrites }) => tableWrites)
      .flatMap((write) => (write.table === 'outbox' ? (write.addDeliveries ?? []) : []));
    assert.ok(added.some(({ lane, body }) => lane.kind === 'subscription' && /news/.test(body)));
  });
});

describe('what fails', () => {
  it('is tried again as the schedule says, and then told to its dead-letter queue', async () => {
    rig.elsewhere.onCall = ({ service }) =>
      service === 'lambda'
        ? { code: 'ServiceException', message: 'not now', status: 500 }
        : undefined;
    await create('s', 'at(2023-11-14T23:00:00)', {
      Arn: `arn:aws:lambda:eu-west-1:${account}:function:f`,
      Input: '{"attempt":"<aws.scheduler.attempt-number>"}',
      RetryPolicy: { MaximumRetryAttempts: 2 },
      DeadLetterConfig: { Arn: `arn:aws:sqs:eu-west-1:${account}:dead` },
    });
    await rig.clock.pass(2 * hour);
    const payloads = rig.elsewhere.calls.flatMap(({ service, input }) =>
      service === 'lambda' ? [String((input as { Payload: Uint8Array }).Payload)] : [],
    );
    assert.deepEqual(payloads, ['{"attempt":"1"}', '{"attempt":"2"}', '{"attempt":"3"}']);
    const [letter, ...more] = messages().filter(({ MessageAttributes }) => MessageAttributes);
    assert.deepEqual(more, []);
    const { EXECUTION_ID: _id, ...told } = Object.fromEntries(
      Object.entries(letter?.MessageAttributes ?? {}).map(([name, { StringValue }]) => [
        name,
        StringValue,
      ]),
    );
    assert.deepEqual(told, {
      ERROR_CODE: 'ERROR_FROM_TARGET',
      ERROR_MESSAGE: 'ServiceException: not now',
      EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
      IS_PAYLOAD_TRUNCATED: 'false',
      RETRY_ATTEMPTS: '2',
      SCHEDULED_TIME: '2023-11-14T23:00:00Z',
      SCHEDULE_ARN: `arn:aws:scheduler:eu-west-1:${account}:schedule/default/s`,
      TARGET_ARN: universal('lambda:invoke'),
    });
    assert.deepEqual(JSON.parse(letter?.MessageBody ?? ''), {
      FunctionName: `arn:aws:lambda:eu-west-1:${account}:function:f`,
      InvocationType: 'Event',
      Payload: '{"attempt":"3"}',
    });
  });

  it('is told in the words of the operation, which is not tried again in vain', async () => {
    await create('s', 'at(2023-11-14T23:00:00)', {
      Arn: universal('batch:submitJob'),
      Input: '{"JobName":"n","JobQueue":"none","JobDefinition":"d"}',
      DeadLetterConfig: { Arn: `arn:aws:sqs:eu-west-1:${account}:dead` },
    });
    await rig.clock.pass(hour);
    const [letter] = messages();
    assert.equal(letter?.MessageAttributes?.['ERROR_CODE']?.StringValue, 'ClientException');
    assert.match(letter?.MessageAttributes?.['ERROR_MESSAGE']?.StringValue ?? '', /none/);
    assert.equal(letter?.MessageAttributes?.['EXHAUSTED_RETRY_CONDITION'], undefined);
  });

  it('is dropped when its schedule is deleted, though another one has its name', async () => {
    let isDown = true;
    rig.elsewhere.onCall = () =>
      isDown ? { code: 'ServiceException', message: 'not now', status: 500 } : undefined;
    await create('s', 'at(2023-11-14T23:00:00)', { Arn: queue, Input: 'old' });
    await rig.clock.pass(47 * minute);
    await call('DeleteSchedule', { Name: 's' });
    await create('s', 'at(2023-11-15T00:00:00)', { Arn: queue, Input: 'new' });
    rig.elsewhere.calls.length = 0;
    isDown = false;
    await rig.clock.pass(2 * hour);
    assert.deepEqual(bodies(), ['new']);
  });
});

describe('a schedule that goes when it is done', () => {
  const ends = { ActionAfterCompletion: 'DELETE' };

  it('goes after its only firing, and one that stays does not', async () => {
    await create('goes', 'at(2023-11-14T23:00:00)', { Arn: queue }, ends);
    await create('stays', 'at(2023-11-14T23:00:00)', { Arn: queue });
    await rig.clock.pass(46 * minute);
    assert.deepEqual(await names(), ['goes', 'stays']);
    await rig.clock.pass(minute);
    assert.deepEqual(await names(), ['stays']);
    assert.equal(bodies().length, 2);
    assert.deepEqual(rig.store.reader.outbox.waitingLanes(), []);
  });

  it('goes after its last firing, once all have arrived', async () => {
    const EndDate = new Date(rig.clock.now() + 20 * minute);
    let isDown = true;
    rig.elsewhere.onCall = () =>
      isDown ? { code: 'ServiceException', message: 'not now', status: 500 } : undefined;
    await create('s', 'rate(10 minutes)', { Arn: queue }, { EndDate, ...ends });
    await rig.clock.pass(hour);
    assert.deepEqual(await names(), ['s']);
    isDown = false;
    rig.elsewhere.calls.length = 0;
    await rig.clock.pass(hour);
    assert.deepEqual([await names(), bodies().length], [[], 3]);
  });

  it('goes though its firing failed, or was missed for too long, but not if it was changed', async () => {
    const RetryPolicy = { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 };
    rig.elsewhere.onCall = () => ({ code: 'ServiceException', message: 'no', status: 500 });
    await create('fails', 'at(2023-11-14T23:00:00)', { Arn: queue, RetryPolicy }, ends);
    await create('missed', 'at(2023-11-15T01:00:00)', { Arn: queue, RetryPolicy }, ends);
    await create('changed', 'at(2023-11-14T23:00:00)', { Arn: queue }, ends);
    await rig.clock.pass(50 * minute);
    assert.deepEqual(await names(), ['changed', 'missed']);
    await call('UpdateSchedule', {
      Name: 'changed',
      ScheduleExpression: 'at(2024-01-01T00:00:00)',
      ...off,
      ...ends,
      Target: { Arn: queue, RoleArn },
    });
    rig.elsewhere.onCall = () => undefined;
    rig.clock.stall(24 * hour);
    rig = await rig.restart().up();
    call = schedulerCaller(rig);
    await rig.clock.pass(hour);
    assert.deepEqual(await names(), ['changed']);
  });
});

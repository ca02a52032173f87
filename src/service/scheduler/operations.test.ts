// EventBridge Scheduler's schedules and groups, through the SDK's own client: what they are made
// of, what is refused and how, and lists of them. When they fire is tested beside that.

import assert from 'node:assert/strict';
import { beforeEach, it, test } from 'node:test';
import * as sdk from '@aws-sdk/client-scheduler';
import { Rig } from '../../../test/house/rig.ts';
import { schedulerCaller } from '../../../test/house/scheduler-caller.ts';
import { limit } from '../../core/limit.ts';
import { operationsOf } from '../../wire/schema.ts';
import { schedulerOperations } from './operations.ts';

let rig: Rig;
let call: ReturnType<typeof schedulerCaller>;
beforeEach(async () => {
  rig = await Rig.bare();
  call = schedulerCaller(rig);
});

const arn = 'arn:aws:scheduler:eu-west-1:123456789012:';
const RoleArn = 'arn:aws:iam::123456789012:role/r';
const topic = 'arn:aws:sns:eu-west-1:123456789012:t';
const bus = 'arn:aws:events:eu-west-1:123456789012:event-bus/default';
const submit = 'arn:aws:scheduler:::aws-sdk:batch:submitJob';

const given = {
  Name: 's',
  ScheduleExpression: 'cron(0 9 ? * MON-FRI *)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { Arn: topic, RoleArn, Input: 'hello' },
};

const invalid = (message: string | RegExp) => ({ name: 'ValidationException', message });

test('the table is that of the SDK', () => {
  assert.deepEqual(Object.keys(schedulerOperations), [...operationsOf(sdk).keys()].toSorted());
});

it('makes a schedule, and shows it with its defaults', async () => {
  assert.deepEqual(await call('CreateSchedule', given), {
    ScheduleArn: `${arn}schedule/default/s`,
  });
  const made = new Date(rig.clock.now());
  assert.deepEqual(await call('GetSchedule', { Name: 's' }), {
    Arn: `${arn}schedule/default/s`,
    Name: 's',
    GroupName: 'default',
    ScheduleExpression: given.ScheduleExpression,
    ScheduleExpressionTimezone: 'UTC',
    State: 'ENABLED',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'NONE',
    Target: {
      ...given.Target,
      RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
    },
    CreationDate: made,
    LastModificationDate: made,
  });
});

it('keeps all that is said of a schedule, and by an update nothing of what was said before', async () => {
  await call('CreateScheduleGroup', { Name: 'g' });
  const all = {
    Name: 's',
    GroupName: 'g',
    Description: 'd',
    ScheduleExpression: 'rate(5 minutes)',
    ScheduleExpressionTimezone: 'Europe/Berlin',
    StartDate: new Date(rig.clock.now() + 60_000),
    EndDate: new Date(rig.clock.now() + 3_600_000),
    State: 'DISABLED',
    FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
    ActionAfterCompletion: 'DELETE',
    Target: {
      Arn: bus,
      RoleArn,
      Input: '{"n":<aws.scheduler.attempt-number>}',
      RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
      DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-west-1:123456789012:dead' },
      EventBridgeParameters: { DetailType: 'x', Source: 'y' },
    },
  };
  await call('CreateSchedule', all);
  const { CreationDate, LastModificationDate, Arn, ...shown } = await call('GetSchedule', {
    Name: 's',
    GroupName: 'g',
  });
  assert.deepEqual(shown, all);
  assert.deepEqual([CreationDate, Arn], [LastModificationDate, `${arn}schedule/g/s`]);
  await rig.clock.pass(5_000);
  assert.deepEqual(await call('UpdateSchedule', { ...given, GroupName: 'g' }), {
    ScheduleArn: `${arn}schedule/g/s`,
  });
  const updated = await call('GetSchedule', { Name: 's', GroupName: 'g' });
  assert.equal(updated['Description'], undefined);
  assert.equal(updated['State'], 'ENABLED');
  assert.deepEqual(updated['CreationDate'], CreationDate);
  assert.equal(Number(updated['LastModificationDate']) - Number(CreationDate), 5_000);
});

it('knows no schedule and no group that is not there', async () => {
  const none = { name: 'ResourceNotFoundException', message: 'Schedule s does not exist.' };
  await assert.rejects(call('GetSchedule', { Name: 's' }), none);
  await assert.rejects(call('UpdateSchedule', given), none);
  await assert.rejects(call('DeleteSchedule', { Name: 's' }), none);
  const noGroup = { name: none.name, message: 'Schedule group g does not exist.' };
  await assert.rejects(call('CreateSchedule', { ...given, GroupName: 'g' }), noGroup);
  await assert.rejects(call('GetSchedule', { Name: 's', GroupName: 'g' }), noGroup);
  await assert.rejects(call('ListSchedules', { GroupName: 'g' }), noGroup);
  await assert.rejects(call('GetScheduleGroup', { Name: 'g' }), noGroup);
  await assert.rejects(call('DeleteScheduleGroup', { Name: 'g' }), noGroup);
  await call('CreateSchedule', given);
  await assert.rejects(schedulerCaller(rig, '999999999999')('GetSchedule', { Name: 's' }), none);
});

it('makes nothing twice, but answers the same request like the first time', async () => {
  const ClientToken = 'once';
  await call('CreateSchedule', { ...given, ClientToken });
  const exists = { name: 'ConflictException', message: 'Schedule s already exists.' };
  assert.deepEqual(await call('CreateSchedule', { ...given, ClientToken }), {
    ScheduleArn: `${arn}schedule/default/s`,
  });
  await assert.rejects(call('CreateSchedule', { ...given, ClientToken: 'other' }), exists);
  const other = { ...given, ClientToken, ScheduleExpression: 'rate(1 day)' };
  await assert.rejects(call('CreateSchedule', other), exists);
  await call('DeleteSchedule', { Name: 's', ClientToken });
  await call('DeleteSchedule', { Name: 's', ClientToken });
  await assert.rejects(call('DeleteSchedule', { Name: 's', ClientToken: 'other' }), {
    name: 'ResourceNotFoundException',
  });
  await call('CreateScheduleGroup', { Name: 'g', ClientToken });
  await call('CreateScheduleGroup', { Name: 'g', ClientToken });
  await assert.rejects(call('CreateScheduleGroup', { Name: 'g' }), {
    name: 'ConflictException',
    message: 'Schedule group g already exists.',
  });
});

it('refuses what can be no schedule, in the words of AWS', async () => {
  const refused = (more: object, message: string | RegExp): Promise<void> =>
    assert.rejects(
      call('CreateSchedule', { ...given, ...more }),
      invalid(message),
      String(message),
    );
  const target = (more: object) => ({ Target: { ...given.Target, ...more } });
  for (const ScheduleExpression of ['cron(0 1 * * * *)', 'rate(0 minutes)', 'at(2021-12-31)', 'x'])
    await refused({ ScheduleExpression }, `Invalid Schedule Expression ${ScheduleExpression}.`);
  await refused({ ScheduleExpression: 'x'.repeat(257) }, /'scheduleExpression' .* equal to 256$/);
  await refused({ Name: 'a b' }, /'name' failed .* pattern: \[0-9a-zA-Z-_.\]\+$/);
  await refused({ Name: 'x'.repeat(65) }, /'name' failed .* less than or equal to 64$/);
  await refused({ GroupName: 'a/b' }, /'groupName' failed .* pattern/);
  await refused({ Description: 'x'.repeat(513) }, /'description' failed/);
  await refused({ ClientToken: 'a b' }, /'clientToken' failed/);
  await refused({ State: 'ON' }, /'state' failed .*\[ENABLED, DISABLED\]$/);
  await refused({ ActionAfterCompletion: 'X' }, /'actionAfterCompletion' failed/);
  await refused({ ScheduleExpressionTimezone: 'Mars' }, 'Invalid Schedule Expression Timezone.');
  await refused({ FlexibleTimeWindow: { Mode: 'SOMETIMES' } }, /'flexibleTimeWindow.mode' failed/);
  await refused(
    { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } },
    'MaximumWindowInMinutes must be specified when Mode is FLEXIBLE.',
  );
  await refused(
    { FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 1_441 } },
    /'flexibleTimeWindow.maximumWindowInMinutes' failed .* less than or equal to 1440$/,
  );
  const at = (ms: number) => new Date(rig.clock.now() + ms);
  await refused(
    { StartDate: at(-301_000) },
    'The StartDate you specify cannot be earlier than 5 minutes ago.',
  );
  await refused({ StartDate: at(60_000), EndDate: at(30_000) }, /^The EndDate you specify/);
  await refused({ KmsKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/k' }, /^KmsKeyArn is not/);
  await refused(target({ RoleArn: 'r' }), /'target.roleArn' failed .* pattern/);
  await refused(target({ RetryPolicy: { MaximumRetryAttempts: 186 } }), /equal to 185$/);
  await refused(target({ RetryPolicy: { MaximumEventAgeInSeconds: 59 } }), /equal to 60$/);
  const DeadLetterConfig = { Arn: 'arn:aws:sqs:eu-west-1:123456789012:q.fifo' };
  await refused(target({ DeadLetterConfig }), /'target.deadLetterConfig.arn' failed/);
  await refused(target({ Input: 'x'.repeat(262_145) }), /can have 262144 bytes/);
  await assert.rejects(call('CreateSchedule', { ...given, Target: undefined }), {
    name: 'ValidationException',
    message: /Value null at 'Target'/,
  });
  assert.deepEqual((await call('ListSchedules'))['Schedules'], []);
});

it('takes targets that it can serve, and says of the others why not', async () => {
  const create = (Arn: string, more: object = {}, Name = `n${Math.abs(hash(Arn))}`) =>
    call('CreateSchedule', { ...given, Name, Target: { Arn, RoleArn, ...more } });
  const refused = (message: string | RegExp, of: string, more: object = {}): Promise<void> =>
    assert.rejects(create(of, more), invalid(message), of);
  await create(topic);
  await create(submit, { Input: '{"JobName":"j","JobQueue":"q","JobDefinition":"d"}' });
  await create('arn:aws:scheduler:::aws-sdk:cloudwatchlogs:createLogGroup', {
    Input: '{"LogGroupName":"<aws.scheduler.execution-id>"}',
  });
  await refused('Provided Arn is not in correct format.', 'nonsense');
  await refused(
    /^codebuild is not a supported service/,
    'arn:aws:codebuild:eu-west-1:123456789012:project/p',
  );
  await refused(
    /^batch is not a supported service/,
    'arn:aws:batch:eu-west-1:123456789012:job-queue/q',
  );
  await refused(/is not in the Region/, topic.replace('eu-west-1', 'us-east-1'));
  const sqs = 'arn:aws:sqs:eu-west-1:123456789012:q';
  await create(sqs, { SqsParameters: { MessageGroupId: 'm' } });
  await refused('SqsParameters.MessageGroupId must be specified for this target.', `${sqs}.fifo`);
  await create('arn:aws:scheduler:::aws-sdk:sqs:sendMessage', { Input: '{"QueueUrl":"q"}' });
  rig.elsewhere.place = undefined;
  await refused(/without --send-to sqs=/, 'arn:aws:sqs:eu-west-1:123456789012:q');
  await refused(
    /without --send-to stepfunctions=/,
    'arn:aws:scheduler:::aws-sdk:sfn:startExecution',
    { Input: '{}' },
  );
  await refused(/^ec3:fly is not a supported/, 'arn:aws:scheduler:::aws-sdk:ec3:fly', {
    Input: '{}',
  });
  await refused(
    /^describeJobs is not a supported api .* only reads/,
    submit.replace('submitJob', 'describeJobs'),
    { Input: '{}' },
  );
  await refused(
    'Invalid RequestJson provided. Reason The input of a universal target is required.',
    submit,
  );
  await refused(/^Invalid RequestJson provided/, submit, { Input: '[1]' });
  await refused(/^Invalid RequestJson provided/, submit, { Input: '{"a"' });
  await refused('EventBridgeParameters must be specified for this target.', bus);
  const EventBridgeParameters = { DetailType: 'd', Source: 's' };
  await refused(/must be well-formed JSON/, bus, { EventBridgeParameters, Input: 'text' });
  await refused(/'target.eventBridgeParameters.source' failed/, bus, {
    EventBridgeParameters: { DetailType: 'd', Source: 'aws.batch' },
  });
  await refused(/^EventBridgeParameters is not supported for target/, topic, {
    EventBridgeParameters,
  });
  await refused('EcsParameters is not supported by Longshore', topic, {
    EcsParameters: { TaskDefinitionArn: 't' },
  });
});

const hash = (text: string): number =>
  [...text].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) | 0, 7);

it('takes a role only that lets it, where roles are known', async () => {
  rig = await Rig.bare({ settings: { references: 'strict' } });
  call = schedulerCaller(rig);
  await assert.rejects(
    call('CreateSchedule', given),
    invalid(
      'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
    ),
  );
});

it('lists schedules by group and name, by pages, and those that are asked for', async () => {
  for (const Name of ['a', 'b-2', 'b.1']) await call('CreateScheduleGroup', { Name });
  for (const [GroupName, Name, State] of [
    ['a', 'x1', 'ENABLED'],
    ['a', 'x2', 'DISABLED'],
    ['a', 'y1', 'ENABLED'],
    ['b-2', 'x1', 'ENABLED'],
    ['default', 'x1', 'ENABLED'],
    ['b.1', 'x1', 'ENABLED'],
  ])
    await call('CreateSchedule', { ...given, Name, GroupName, State });
  const names = async (input: object): Promise<string> => {
    const found: string[] = [];
    for (let NextToken: unknown; ;) {
      const page = await call('ListSchedules', { ...input, NextToken });
      const schedules = page['Schedules'] as { GroupName: string; Name: string }[];
      found.push(schedules.map(({ GroupName, Name }) => `${GroupName}/${Name}`).join());
      NextToken = page['NextToken'];
      if (NextToken === undefined) return found.join(' | ');
    }
  };
  assert.equal(await names({}), 'a/x1,a/x2,a/y1,b-2/x1,b.1/x1,default/x1');
  assert.equal(await names({ MaxResults: 2 }), 'a/x1,a/x2 | a/y1,b-2/x1 | b.1/x1,default/x1');
  assert.equal(await names({ GroupName: 'a' }), 'a/x1,a/x2,a/y1');
  assert.equal(await names({ GroupName: 'a', NamePrefix: 'x', MaxResults: 1 }), 'a/x1 | a/x2');
  assert.equal(await names({ NamePrefix: 'y' }), 'a/y1');
  assert.equal(await names({ State: 'DISABLED' }), 'a/x2');
  assert.equal(await names({ GroupName: 'b.1', NamePrefix: 'x1' }), 'b.1/x1');
  const [first] = (await call('ListSchedules', { MaxResults: 1 }))['Schedules'] as object[];
  assert.deepEqual(first, {
    Arn: `${arn}schedule/a/x1`,
    Name: 'x1',
    GroupName: 'a',
    State: 'ENABLED',
    CreationDate: new Date(rig.clock.now()),
    LastModificationDate: new Date(rig.clock.now()),
    Target: { Arn: topic },
  });
  await assert.rejects(call('ListSchedules', { NextToken: 'x' }), invalid('Invalid NextToken.'));
  await assert.rejects(call('ListSchedules', { MaxResults: 101 }), invalid(/'maxResults' failed/));
});

it('keeps groups with tags, and deletes them with all that is in them', async () => {
  const Tags = [{ Key: 'team', Value: 'red' }];
  assert.deepEqual(await call('CreateScheduleGroup', { Name: 'g', Tags }), {
    ScheduleGroupArn: `${arn}schedule-group/g`,
  });
  const date = new Date(rig.clock.now());
  assert.deepEqual(await call('GetScheduleGroup', { Name: 'g' }), {
    Arn: `${arn}schedule-group/g`,
    Name: 'g',
    State: 'ACTIVE',
    CreationDate: date,
    LastModificationDate: date,
  });
  const groups = async (input: object = {}): Promise<string[]> => {
    const found = (await call('ListScheduleGroups', input))['ScheduleGroups'];
    return (found as { Name: string }[]).map(({ Name }) => Name);
  };
  assert.deepEqual(await groups(), ['default', 'g']);
  assert.deepEqual(await groups({ NamePrefix: 'g' }), ['g']);
  assert.deepEqual(await groups({ MaxResults: 1 }), ['default']);
  const ResourceArn = `${arn}schedule-group/g`;
  await call('TagResource', { ResourceArn, Tags: [{ Key: 'stage', Value: 'test' }] });
  await call('UntagResource', { ResourceArn, TagKeys: ['team'] });
  assert.deepEqual(await call('ListTagsForResource', { ResourceArn }), {
    Tags: [{ Key: 'stage', Value: 'test' }],
  });
  for (const other of [`${arn}schedule/default/s`, 'x'])
    await assert.rejects(
      call('ListTagsForResource', { ResourceArn: other }),
      invalid(/'resourceArn' failed/),
    );
  await assert.rejects(call('TagResource', { ResourceArn: `${arn}schedule-group/none`, Tags }), {
    name: 'ResourceNotFoundException',
    message: 'Schedule group none does not exist.',
  });
  const many = 2 * limit.scheduler.removedAtOnce + 1;
  await call('CreateScheduleGroup', { Name: 'g-2' });
  await call('CreateSchedule', { ...given, GroupName: 'g-2' });
  await Promise.all(
    Array.from({ length: many }, (_, index) =>
      call('CreateSchedule', { ...given, GroupName: 'g', Name: `s${index}` }),
    ),
  );
  await call('DeleteScheduleGroup', { Name: 'g' });
  const { Schedules } = await call('ListSchedules');
  assert.deepEqual(
    (Schedules as { GroupName: string }[]).map(({ GroupName }) => GroupName),
    ['g-2'],
  );
  assert.deepEqual(await groups(), ['default', 'g-2']);
  await assert.rejects(
    call('DeleteScheduleGroup', { Name: 'default' }),
    invalid('The default schedule group cannot be deleted.'),
  );
});

it('goes on deleting a group after a start', async () => {
  await call('CreateScheduleGroup', { Name: 'g' });
  await call('CreateSchedule', { ...given, GroupName: 'g' });
  const deleting = call('DeleteScheduleGroup', { Name: 'g' });
  deleting.catch(() => undefined);
  // The process ends with the first write.
  rig.store.onCommit = () => {
    rig.store.onCommit = () => undefined;
    rig.store.failure = new Error('the end');
  };
  await assert.rejects(deleting);
  rig.store.failure = undefined;
  const next = rig.restart();
  call = schedulerCaller(next);
  assert.equal((await call('GetScheduleGroup', { Name: 'g' }))['State'], 'DELETING');
  await assert.rejects(call('CreateSchedule', { ...given, Name: 't', GroupName: 'g' }), {
    name: 'ConflictException',
    message: 'Schedule group g is being deleted.',
  });
  await next.up();
  await assert.rejects(call('GetScheduleGroup', { Name: 'g' }), {
    name: 'ResourceNotFoundException',
  });
});

// Buses, their policies, and tags of buses and rules, through the SDK's own client.

import assert from 'node:assert/strict';
import { beforeEach, it } from 'node:test';
import { eventsCaller } from '../../../../test/house/events-caller.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { limit } from '../../../core/limit.ts';

let rig: Rig;
let call: ReturnType<typeof eventsCaller>;
beforeEach(async () => {
  rig = await Rig.bare();
  call = eventsCaller(rig);
});

const arn = (name: string): string => `arn:aws:events:eu-west-1:123456789012:event-bus/${name}`;
const invalid = (message: string | RegExp) => ({ name: 'ValidationException', message });
const notFound = (message: string) => ({ name: 'ResourceNotFoundException', message });

it('has the default bus, which stays', async () => {
  const bus = { Name: 'default', Arn: arn('default') };
  assert.deepEqual(await call('DescribeEventBus'), bus);
  assert.deepEqual(await call('ListEventBuses'), { EventBuses: [bus] });
  await assert.rejects(
    call('DeleteEventBus', { Name: 'default' }),
    invalid('Cannot delete event bus default.'),
  );
  await assert.rejects(call('CreateEventBus', { Name: 'default' }), {
    name: 'ResourceAlreadyExistsException',
    message: 'Event bus default already exists.',
  });
});

it('makes, changes and deletes a bus', async () => {
  const made = await call('CreateEventBus', { Name: 'b', Description: 'd' });
  assert.deepEqual(made, { EventBusArn: arn('b'), Description: 'd' });
  const at = new Date(rig.clock.now());
  const bus = { Name: 'b', Arn: arn('b'), Description: 'd', CreationTime: at };
  assert.deepEqual(await call('DescribeEventBus', { Name: arn('b') }), {
    ...bus,
    LastModifiedTime: at,
  });
  await rig.clock.pass(5_000);
  assert.deepEqual(await call('UpdateEventBus', { Name: 'b', Description: 'e' }), {
    Arn: arn('b'),
    Name: 'b',
    Description: 'e',
  });
  assert.deepEqual(await call('ListEventBuses', { NamePrefix: 'b' }), {
    EventBuses: [{ ...bus, Description: 'e', LastModifiedTime: new Date(rig.clock.now()) }],
  });

  await call('PutRule', { Name: 'r', EventBusName: 'b', EventPattern: '{"source":["a"]}' });
  assert.deepEqual((await call('ListRules'))['Rules'], []);
  await assert.rejects(
    call('PutRule', { Name: 's', EventBusName: 'b', ScheduleExpression: 'rate(1 hour)' }),
    invalid('ScheduleExpression is supported only on the default event bus.'),
  );
  await assert.rejects(
    call('DeleteEventBus', { Name: 'b' }),
    invalid("EventBus can't be deleted since it has rules."),
  );
  await call('DeleteRule', { Name: 'r', EventBusName: 'b' });
  await call('DeleteEventBus', { Name: 'b' });
  await call('DeleteEventBus', { Name: 'b' });
  for (const name of ['DescribeEventBus', 'UpdateEventBus'] as const)
    await assert.rejects(call(name, { Name: 'b' }), notFound('Event bus b does not exist.'));
});

it('refuses what can be no bus', async () => {
  const more = [
    [{ Name: 'a/b' }, "Event bus name must not contain '/'."],
    [{ Name: 'a b' }, /'name' failed to satisfy constraint/],
    [{ Name: 'x'.repeat(257) }, /256$/],
    [
      { Name: 'b', EventSourceName: 'aws.partner/x' },
      'EventSourceName is not supported by Longshore.',
    ],
    [{ Name: 'b', KmsKeyIdentifier: 'k' }, 'KmsKeyIdentifier is not supported by Longshore.'],
    [{ Name: 'b', DeadLetterConfig: {} }, 'DeadLetterConfig is not supported by Longshore.'],
    [{ Name: 'b', LogConfig: { Level: 'INFO' } }, 'LogConfig is not supported by Longshore.'],
  ] as const;
  for (const [input, message] of more)
    await assert.rejects(call('CreateEventBus', input), invalid(message));
  for (let n = 1; n < limit.events.buses; n++) await call('CreateEventBus', { Name: `b${n}` });
  await assert.rejects(call('CreateEventBus', { Name: 'more' }), {
    name: 'LimitExceededException',
  });
  const { EventBuses: buses, NextToken } = await call('ListEventBuses', { Limit: 99 });
  assert.equal((buses as unknown[]).length, 99);
  const { EventBuses: rest } = await call('ListEventBuses', { NextToken });
  assert.deepEqual(rest, [{ Name: 'default', Arn: arn('default') }]);
});

it('grants and takes permissions, statement by statement', async () => {
  const policy = async (): Promise<unknown> => {
    const { Policy: text } = await call('DescribeEventBus');
    return text === undefined ? undefined : (JSON.parse(text as string) as unknown);
  };
  const statement = { Action: 'events:PutEvents', Principal: '999999999999', StatementId: 'one' };
  await call('PutPermission', statement);
  const one = {
    Sid: 'one',
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::999999999999:root' },
    Action: 'events:PutEvents',
    Resource: arn('default'),
  };
  assert.deepEqual(await policy(), { Version: '2012-10-17', Statement: [one] });
  const Condition = { Type: 'StringEquals', Key: 'aws:PrincipalOrgID', Value: 'o-1' };
  await call('PutPermission', { ...statement, StatementId: 'all', Principal: '*', Condition });
  await call('PutPermission', { ...statement, Principal: '888888888888' });
  const all = {
    ...one,
    Sid: 'all',
    Principal: '*',
    Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } },
  };
  assert.deepEqual(await policy(), {
    Version: '2012-10-17',
    Statement: [all, { ...one, Principal: { AWS: 'arn:aws:iam::888888888888:root' } }],
  });
  await call('RemovePermission', { StatementId: 'one' });
  assert.deepEqual(await policy(), { Version: '2012-10-17', Statement: [all] });
  await assert.rejects(
    call('RemovePermission', { StatementId: 'one' }),
    notFound('Statement with the provided id does not exist.'),
  );
  await assert.rejects(call('RemovePermission'), invalid('Parameter StatementId is required.'));
  await call('RemovePermission', { RemoveAllPermissions: true });
  assert.equal(await policy(), undefined);

  const whole = JSON.stringify({ Statement: { ...one, Action: 'events:*' } });
  await call('PutPermission', { Policy: whole });
  assert.deepEqual(await call('DescribeEventBus'), {
    Name: 'default',
    Arn: arn('default'),
    Policy: whole,
    LastModifiedTime: new Date(rig.clock.now()),
  });
  await call('RemovePermission', { StatementId: 'one' });
  assert.equal(await policy(), undefined);
});

it('refuses what can be no permission', async () => {
  const statement = { Action: 'events:PutEvents', Principal: '999999999999', StatementId: 'one' };
  const more = [
    [{ ...statement, Principal: undefined }, 'Parameter Principal must be specified.'],
    [{ ...statement, Principal: '1' }, /'principal' failed .*\(\\d\{12\}\|\\\*\)$/],
    [
      { ...statement, Action: 'events:PutRule' },
      "Provided value in parameter 'action' is not supported.",
    ],
    [{ ...statement, StatementId: 'a b' }, /'statementId' failed/],
    [
      { ...statement, Condition: { Type: 'StringEquals', Key: 'aws:PrincipalOrgID', Value: 'o' } },
      "Value of the parameter 'principal' must be '*' when the parameter 'condition' is set.",
    ],
    [
      { ...statement, Principal: '*', Condition: { Type: 'StringLike', Key: 'a', Value: 'b' } },
      /'condition' is not supported/,
    ],
    [{ Policy: '{' }, 'This policy contains invalid Json'],
    [{ Policy: '{}', StatementId: 'a' }, /StatementId must not be specified where Policy is/],
  ] as const;
  for (const [input, message] of more)
    await assert.rejects(call('PutPermission', input), invalid(message), JSON.stringify(input));
  await assert.rejects(
    call('PutPermission', { ...statement, EventBusName: 'none' }),
    notFound('Event bus none does not exist.'),
  );
  const long = JSON.stringify({
    Statement: {
      Effect: 'Allow',
      Principal: '*',
      Action: 'events:PutEvents',
      Resource: `${arn('default')}${'x'.repeat(limit.events.busPolicy)}`,
    },
  });
  await assert.rejects(call('PutPermission', { Policy: long }), {
    name: 'PolicyLengthExceededException',
  });
});

it('tags buses and rules', async () => {
  const Tags = [{ Key: 'team', Value: 'red' }];
  await call('CreateEventBus', { Name: 'b', Tags });
  const EventPattern = '{"source":["a"]}';
  await call('PutRule', { Name: 'r', EventBusName: 'b', EventPattern, Tags });
  await call('PutRule', { Name: 'r', EventBusName: 'b', EventPattern, Tags: [] });
  const rule = 'arn:aws:events:eu-west-1:123456789012:rule/b/r';
  for (const ResourceARN of [arn('b'), rule]) {
    assert.deepEqual(await call('ListTagsForResource', { ResourceARN }), { Tags });
    await call('TagResource', { ResourceARN, Tags: [{ Key: 'x', Value: 'y' }] });
    await call('UntagResource', { ResourceARN, TagKeys: ['team'] });
    const left = { Tags: [{ Key: 'x', Value: 'y' }] };
    assert.deepEqual(await call('ListTagsForResource', { ResourceARN }), left);
  }
  const absent = [
    [arn('none'), 'Event bus none does not exist.'],
    [
      'arn:aws:events:eu-west-1:123456789012:rule/none',
      'Rule none does not exist on EventBus default.',
    ],
    ['arn:aws:events:eu-west-1:123456789012:rule/x/r', 'Event bus x does not exist.'],
  ] as const;
  for (const [ResourceARN, message] of absent) {
    await assert.rejects(call('ListTagsForResource', { ResourceARN }), notFound(message));
    await assert.rejects(call('TagResource', { ResourceARN, Tags }), notFound(message));
    await assert.rejects(call('UntagResource', { ResourceARN, TagKeys: [] }), notFound(message));
  }
  await assert.rejects(
    call('ListTagsForResource', { ResourceARN: 'arn:aws:events:eu-west-1:123456789012:archive/a' }),
    invalid(/^Parameter ResourceARN is not valid/),
  );
  const many = Array.from({ length: 51 }, (_none, n) => ({ Key: `k${n}`, Value: '' }));
  await assert.rejects(call('TagResource', { ResourceARN: rule, Tags: many }), {
    name: 'LimitExceededException',
  });
});

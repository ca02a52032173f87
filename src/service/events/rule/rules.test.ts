// Rules, through the SDK's own client: what they are made of, what is refused and how, and lists of
// them.

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

const EventPattern = '{"source":["aws.batch"]}';
const arn = 'arn:aws:events:eu-west-1:123456789012:rule/r';
const invalid = (message: string | RegExp) => ({ name: 'ValidationException', message });

it('makes a rule on the default bus, and shows it', async () => {
  const made = await call('PutRule', {
    Name: 'r',
    EventPattern,
    Description: 'd',
    State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
    RoleArn: 'arn:aws:iam::123456789012:role/r',
  });
  assert.deepEqual(made, { RuleArn: arn });
  const shown = {
    Name: 'r',
    Arn: arn,
    EventPattern,
    State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
    Description: 'd',
    RoleArn: 'arn:aws:iam::123456789012:role/r',
    EventBusName: 'default',
  };
  assert.deepEqual(await call('DescribeRule', { Name: 'r' }), {
    ...shown,
    CreatedBy: '123456789012',
  });
  assert.deepEqual(await call('ListRules', { NamePrefix: 'r' }), { Rules: [shown] });
  const bus = 'arn:aws:events:eu-west-1:123456789012:event-bus/default';
  assert.deepEqual(await call('ListRules', { EventBusName: bus }), { Rules: [shown] });
  assert.deepEqual(await call('ListRules', { NamePrefix: 'x' }), { Rules: [] });
});

it('keeps nothing but targets where a rule is put anew', async () => {
  await call('PutRule', { Name: 'r', EventPattern, Description: 'd', State: 'DISABLED' });
  const Targets = [{ Id: 't', Arn: 'arn:aws:sns:eu-west-1:123456789012:t' }];
  await call('PutTargets', { Rule: 'r', Targets });
  await call('PutRule', { Name: 'r', ScheduleExpression: 'rate(5 minutes)' });
  assert.deepEqual(await call('DescribeRule', { Name: 'r' }), {
    Name: 'r',
    Arn: arn,
    ScheduleExpression: 'rate(5 minutes)',
    State: 'ENABLED',
    EventBusName: 'default',
    CreatedBy: '123456789012',
  });
  assert.deepEqual(await call('ListTargetsByRule', { Rule: 'r' }), { Targets });
});

it('refuses what can be no rule, in the words of AWS', async () => {
  const refused = async (input: object, error: object): Promise<void> =>
    assert.rejects(call('PutRule', { Name: 'r', ...input }), error, JSON.stringify(input));
  await refused({}, invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.'));
  await refused(
    { EventPattern: '{"a":1}' },
    { name: 'InvalidEventPatternException', message: /^Event pattern is not valid\. Reason: / },
  );
  await refused(
    { EventPattern: `{"a":["${'x'.repeat(4_090)}"]}` },
    invalid(/'eventPattern' failed .* less than or equal to 4096$/),
  );
  for (const ScheduleExpression of ['rate(0 minutes)', 'cron(* * *)', 'at(2030-01-01T00:00:00)'])
    await refused({ ScheduleExpression }, invalid('Parameter ScheduleExpression is not valid.'));
  await refused({ EventPattern, State: 'ON' }, invalid(/'state' failed .*\[ENABLED, DISABLED, /));
  await refused({ EventPattern, Description: 'x'.repeat(513) }, invalid(/'description' failed/));
  await refused({ EventPattern, RoleArn: '' }, invalid(/'roleArn' failed/));
  await refused(
    { EventPattern, EventBusName: 'none' },
    { name: 'ResourceNotFoundException', message: 'Event bus none does not exist.' },
  );
  const elsewhere = 'arn:aws:events:eu-west-1:999999999999:event-bus/default';
  await refused({ EventPattern, EventBusName: elsewhere }, { name: 'ResourceNotFoundException' });
  await refused({ EventPattern, EventBusName: 'a b' }, invalid(/'eventBusName' failed/));
  await assert.rejects(
    call('PutRule', { Name: 'a b', EventPattern }),
    invalid(/'name' failed to satisfy constraint: .*pattern: \[\\\.\\-_A-Za-z0-9\]\+$/),
  );
  await assert.rejects(call('PutRule', { Name: 'x'.repeat(65), EventPattern }), invalid(/64$/));
});

it('knows no more rules than a bus may have', async () => {
  for (let n = 0; n < limit.events.rulesPerBus; n++)
    await call('PutRule', { Name: `r${n}`, EventPattern });
  const exceeded = {
    name: 'LimitExceededException',
    message: 'The requested resource exceeds the maximum number allowed.',
  };
  await assert.rejects(call('PutRule', { Name: 'more', EventPattern }), exceeded);
  await call('PutRule', { Name: 'r0', EventPattern, Description: 'that is there' });

  const wild = '{"a":[{"anything-but":{"wildcard":"a*b"}}]}';
  for (let n = 0; n < limit.events.wildcardRulesPerBus; n++)
    await call('PutRule', { Name: `r${n}`, EventPattern: wild });
  await assert.rejects(call('PutRule', { Name: 'r99', EventPattern: wild }), exceeded);
  await call('PutRule', { Name: 'r0', EventPattern: wild });
  const pages: unknown[] = [];
  let NextToken: unknown;
  do {
    const page = await call('ListRules', { NextToken, NamePrefix: 'r' });
    pages.push((page['Rules'] as unknown[]).length);
    ({ NextToken } = page);
  } while (NextToken !== undefined);
  assert.deepEqual(pages, [100, 100, 100]);
  await assert.rejects(
    call('ListRules', { NextToken: 'x' }),
    invalid('Parameter NextToken is not valid.'),
  );
  await assert.rejects(call('ListRules', { Limit: 101 }), invalid(/'limit' failed/));
});

it('switches rules off and on', async () => {
  await call('PutRule', { Name: 'r', EventPattern });
  const state = async (): Promise<unknown> => (await call('DescribeRule', { Name: 'r' }))['State'];
  await call('DisableRule', { Name: 'r' });
  assert.equal(await state(), 'DISABLED');
  await call('EnableRule', { Name: 'r' });
  assert.equal(await state(), 'ENABLED');
  const none = {
    name: 'ResourceNotFoundException',
    message: 'Rule none does not exist on EventBus default.',
  };
  for (const name of ['EnableRule', 'DisableRule', 'DescribeRule'] as const)
    await assert.rejects(call(name, { Name: 'none' }), none);
});

it('deletes a rule that has no targets', async () => {
  await call('PutRule', { Name: 'r', EventPattern });
  const Targets = [{ Id: 't', Arn: 'arn:aws:sns:eu-west-1:123456789012:t' }];
  await call('PutTargets', { Rule: 'r', Targets });
  for (const Force of [false, true])
    await assert.rejects(
      call('DeleteRule', { Name: 'r', Force }),
      invalid("Rule can't be deleted since it has targets."),
    );
  await call('RemoveTargets', { Rule: 'r', Ids: ['t'] });
  await call('DeleteRule', { Name: 'r' });
  assert.deepEqual(await call('ListRules'), { Rules: [] });
  await call('DeleteRule', { Name: 'r' });
});
